//! What an error status means.

use super::{
    api_error::ApiError,
    error::{Error, Kind},
    http::HttpResponse,
    instant::UnixMs,
    rate_limit::RateLimit,
    site::Site,
};

/// Whether the token was refused, so that a newer one may help.
///
/// A 401 about scopes is not that: a refresh would bring the same scopes.
#[must_use]
pub fn is_token_refused(response: &HttpResponse) -> bool {
    match response.status {
        401 => !is_scope_mismatch(response),
        _ => is_login_failed(response),
    }
}

/// Whether an answer that looks like a success is one for nobody: Jira did not
/// accept the token and went on without it.
#[must_use]
pub fn is_login_failed(response: &HttpResponse) -> bool {
    let mut reasons = response
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("x-seraph-loginreason"))
        .flat_map(|(_, value)| value.split(','))
        .map(str::trim)
        .peekable();
    response.is_success()
        && reasons.peek().is_some()
        && reasons.all(|reason| reason == "AUTHENTICATED_FAILED")
}

/// Whether an answer may be about a token that has expired, where the clock
/// says so too: some paths of the gateway tell it so.
#[must_use]
pub fn may_mean_expired(response: &HttpResponse) -> bool {
    matches!(response.status, 403 | 404)
}

/// The gateway answers 401 for a scope that is missing, and also for paths
/// that it does not know.
fn is_scope_mismatch(response: &HttpResponse) -> bool {
    const CATEGORY: &str = "FAILURE_CLIENT_SCOPE_CHECK";
    const SENTENCE: &str = "scope does not match";
    response
        .headers
        .get("x-failure-category")
        .is_some_and(|category| category.trim() == CATEGORY)
        || (response.status == 401 && String::from_utf8_lossy(&response.body).contains(SENTENCE))
}

/// Whether an answer leaves open if the request was carried out: the server
/// failed while it was at it.
#[must_use]
pub fn leaves_open(status: u16) -> bool {
    status == 408 || status >= 500
}

/// What was asked, for saying what an error means.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Whether it only reads.
    pub is_safe: bool,
    /// The site it was for.
    pub site: &'a Site,
    /// What the connection was granted.
    pub scopes: &'a [String],
    /// Whether it was the site that answered, and not where it pointed to.
    pub is_own_site: bool,
    /// Whether the request was carried out already, and this is the answer of
    /// where it pointed to.
    pub was_done: bool,
}

/// Reads an answer that is no success.
#[must_use]
pub fn read(response: HttpResponse, asked: Asked<'_>, now: UnixMs) -> Error {
    let trace_id = response.trace_id();
    let left_open = !asked.is_safe && leaves_open(response.status);
    let error = if response.status == 429 {
        rate_limited(&response, asked.was_done, now)
    } else if asked.is_own_site {
        of_the_site(response, asked)
    } else {
        let error = ApiError::of_another_origin(response.status);
        let message = format!("the server that Jira points to answered {error}");
        Error::new(Kind::Api(error), message)
    };
    error
        .with_trace(trace_id)
        .or_maybe_done(asked.was_done || left_open)
}

fn of_the_site(response: HttpResponse, asked: Asked<'_>) -> Error {
    if is_scope_mismatch(&response) {
        let granted = asked.scopes.join(" ");
        return Error::configuration(
            "scope",
            format!(
                "the gateway says that the scopes do not match: the connection lacks a scope of this operation, \
                 or there is no such path; granted are: {granted}; add the scope to the app in the developer \
                 console and authorize again with it"
            ),
        );
    }
    if response.status == 401 || is_login_failed(&response) {
        let status = response.status;
        let was_tried_once = response.is_success() && !asked.is_safe;
        let message = match was_tried_once {
            true => format!(
                "the access token was not accepted, and the answer ({status}) was for nobody; look whether the \
                 request was carried out; then refresh the tokens, or consent again"
            ),
            false => format!(
                "a fresh access token was refused ({status}); the grant may have been revoked; consent again"
            ),
        };
        return Error::reauthorize("unauthorized", message).or_maybe_done(was_tried_once);
    }
    let error = ApiError::read(response);
    if is_site_refused(&error) {
        let Site { name, url, .. } = asked.site;
        return Error::configuration(
            "site",
            format!(
                "the app is not installed on the site {name} ({url}): the gateway answered {error}; consent again \
                 for it, or choose another site"
            ),
        );
    }
    let hint = hint(&error);
    let message = format!("Jira answered {error}{hint}");
    Error::new(Kind::Api(error), message)
}

/// Whether the gateway keeps the connection out of the site. It says so in a
/// form of its own; Jira's form, with this sentence, is an older one.
fn is_site_refused(error: &ApiError) -> bool {
    error.status == 403
        && (error.body_number("code") == Some(403)
            || error.mentions("app is not installed on this instance"))
}

/// What an answer does not say of itself.
fn hint(error: &ApiError) -> &'static str {
    match error.status {
        410 if !error.mentions("search/jql") => {
            "; Atlassian has removed this operation; issues are searched by /search/jql now"
        }
        404 if error.body_number("status") == Some(404) && error.body_has("timestamp") => {
            "; the gateway has no such path, or no such site any more: choose-site asks for the sites anew"
        }
        _ => "",
    }
}

fn rate_limited(response: &HttpResponse, was_done: bool, now: UnixMs) -> Error {
    let limit = RateLimit::read(&response.headers, now).unwrap_or_default();
    let reason = limit
        .reason
        .as_deref()
        .map(|reason| format!(" ({reason})"))
        .unwrap_or_default();
    let when = match (limit.retry_after_ms, limit.resets_at) {
        (Some(ms), _) => format!("try again in {} s", ms.div_ceil(1_000)),
        (None, Some(at)) => format!("try again after {at}"),
        (None, None) => "try again later".into(),
    };
    let done = if was_done {
        "the request itself was done"
    } else {
        "nothing was done"
    };
    let message = format!("Jira limits the rate of requests{reason}; {done}; {when}");
    Error::new(Kind::RateLimited(limit), message)
}
