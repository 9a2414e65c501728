//! One call: the state of its instance, and how it can fail.

mod memory;
mod state;

use std::time::Duration;

pub(crate) use self::memory::MemoryExceeded;
pub(crate) use self::state::{CallState, WallClock};

/// What a call may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long it may take, whatever it waits for.
    ///
    /// The component keeps the time that a request asks for by itself, and a
    /// refresh that was sent beyond it. Where this limit comes first, such a
    /// refresh can be lost and the person must consent again; so it is 700
    /// seconds by default: the longest call of the contract (600), the longest
    /// wait for a refresh (30), and something for the host.
    pub timeout: Duration,
    /// How much memory its instance may use, in bytes. By default 1 GiB: the
    /// longest body that the contract allows (256 MiB), twice, as it is copied
    /// when it grows, and once more for what is made of it.
    pub memory_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            timeout: Duration::from_secs(700),
            memory_bytes: 1024 * 1024 * 1024,
        }
    }
}

/// Why a call did not come to its end. This is about the component and the
/// host; what Jira says, and what the component refuses, is in
/// [`types::Error`](crate::types::Error).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The component trapped. The text is wasmtime's.
    #[error(
        "the component stopped with an error of its own: {0}; the request may have been done, \
         so look before you repeat it, and report this"
    )]
    Trap(String),
    /// The time of [`Limits::timeout`] is up.
    #[error(
        "the call was stopped after {} seconds; the request may have been done, so look before \
         you repeat it, and raise the limit if calls may take this long",
        .0.as_secs()
    )]
    OutOfTime(Duration),
    /// The memory of [`Limits::memory_bytes`] is used up.
    #[error(
        "the call needs more than the {0} bytes of memory it may use; ask for less at once, or \
         raise the limit"
    )]
    OutOfMemory(usize),
}

impl CallError {
    pub(crate) fn of(error: &wasmtime::Error) -> CallError {
        match error.downcast_ref() {
            Some(MemoryExceeded(limit)) => CallError::OutOfMemory(*limit),
            None => CallError::Trap(format!("{error:#}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trap_is_told_in_the_words_of_wasmtime() {
        let error = CallError::of(&wasmtime::Trap::UnreachableCodeReached.into());
        assert_eq!(
            error.to_string(),
            "the component stopped with an error of its own: wasm trap: wasm `unreachable` \
             instruction executed; the request may have been done, so look before you repeat it, \
             and report this"
        );
    }

    #[test]
    fn what_is_used_up_is_told_with_its_limit() {
        let error = CallError::of(&MemoryExceeded(65_536).into());
        assert_eq!(error, CallError::OutOfMemory(65_536));
        assert!(error.to_string().contains("65536 bytes"));
        let error = CallError::OutOfTime(Duration::from_secs(700));
        assert!(error.to_string().contains("after 700 seconds"));
    }
}
