//! Whether to try again, and when: decisions only, nothing is sent here.
//!
//! <https://developer.atlassian.com/cloud/jira/platform/rate-limiting/> gives
//! the figures. Jira has no idempotency keys, so what may have been done is
//! repeated only where doing it twice is the same as doing it once.

use core::cell::Cell;

use super::{
    error::Kind,
    http::{HttpRequest, HttpResponse, Method, TransportError},
    instant::{SECOND_MS, UnixMs},
    json::{self, Object},
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
    pub fn of_response(response: &HttpResponse, now: UnixMs) -> Option<Self> {
        let told_ms =
            || RateLimit::read(&response.headers, now).map_or(0, |limit| limit.told_wait_ms(now));
        match response.status {
            429 => Some(Self::Undone(told_ms())),
            502..=504 => Some(Self::LeftOpen(told_ms())),
            _ => None,
        }
    }

    /// What an error of the token endpoint is. An answer that cannot be read
    /// may have held a pair.
    #[must_use]
    pub fn of_token_endpoint(error: &Kind, now: UnixMs) -> Option<Self> {
        match error {
            Kind::Transport(error) => Self::of_transport(error),
            Kind::RateLimited(limit) => Some(Self::Undone(limit.told_wait_ms(now))),
            Kind::Api(_) | Kind::UnexpectedResponse(_) => Some(Self::LeftOpen(0)),
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
        is_repeatable: bool,
        setback: Setback,
        chance: u8,
        remaining_ms: u64,
    ) -> Option<u64> {
        let (told_ms, is_allowed) = match setback {
            Setback::Undone(told_ms) => (told_ms, true),
            Setback::LeftOpen(told_ms) => (told_ms, is_repeatable && !self.only_undone),
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

/// Whether a request may be carried out twice: what only reads, DELETE, and
/// PUT but for the operations in `update`, of which some add.
#[must_use]
pub fn is_repeatable(request: &HttpRequest) -> bool {
    match request.method {
        Method::Get | Method::Head | Method::Options | Method::Delete => true,
        Method::Put => !has_update(request.body.as_deref().unwrap_or_default()),
        Method::Post | Method::Patch | Method::Trace | Method::Purge => false,
    }
}

/// What is no JSON to us may be some to Jira.
fn has_update(body: &[u8]) -> bool {
    const UPDATE: &str = "update";
    match Object::parse(body) {
        Ok(object) => object.names().any(|name| name == UPDATE),
        Err(json::Broken::NotAnObject) => false,
        Err(_) => body
            .windows(UPDATE.len())
            .any(|part| part == UPDATE.as_bytes()),
    }
}

/// What all requests of a call may be repeated together, so that a list of
/// many pages does not beat upon a server that is down. The component keeps
/// nothing between calls, and so no budget: a host that wants one for all
/// calls has to have it.
#[derive(Debug)]
pub struct RetryBudget(Cell<u32>);

impl RetryBudget {
    /// Two requests may be repeated as often as one ever is.
    const FULL: u32 = 2 * MAX_RETRIES as u32 * Self::COST;
    /// A retry costs what ten successes bring: no more than a tenth is added
    /// to what a server has to do.
    const COST: u32 = 10;

    /// Takes a retry out, if there is one.
    #[must_use]
    pub fn take(&self) -> bool {
        let rest = self.0.get().checked_sub(Self::COST);
        rest.inspect(|rest| self.0.set(*rest)).is_some()
    }

    /// Puts back what a success brings.
    pub fn succeeded(&self) {
        self.0.set((self.0.get() + 1).min(Self::FULL));
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self(Cell::new(Self::FULL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    const ALL: Retry = Retry {
        at_most: 4,
        only_undone: false,
    };

    fn response(status: u16, headers: &[(&str, &str)]) -> HttpResponse {
        let pairs: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        HttpResponse {
            status,
            headers: pairs.into(),
            body: Vec::new(),
            truncated: false,
        }
    }

    fn request(method: Method, body: Option<&str>) -> HttpRequest {
        HttpRequest {
            method,
            body: body.map(Into::into),
            ..HttpRequest::get_json(Url::parse("https://h/").unwrap())
        }
    }

    #[test]
    fn only_what_may_be_done_twice_is_repeatable() {
        for (method, body, expected) in [
            (Method::Get, None, true),
            (Method::Head, None, true),
            (Method::Options, None, true),
            (Method::Delete, None, true),
            (Method::Delete, Some(r#"{"update":1}"#), true),
            (Method::Put, None, true),
            (Method::Put, Some(r#"{"fields":{"update":1}}"#), true),
            (Method::Put, Some(r#"{"fields":{},"update":{}}"#), false),
            (Method::Put, Some(r#"{"\u0075pdate":{}}"#), false),
            (Method::Put, Some(r#"[{"update":{}}]"#), true),
            (Method::Put, Some("\u{feff}{\"update\":{}}"), false),
            (Method::Put, Some("plain text"), true),
            (Method::Post, None, false),
            (Method::Patch, None, false),
            (Method::Trace, None, false),
            (Method::Purge, None, false),
        ] {
            assert_eq!(
                is_repeatable(&request(method, body)),
                expected,
                "{method:?} {body:?}"
            );
        }
    }

    #[test]
    fn what_may_pass_is_told_from_what_does_not() {
        let now = UnixMs(1_790_697_600_000);
        let text = String::new;
        for (error, expected) in [
            (TransportError::NameUnresolved, Some(Setback::Undone(0))),
            (
                TransportError::ConnectionFailed(text()),
                Some(Setback::Undone(0)),
            ),
            (TransportError::TimedOut, Some(Setback::LeftOpen(0))),
            (
                TransportError::Interrupted(text()),
                Some(Setback::LeftOpen(0)),
            ),
            (
                TransportError::ProtocolError(text()),
                Some(Setback::LeftOpen(0)),
            ),
            (TransportError::Denied(text()), None),
            (TransportError::TlsFailed(text()), None),
        ] {
            assert_eq!(Setback::of_transport(&error), expected, "{error:?}");
        }
        for (status, header, expected) in [
            (429, None, Some(Setback::Undone(0))),
            (
                429,
                Some(("retry-after", "7")),
                Some(Setback::Undone(7_000)),
            ),
            (
                429,
                Some(("retry-after", "Tue, 29 Sep 2026 16:00:09 GMT")),
                Some(Setback::Undone(9_000)),
            ),
            (
                429,
                Some(("x-ratelimit-reset", "2026-09-29T16:01Z")),
                Some(Setback::Undone(60_000)),
            ),
            (
                429,
                Some(("x-ratelimit-reset", "1790697603")),
                Some(Setback::Undone(3_000)),
            ),
            (
                429,
                Some(("x-ratelimit-reset", "1790697604000")),
                Some(Setback::Undone(4_000)),
            ),
            (
                429,
                Some(("ratelimit", "\"q\";r=0;t=5")),
                Some(Setback::Undone(5_000)),
            ),
            (
                503,
                Some(("retry-after", "2")),
                Some(Setback::LeftOpen(2_000)),
            ),
            (502, None, Some(Setback::LeftOpen(0))),
            (504, None, Some(Setback::LeftOpen(0))),
            (500, None, None),
            (501, None, None),
            (408, None, None),
            (409, None, None),
            (200, None, None),
        ] {
            let response = response(status, &header.into_iter().collect::<Vec<_>>());
            assert_eq!(
                Setback::of_response(&response, now),
                expected,
                "{status} {header:?}"
            );
        }
    }

    #[test]
    fn the_waits_are_the_documented_ones() {
        let wait =
            |retries, chance| ALL.wait_ms(retries, true, Setback::LeftOpen(0), chance, 600_000);
        let least: Vec<_> = (0..6).map(|retries| wait(retries, 0)).collect();
        let most: Vec<_> = (0..6).map(|retries| wait(retries, 255)).collect();
        assert_eq!(
            least,
            [
                Some(1_400),
                Some(2_800),
                Some(5_600),
                Some(11_200),
                None,
                None
            ]
        );
        assert_eq!(
            most,
            [
                Some(2_600),
                Some(5_200),
                Some(10_400),
                Some(20_800),
                None,
                None
            ]
        );
    }

    #[test]
    fn what_was_told_is_the_least_and_spread_all_the_same() {
        let wait = |chance| ALL.wait_ms(0, false, Setback::Undone(7_000), chance, 60_000);
        assert_eq!((wait(0), wait(255)), (Some(7_000), Some(8_200)));
        let short = ALL.wait_ms(0, false, Setback::Undone(1), 0, 60_000);
        assert_eq!(short, Some(1_400));
    }

    #[test]
    fn what_does_not_fit_into_the_time_is_not_waited_for() {
        let wait = |told, remaining| ALL.wait_ms(0, false, Setback::Undone(told), 0, remaining);
        assert_eq!(wait(7_000, 8_000), Some(7_000));
        assert_eq!(wait(7_000, 7_999), None);
        assert_eq!(wait(0, 2_400), Some(1_400));
        assert_eq!(wait(0, 2_399), None);
        assert_eq!(wait(u64::MAX, u64::MAX), None);
    }

    #[test]
    fn what_may_have_been_done_is_repeated_only_where_that_is_harmless_and_allowed() {
        let is_repeated = |retry: Retry, is_repeatable, setback| {
            retry
                .wait_ms(0, is_repeatable, setback, 0, 60_000)
                .is_some()
        };
        let narrow = Retry {
            only_undone: true,
            ..ALL
        };
        let off = Retry { at_most: 0, ..ALL };
        for (retry, is_repeatable, setback, expected) in [
            (ALL, true, Setback::LeftOpen(0), true),
            (ALL, false, Setback::LeftOpen(0), false),
            (ALL, false, Setback::Undone(0), true),
            (narrow, true, Setback::LeftOpen(0), false),
            (narrow, true, Setback::Undone(0), true),
            (off, true, Setback::Undone(0), false),
        ] {
            assert_eq!(
                is_repeated(retry, is_repeatable, setback),
                expected,
                "{retry:?} {is_repeatable} {setback:?}"
            );
        }
    }

    #[test]
    fn a_call_repeats_eight_requests_and_then_a_tenth_of_what_succeeds() {
        let budget = RetryBudget::default();
        let taken = |budget: &RetryBudget| (0..100).take_while(|_| budget.take()).count();
        assert_eq!(taken(&budget), 8);
        for _ in 0..25 {
            budget.succeeded();
        }
        assert_eq!(taken(&budget), 2);
        for _ in 0..10_000 {
            budget.succeeded();
        }
        assert_eq!(taken(&budget), 8, "it does not grow without end");
    }
}
