//! One call: the state of its instance, and how it can fail.

mod egress;
mod memory;
mod state;

use std::time::Duration;

pub(crate) use self::memory::{
    MAX_INSTANCES, MAX_MEMORIES, MAX_TABLE_ELEMENTS, MAX_TABLES, MemoryExceeded,
};
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
    /// How long the target and the headers of one request may be, in bytes. By
    /// default 96 KiB: the longest path and the longest headers of the contract
    /// (32 KiB each), a token, and as much again as they are likely to have.
    pub request_header_bytes: usize,
    /// How long the body of one request may be, in bytes. By default 256 MiB,
    /// as long as the longest answer. One that announces more is not sent; one
    /// that turns out to be longer is cut, and its request fails.
    pub request_body_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            timeout: Duration::from_secs(700),
            memory_bytes: 1024 * 1024 * 1024,
            request_header_bytes: 96 * 1024,
            request_body_bytes: 256 * 1024 * 1024,
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
    /// As many calls as the connector may carry out at once are under way. It
    /// is answered at once, and nothing was done.
    #[error(
        "{0} calls are under way, which is as many as may be; nothing was done, so call again \
         in a moment, or allow more at once"
    )]
    Busy(u32),
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
        assert_eq!(
            CallError::Busy(64).to_string(),
            "64 calls are under way, which is as many as may be; nothing was done, so call again \
             in a moment, or allow more at once"
        );
        let error = CallError::OutOfTime(Duration::from_secs(700));
        assert!(error.to_string().contains("after 700 seconds"));
    }
}
