//! Operations that Jira does not have, for tests of how things arrive.

use crate::answer::{Answer, Content};
use crate::route::Visit;
use crate::transcript::shown_fields;
use serde_json::json;

/// The longest body that can be asked for. It is made while it is sent.
const LONGEST: u64 = 1 << 40;

/// Answers what arrived: method, target, headers in the order and the letters
/// of the wire (labels in place of tokens), and the body as text.
pub(super) fn echo(visit: &mut Visit<'_>) -> Answer {
    let request = visit.request;
    Answer::json(
        200,
        &json!({
            "method": request.method,
            "target": request.target,
            "headers": shown_fields(request, visit.secrets),
            "body": String::from_utf8_lossy(&request.body),
        }),
    )
}

/// Answers this status, without a body.
pub(super) fn status(visit: &mut Visit<'_>) -> Answer {
    match visit.name(0).parse() {
        Ok(status @ 200..=599) => Answer::empty(status),
        _ => Answer::platform(400, "The status is a number from 200 to 599."),
    }
}

/// Redirects so many times on the gateway, by 302 or as `?status=` says.
pub(super) fn redirect(visit: &mut Visit<'_>) -> Answer {
    let Ok(times) = visit.name(0).parse::<u32>() else {
        return Answer::platform(400, "The number of redirects is a number.");
    };
    let Some(left) = times.checked_sub(1) else {
        return Answer::json(
            200,
            &json!({"arrived": true, "method": visit.request.method}),
        );
    };
    let query = match visit.request.query() {
        "" => String::new(),
        query => format!("?{query}"),
    };
    match visit.request.asked_number("status", 302) {
        status @ 300..=399 => {
            let location = visit.link(&format!("redirect/{left}{query}"));
            Answer::empty(status as u16).with("location", &location)
        }
        _ => Answer::platform(400, "The status of a redirect is a number from 300 to 399."),
    }
}

/// Answers so many bytes.
pub(super) fn bytes(visit: &mut Visit<'_>) -> Answer {
    match visit.name(0).parse() {
        Ok(length @ 0..=LONGEST) => {
            Answer::of(200, "application/octet-stream", Content::Counted(length))
        }
        _ => Answer::platform(400, "The number of bytes is a number up to 2^40."),
    }
}
