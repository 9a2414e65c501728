//! Refusals that were ordered, as the API that is asked would word them.

use crate::answer::Answer;
use crate::clock::{Now, epoch};
use crate::fault::Wait;
use crate::media;
use crate::request::Request;
use crate::{Origin, reporting, servicedesk};
use http::StatusCode;
use std::time::{Duration, SystemTime};

const MINUTE: u64 = 60;

/// What OAuth calls a server that cannot answer now, and one that is broken
/// (RFC 6749 section 4.1.2.1).
const UNAVAILABLE: &str = "temporarily_unavailable";
const BROKEN: &str = "server_error";

/// A refusal with this status, which says when to come again.
pub(crate) fn refusal(request: &Request, status: u16, waits: &[Wait]) -> Answer {
    let known = StatusCode::from_u16(status).ok();
    let reason = known.and_then(|status| status.canonical_reason());
    let answer = worded(request, status, reason.unwrap_or("Refused"));
    waits.iter().fold(answer, |answer, wait| {
        let (name, value) = wait.header();
        answer.with(name, &value)
    })
}

/// A refusal with this status, in the words of the API that is asked.
pub(crate) fn worded(request: &Request, status: u16, message: &str) -> Answer {
    let path = request.path();
    match request.origin {
        Origin::Auth => {
            let word = match status {
                429 | 503 => UNAVAILABLE,
                _ => BROKEN,
            };
            Answer::oauth(status, word, message)
        }
        Origin::Media => media::refusal(status, message),
        Origin::Api if path.contains("/rest/servicedeskapi/") => {
            servicedesk::refuse(status, message)
        }
        Origin::Api if path.contains("/jsm/") => servicedesk::refuse_operation(status, message),
        Origin::Api if path.starts_with("/app/") => reporting::refuse(status, message),
        Origin::Api if path.contains("/rest/") => Answer::platform(status, message),
        Origin::Api => Answer::gateway(status, message),
    }
}

impl Wait {
    fn header(self) -> (&'static str, String) {
        let ahead = |seconds| epoch().saturating_add(Duration::from_secs(seconds));
        match self {
            Wait::RetryAfterSeconds(seconds) => ("retry-after", seconds.to_string()),
            Wait::RetryAfterDate(seconds) => ("retry-after", http_date(seconds)),
            Wait::ResetMinute(seconds) => {
                let minutes = ahead(seconds).as_secs().div_ceil(MINUTE);
                let full = Duration::from_secs(minutes * MINUTE);
                ("x-ratelimit-reset", Now::at_epoch(full).utc_minute())
            }
            Wait::ResetSecond(seconds) => {
                let at = Now::at_epoch(ahead(seconds));
                ("x-ratelimit-reset", at.utc_second())
            }
            Wait::ResetEpoch(seconds) => {
                ("x-ratelimit-reset", ahead(seconds).as_secs().to_string())
            }
        }
    }
}

/// A date so many seconds ahead; in the furthest future there is, none.
fn http_date(seconds: u64) -> String {
    let at = SystemTime::now().checked_add(Duration::from_secs(seconds));
    httpdate::fmt_http_date(at.unwrap_or_else(SystemTime::now))
}
