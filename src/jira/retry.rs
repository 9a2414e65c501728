//! Whether to try again, and when: decisions only, nothing is sent here.
//!
//! <https://developer.atlassian.com/cloud/jira/platform/rate-limiting/> gives
//! the figures. Jira has no idempotency keys, so what may have been done is
//! repeated only where doing it twice is the same as doing it once.

mod attempts;
mod budget;

pub use self::{attempts::Attempts, budget::RetryBudget};
use super::{
    error::{Action, Error, Kind, Result},
    http::{HttpResponse, TransportError},
    instant::{SECOND_MS, UnixMs},
    rate_limit::RateLimit,
};

/// Atlassian's "at most 4 retries".
pub const MAX_RETRIES: u8 = 4;

/// Atlassian's "from 2 s, doubling". Its cap of 30 s is above the fourth.
const FIRST_BACKOFF_MS: u64 = 2 * SECOND_MS;

/// Atlassian's "jitter factor from 0.7 to 1.3", in tenths: the least, and how
/// much there is above it.
const JITTER_TENTHS: (u64, u64) = (7, 6);

/// What an attempt needs to be worth waiting for: with less, the answer that
/// is at hand would only be exchanged for a timeout.
const LEAST_ATTEMPT_MS: u64 = SECOND_MS;

/// What the caller allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How often a request is sent again.
    pub at_most: u8,
    /// Only where it surely was not carried out.
    pub only_undone: bool,
}

impl Retry {
    /// Never.
    pub const OFF: Self = Self {
        at_most: 0,
        only_undone: true,
    };
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            at_most: MAX_RETRIES,
            only_undone: false,
        }
    }
}

/// When a request is sent again; wit/types.wit describes the fields.
#[derive(Debug, Clone, Copy, Default)]
#[expect(missing_docs, reason = "wit/types.wit describes the fields")]
pub struct RetryOptions {
    pub at_most: Option<u8>,
    pub only_undone: bool,
}

impl RetryOptions {
    /// What it comes to, if it may.
    pub fn check(self) -> Result<Retry> {
        match self.at_most {
            Some(times) if times > MAX_RETRIES => Err(Error::invalid(
                "retry.at-most",
                format_args!(
                    "{times} is more than {MAX_RETRIES}; a request is sent again {MAX_RETRIES} times at most"
                ),
            )),
            at_most => Ok(Retry {
                at_most: at_most.unwrap_or(MAX_RETRIES),
                only_undone: self.only_undone,
            }),
        }
    }
}

/// A failure that may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setback {
    /// The request was refused with 429, or surely not sent. With the least
    /// time to wait, where it was told.
    Undone(u64),
    /// Nobody knows whether it was carried out.
    LeftOpen(u64),
}

impl Setback {
    /// What a failed attempt without an answer is; nothing where it fails
    /// again and again.
    #[must_use]
    pub const fn of_transport(error: &TransportError) -> Option<Self> {
        match error {
            TransportError::NameUnresolved | TransportError::ConnectionFailed(_) => {
                Some(Self::Undone(0))
            }
            TransportError::TimedOut
            | TransportError::Interrupted(_)
            | TransportError::ProtocolError(_) => Some(Self::LeftOpen(0)),
            TransportError::Denied(_) | TransportError::TlsFailed(_) => None,
        }
    }

    /// What an answer is; nothing where it is final.
    #[must_use]
    pub fn of_response(response: &HttpResponse, now: impl FnOnce() -> UnixMs) -> Option<Self> {
        let told_ms = || {
            let now = now();
            RateLimit::read(&response.headers, now).map_or(0, |limit| limit.told_wait_ms(now))
        };
        match response.status {
            429 => Some(Self::Undone(told_ms())),
            502..=504 => Some(Self::LeftOpen(told_ms())),
            _ => None,
        }
    }

    /// What an error of the token endpoint is. A success that cannot be read
    /// may have held a pair; a refusal that nobody knows is final.
    #[must_use]
    pub fn of_token_endpoint(error: &Error, now: UnixMs) -> Option<Self> {
        match error.kind() {
            Kind::Transport(error) => Self::of_transport(error),
            Kind::RateLimited(limit) => Some(Self::Undone(limit.told_wait_ms(now))),
            _ if error.action() == Action::Retry => Some(Self::LeftOpen(0)),
            _ => None,
        }
    }
}

impl Retry {
    /// How long to wait before a request is sent again, after so many times
    /// that it was; nothing where it is not.
    #[must_use]
    pub fn wait_ms(
        self,
        retries: u8,
        is_idempotent: bool,
        setback: Setback,
        chance: u8,
        remaining_ms: u64,
    ) -> Option<u64> {
        let (told_ms, is_allowed) = match setback {
            Setback::Undone(told_ms) => (told_ms, true),
            Setback::LeftOpen(told_ms) => (told_ms, is_idempotent && !self.only_undone),
        };
        if !is_allowed || retries >= self.at_most.min(MAX_RETRIES) {
            return None;
        }
        let backoff_ms = FIRST_BACKOFF_MS << retries;
        let (least, more) = JITTER_TENTHS;
        let spread_ms = backoff_ms * more * u64::from(chance) / (10 * 255);
        // What was told is the least, and everybody was told the same.
        let least_ms = told_ms.max(backoff_ms * least / 10);
        let wait_ms = least_ms.saturating_add(spread_ms);
        let latest_ms = remaining_ms.saturating_sub(LEAST_ATTEMPT_MS);
        (wait_ms <= latest_ms).then_some(wait_ms)
    }
}
