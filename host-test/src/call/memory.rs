use wasmtime::{ResourceLimiter, Result};

/// The largest table of functions. The connector's has some hundred entries.
pub(crate) const MAX_TABLE_ELEMENTS: usize = 100_000;

/// How many modules a component may be made of. The connector has three: its
/// own, and two that tie it to what it imports. Others have four to nine when
/// they are composed of several components.
pub(crate) const MAX_INSTANCES: u32 = 16;

/// How many linear memories: one for each component in a composition.
pub(crate) const MAX_MEMORIES: u32 = 4;

/// How many tables: one or two for each component in a composition.
pub(crate) const MAX_TABLES: u32 = 8;

/// How much memory an instance may have, over all its linear memories.
pub(super) struct MemoryLimit {
    used: usize,
    max: usize,
}

/// An instance wanted more than this many bytes.
#[derive(Debug, thiserror::Error)]
#[error("the limit of {0} bytes of memory is exceeded")]
pub(crate) struct MemoryExceeded(pub(crate) usize);

impl MemoryLimit {
    pub(super) fn new(max: usize) -> Self {
        MemoryLimit { used: 0, max }
    }
}

impl ResourceLimiter for MemoryLimit {
    /// Stops the call rather than refuse to grow: a Rust component can do
    /// nothing with a refusal but trap, and that would not say why.
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        if used > self.max {
            return Err(MemoryExceeded(self.max).into());
        }
        self.used = used;
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> Result<bool> {
        Ok(desired <= MAX_TABLE_ELEMENTS)
    }

    fn instances(&self) -> usize {
        MAX_INSTANCES as usize
    }

    fn memories(&self) -> usize {
        MAX_MEMORIES as usize
    }

    fn tables(&self) -> usize {
        MAX_TABLES as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_memories_of_an_instance_count_together() {
        let mut limit = MemoryLimit::new(100);
        assert!(limit.memory_growing(0, 40, None).unwrap());
        assert!(limit.memory_growing(0, 50, None).unwrap());
        assert!(limit.memory_growing(40, 50, None).unwrap());
        let error = limit.memory_growing(50, 51, None).unwrap_err();
        assert!(error.is::<MemoryExceeded>());
    }

    #[test]
    fn a_table_does_not_grow_without_end() {
        let mut limit = MemoryLimit::new(0);
        assert!(limit.table_growing(0, 500, None).unwrap());
        assert!(!limit.table_growing(500, 100_001, None).unwrap());
    }
}
