//! Everything the connector asks of the outside, in one trait.

use core::fmt;

use super::{
    http::{HttpRequest, HttpResponse, SendLimits, TransportError},
    instant::UnixMs,
};

/// The outside: network, secrets, time and chance.
///
/// In the component it stands on the world's imports; in tests it is a fake
/// with virtual time and a record of what was done in which order.
#[expect(
    async_fn_in_trait,
    reason = "the guest has one thread; no future is ever sent to another"
)]
pub trait Host {
    /// Sends a request and reads the answer, once. Never follows a redirect
    /// and never tries again.
    async fn send(
        &self,
        request: &HttpRequest,
        limits: SendLimits,
    ) -> Result<HttpResponse, TransportError>;

    /// The wall clock.
    fn now(&self) -> UnixMs;

    /// A clock that never goes back, from an arbitrary zero.
    fn monotonic_ms(&self) -> u64;

    /// Waits.
    async fn sleep(&self, ms: u64);

    /// Sixteen bytes that nobody can guess.
    fn random(&self) -> [u8; 16];

    /// Reads one secret.
    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError>;

    /// Reads several secrets, answered in the order asked.
    async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError>;

    /// Writes one secret where it is as expected.
    async fn put(&self, key: &str, value: &[u8], expect: Expect) -> Result<PutOutcome, StoreError>;

    /// Writes several secrets, each on its own as by `put`, answered in the
    /// order given.
    async fn put_many(
        &self,
        changes: &[Change],
    ) -> Result<Vec<Result<PutOutcome, StoreError>>, StoreError>;

    /// Deletes one secret where it is as expected.
    async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError>;

    /// Lists the keys with a prefix, a page at a time.
    async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError>;
}

/// A stored value and its version.
#[derive(Clone)]
pub struct Entry {
    /// The value.
    pub value: Vec<u8>,
    /// Its version, never used again for the key.
    pub version: String,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Entry {{ version: {:?}, value: [redacted] }}",
            self.version
        )
    }
}

/// What must be stored for a change to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// Nothing.
    Absent,
    /// This version.
    Version(String),
    /// Anything or nothing.
    Any,
}

/// One of several puts.
#[derive(Clone)]
pub struct Change {
    /// The key to write.
    pub key: String,
    /// Its new value.
    pub value: Vec<u8>,
    /// What must be there.
    pub expect: Expect,
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Change {{ key: {:?}, value: [redacted] }}", self.key)
    }
}

/// What came of a put.
#[derive(Debug, Clone)]
pub enum PutOutcome {
    /// Stored under this version.
    Stored(String),
    /// Not stored: this is there instead.
    Stale(Option<Entry>),
}

/// What came of a delete.
#[derive(Debug, Clone)]
pub enum DeleteOutcome {
    /// Gone.
    Deleted,
    /// Not deleted: this is there instead.
    Stale(Option<Entry>),
}

/// A page of keys.
#[derive(Debug, Clone)]
pub struct KeyPage {
    /// The keys.
    pub keys: Vec<String>,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// Why the store could not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// The host forbids it.
    AccessDenied,
    /// Larger than the store accepts.
    TooLarge(u64),
    /// Not reachable now.
    Unavailable(String),
    /// The store cannot compare.
    Unsupported(String),
    /// In its own words.
    Other(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccessDenied => f.write_str("the secret store does not allow it"),
            Self::TooLarge(bytes) => {
                write!(f, "the secret store accepts no more than {bytes} bytes")
            }
            Self::Unavailable(why) => write!(f, "the secret store is not available ({why})"),
            Self::Unsupported(why) => {
                write!(
                    f,
                    "the secret store cannot compare and set ({why}); use one that can"
                )
            }
            Self::Other(why) => write!(f, "the secret store failed ({why})"),
        }
    }
}

/// Sixteen bytes that nobody can guess, as hexadecimal digits.
pub fn random_hex(host: &impl Host) -> String {
    host.random()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// When a call must be over.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(u64);

impl Deadline {
    /// So many milliseconds from now.
    pub fn after(host: &impl Host, ms: u64) -> Self {
        Self(host.monotonic_ms().saturating_add(ms))
    }

    /// This, or so many milliseconds from now, whichever comes first.
    #[must_use]
    pub fn at_most(self, host: &impl Host, ms: u64) -> Self {
        Self(self.0.min(Self::after(host, ms).0))
    }

    /// So many milliseconds later.
    #[must_use]
    pub const fn later_by(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// What is left of the time.
    pub fn remaining_ms(self, host: &impl Host) -> u64 {
        self.0.saturating_sub(host.monotonic_ms())
    }
}
