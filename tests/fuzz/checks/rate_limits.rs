use super::outside::response;
use crate::jira::{
    http::{Headers, HttpResponse},
    instant::UnixMs,
    rate_limit::RateLimit,
    retry::{MAX_RETRIES, Retry, Setback},
};

/// What a refusal is retried under.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    pub now: UnixMs,
    pub chance: u8,
    pub retries: u8,
    pub remaining_ms: u64,
}

/// Whatever the headers say, a wait is never shorter than told, nor longer than
/// the time that is left; and a number of seconds is taken at its word.
pub fn what_limits_say_is_bounded_and_never_shortens_a_wait(
    headers: &[(String, String)],
    given: Circumstances,
) {
    let Circumstances {
        now,
        chance,
        retries,
        remaining_ms,
    } = given;
    let answer = HttpResponse {
        headers: Headers::from(headers.to_vec()),
        ..response(429, "")
    };
    let limit = RateLimit::read(&answer.headers, now).unwrap_or_default();
    let told_ms = limit.told_wait_ms(now);
    if let Some(seconds) = answer.headers.get("retry-after")
        && let Ok(seconds) = seconds.trim().parse::<u64>()
    {
        assert_eq!(told_ms, seconds.saturating_mul(1_000));
    }
    if let Some(resets_at) = limit.resets_at {
        let written = resets_at.to_rfc3339();
        assert!(written.ends_with('Z') && !resets_at.to_string().is_empty());
    }
    let setback = Setback::of_response(&answer, || now);
    assert_eq!(setback, Some(Setback::Undone(told_ms)));
    let wait = Retry::default().wait_ms(
        retries,
        false,
        Setback::Undone(told_ms),
        chance,
        remaining_ms,
    );
    if let Some(wait_ms) = wait {
        assert!(wait_ms >= told_ms && wait_ms < remaining_ms && retries < MAX_RETRIES);
    }
}
