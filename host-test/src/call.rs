//! One call: the state of its instance, and how it can fail.

mod egress;
mod memory;
mod state;

use std::time::Duration;

use self::egress::HEADER_OVERHEAD_BYTES;
pub(crate) use self::egress::Sending;
pub(crate) use self::memory::{
    MAX_INSTANCES, MAX_MEMORIES, MAX_TABLE_ELEMENTS, MAX_TABLES, MemoryExceeded,
};
pub(crate) use self::state::{CallState, WallClock};

/// What a call may use.
///
/// ```
/// use jira_host::{Limits, Tenant};
///
/// fn limited(tenant: Tenant) -> Tenant {
///     tenant.with_limits(Limits {
///         memory_bytes: 128 * 1024 * 1024,
///         ..Limits::default()
///     })
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long it may take, whatever it waits for.
    ///
    /// The component keeps the time that a request asks for by itself, and a
    /// refresh that was sent beyond it. Where this limit comes first, such a
    /// refresh can be lost and the person must consent again; so it is 3,700
    /// seconds by default: the longest call of the contract (a sweep of an
    /// hour), the longest wait for a refresh (60, its saving included), and
    /// something for the host. To have calls end sooner, give them a time of
    /// their own: then they end with an answer.
    pub timeout: Duration,
    /// How much memory its instance may use, in bytes. By default 256 MiB, enough
    /// for an answer of 64 MiB, which is four times what the contract accepts
    /// where nothing is said (16 MiB).
    ///
    /// An answer takes its length and some megabytes, and up to twice that where
    /// its length is not told or it is a list; the rest is for what comes beside
    /// it. So whoever asks for longer ones must raise this, up to
    /// [`Limits::MEMORY_FOR_LONGEST_ANSWER`]; else the call ends with
    /// [`CallError::OutOfMemory`].
    pub memory_bytes: usize,
    /// How long the target and the headers of one request may be, in bytes; each
    /// header counts 32 bytes beside its name and value. By default
    /// [`Limits::REQUEST_HEADER_BYTES`].
    pub request_header_bytes: usize,
    /// How long the body of one request may be, in bytes. By default 256 MiB,
    /// as long as the longest answer. One that announces more is not sent; one
    /// that turns out to be longer is cut, and its request fails.
    pub request_body_bytes: u64,
}

impl Limits {
    /// The memory for an answer of 256 MiB, the longest that the contract allows.
    pub const MEMORY_FOR_LONGEST_ANSWER: usize = 1024 * 1024 * 1024;

    /// The default of [`Limits::request_header_bytes`], 256 KiB: all that the
    /// contract lets through, in up to 1,536 headers.
    pub const REQUEST_HEADER_BYTES: usize = TARGET_BYTES
        + HEADER_BYTES
        + COOKIE_BYTES
        + OWN_HEADER_BYTES
        + USUAL_HEADERS * HEADER_OVERHEAD_BYTES;
}

/// The contract's longest path with its query.
const TARGET_BYTES: usize = 32 * 1024;

/// The contract's longest headers of the caller.
const HEADER_BYTES: usize = 32 * 1024;

/// The contract's longest cookies (32 KiB), of one letter each: every letter is
/// sent with an equals sign, a semicolon and a space.
const COOKIE_BYTES: usize = 4 * 32 * 1024;

/// A token of some kilobytes, the site's part of the path, and the headers that
/// the component adds.
const OWN_HEADER_BYTES: usize = 16 * 1024;

/// How many headers are counted on. More are possible in 32 KiB, if they say
/// next to nothing; every server refuses them.
const USUAL_HEADERS: usize = 1_536;

impl Default for Limits {
    fn default() -> Self {
        Limits {
            timeout: Duration::from_secs(3_700),
            memory_bytes: 256 * 1024 * 1024,
            request_header_bytes: Limits::REQUEST_HEADER_BYTES,
            request_body_bytes: 256 * 1024 * 1024,
        }
    }
}

/// Why a call did not come to its end. This is about the component and the
/// host; what Jira says, and what the component refuses, is in
/// [`types::Error`](crate::types::Error).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
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
    fn what_a_request_may_have_in_its_head_adds_up() {
        assert_eq!(Limits::REQUEST_HEADER_BYTES, 256 * 1024);
    }

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
