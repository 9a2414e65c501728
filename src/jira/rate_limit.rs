//! What an answer says of Jira's rate limits.
//!
//! Headers and forms: <https://developer.atlassian.com/cloud/jira/platform/rate-limiting/>.
//! The `Beta-…` twins are not read: they are announced limits that are not
//! enforced.

use super::{
    http::Headers,
    instant::{SECOND_MS, UnixMs},
};

/// What is known of a limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RateLimit {
    /// The least time to wait.
    pub retry_after_ms: Option<u64>,
    /// When the limit is reset.
    pub resets_at: Option<UnixMs>,
    /// What is allowed in a window.
    pub limit: Option<u64>,
    /// What is left of it.
    pub remaining: Option<u64>,
    /// Whether less than a fifth is left.
    pub near_limit: bool,
    /// Which limit was hit.
    pub reason: Option<String>,
}

impl RateLimit {
    /// Reads the headers; nothing where none of them is there.
    #[must_use]
    pub fn read(headers: &Headers, now: UnixMs) -> Option<Self> {
        let structured = headers.get("ratelimit");
        let number = |name| {
            headers
                .get(name)
                .and_then(|value| value.trim().parse().ok())
        };
        let limit = Self {
            retry_after_ms: headers
                .get("retry-after")
                .and_then(|value| retry_after_ms(value, now)),
            resets_at: headers
                .get("x-ratelimit-reset")
                .and_then(UnixMs::parse_any)
                .or_else(|| {
                    let seconds = structured.and_then(|value| parameter(value, "t"))?;
                    Some(now.plus(seconds.saturating_mul(SECOND_MS)))
                }),
            limit: number("x-ratelimit-limit"),
            remaining: number("x-ratelimit-remaining")
                .or_else(|| structured.and_then(|value| parameter(value, "r"))),
            near_limit: headers
                .get("x-ratelimit-nearlimit")
                .is_some_and(|value| value.trim().eq_ignore_ascii_case("true")),
            reason: headers
                .get("ratelimit-reason")
                .map(|value| value.trim().into()),
        };
        (limit != Self::default()).then_some(limit)
    }

    /// The least time to wait, by whichever header tells it.
    #[must_use]
    pub fn told_wait_ms(&self, now: UnixMs) -> u64 {
        let until_reset = self.resets_at.map(|at| at.since(now));
        self.retry_after_ms.or(until_reset).unwrap_or(0)
    }
}

/// Seconds, or a date (RFC 9110 section 10.2.3).
fn retry_after_ms(value: &str, now: UnixMs) -> Option<u64> {
    match value.trim().parse::<u64>() {
        Ok(seconds) => Some(seconds.saturating_mul(SECOND_MS)),
        Err(_) => UnixMs::parse_http_date(value).map(|at| at.since(now)),
    }
}

/// A parameter of `"global-app-quota";r=12;t=600`: of several limits, separated
/// by commas, the first.
fn parameter(value: &str, name: &str) -> Option<u64> {
    let first = value.split(',').next()?;
    first.split(';').skip(1).find_map(|parameter| {
        let (key, number) = parameter.split_once('=')?;
        (key.trim() == name)
            .then(|| number.trim().parse().ok())
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_790_697_600_000); // 2026-09-29T16:00:00Z

    fn read(pairs: &[(&str, &str)]) -> Option<RateLimit> {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(n, v)| (n.to_string(), v.to_string()))
            .collect();
        RateLimit::read(&Headers::from(pairs), NOW)
    }

    #[test]
    fn an_answer_that_says_nothing_gives_nothing() {
        assert_eq!(
            read(&[("content-type", "text/plain"), ("beta-retry-after", "9")]),
            None
        );
    }

    #[test]
    fn a_quota_refusal_is_read_whole() {
        let limit = read(&[
            ("retry-after", "1800"),
            ("x-ratelimit-limit", "65000"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "2026-09-29T17:00Z"),
            ("x-ratelimit-nearlimit", "true"),
            ("ratelimit-reason", "jira-quota-global-based"),
        ]);
        assert_eq!(
            limit,
            Some(RateLimit {
                retry_after_ms: Some(1_800_000),
                resets_at: Some(NOW.plus(3_600_000)),
                limit: Some(65_000),
                remaining: Some(0),
                near_limit: true,
                reason: Some("jira-quota-global-based".into()),
            })
        );
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date_and_not_as_anything_else() {
        let wait = |value| {
            read(&[("retry-after", value), ("x-ratelimit-limit", "1")])
                .unwrap()
                .retry_after_ms
        };
        assert_eq!(wait("5"), Some(5_000));
        assert_eq!(wait("Tue, 29 Sep 2026 16:00:30 GMT"), Some(30_000));
        assert_eq!(
            wait("Tue, 29 Sep 2026 15:00:00 GMT"),
            Some(0),
            "a date that has passed"
        );
        assert_eq!(wait("soon"), None);
        assert_eq!(wait("18446744073709551615"), Some(u64::MAX));
    }

    #[test]
    fn the_structured_header_fills_in_what_the_others_do_not_say() {
        let limit = read(&[(
            "ratelimit",
            "\"global-app-quota\";r=12;t=600, \"other\";r=1;t=2",
        )])
        .unwrap();
        assert_eq!(
            (limit.remaining, limit.resets_at),
            (Some(12), Some(NOW.plus(600_000)))
        );
        let limit = read(&[("ratelimit", "\"q\";r=12"), ("x-ratelimit-remaining", "7")]).unwrap();
        assert_eq!(limit.remaining, Some(7));
    }
}
