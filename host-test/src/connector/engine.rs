//! What compiles and runs components, and how much of them at once.

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::{LoadError, not_usable};
use crate::call::{MAX_INSTANCES, MAX_MEMORIES, MAX_TABLE_ELEMENTS, MAX_TABLES};

/// The largest linear memory that 32-bit code can have. A call's own limit is
/// smaller; this one is address space, of which there is plenty.
const ADDRESSABLE_BYTES: usize = 1 << 32;

/// How deep a component's own calls may go, in bytes of its stack. The
/// connector's parsers bound their depth long before.
const WASM_STACK_BYTES: usize = 512 * 1024;

/// How much of a call's memory, and of each of its tables, is wiped and kept for
/// the next call in its place, and not given back to the system: a request that
/// is not a list touches a few hundred kilobytes, and to get those anew, page by
/// page, would take longer than what it computes. More, of a call that has read
/// long answers, is given back.
const KEPT_MEMORY_BYTES: usize = 2 * 1024 * 1024;
const KEPT_TABLE_BYTES: usize = 64 * 1024;

/// An engine that keeps room for this many calls at once, so that a call
/// begins without asking the system for memory, and ends by wiping it.
///
/// The room is address space: 16 GiB a call, of which nothing is used before it
/// is touched. Where the system gives less (`ulimit -v`), every call asks for
/// its own memory, which takes longer and is no less safe.
pub(super) fn pooled(calls: u32) -> Result<Engine, LoadError> {
    let mut config = config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(calls)));
    match Engine::new(&config) {
        Ok(engine) => Ok(engine),
        Err(error) => {
            let error = format!("{error:#}");
            tracing::warn!(error, calls, "no address space to keep for calls");
            on_demand()
        }
    }
}

/// An engine that keeps nothing.
pub(super) fn on_demand() -> Result<Engine, LoadError> {
    Engine::new(&config()).map_err(not_usable)
}

fn config() -> Config {
    let mut config = Config::new();
    // A component that computes for long gives way at every tick, so that it
    // can be stopped and does not hold up others.
    config.epoch_interruption(true);
    config.max_wasm_stack(WASM_STACK_BYTES);
    // A trap is told in one line. The frames of a component without names would be
    // numbers, and what they are found by is a tenth of its code.
    config.wasm_backtrace_max_frames(None);
    config.generate_address_map(false);
    config
}

fn pool(calls: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_stacks(calls)
        .total_core_instances(calls.saturating_mul(MAX_INSTANCES))
        .total_memories(calls.saturating_mul(MAX_MEMORIES))
        .total_tables(calls.saturating_mul(MAX_TABLES))
        .max_core_instances_per_component(MAX_INSTANCES)
        .max_memories_per_component(MAX_MEMORIES)
        .max_tables_per_component(MAX_TABLES)
        .max_memories_per_module(MAX_MEMORIES)
        .max_tables_per_module(MAX_TABLES)
        .max_memory_size(ADDRESSABLE_BYTES)
        .table_elements(MAX_TABLE_ELEMENTS)
        .linear_memory_keep_resident(KEPT_MEMORY_BYTES)
        .table_keep_resident(KEPT_TABLE_BYTES)
        // Where the system tells which pages were touched, only those are wiped.
        .pagemap_scan(Enabled::Auto);
    pool
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_without_the_address_space_serves_calls_all_the_same() {
        let more_than_any_machine_has = 100_000;
        assert!(pooled(more_than_any_machine_has).is_ok());
    }
}
