//! What comes of it when a request is carried out, and when it is carried out
//! twice (RFC 9110 sections 9.2.1 and 9.2.2), as far as Jira's own operations
//! go by their methods.

use super::{
    http::{HttpRequest, Method},
    json::{self, Object},
    paging::paths::{self, Repeat},
};

/// The POSTs of the platform that only read and come in no pages, by their path
/// below the API: they ask in their body for what a query could not hold.
/// <https://developer.atlassian.com/cloud/jira/platform/rest/v3/>
const READING: &[&str] = &[
    "/comment/list",
    "/issue/bulkfetch",
    "/jql/match",
    "/jql/parse",
    "/permissions/check",
    "/search/approximate-count",
    "/worklog/list",
];

/// What comes of a request that is carried out twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryClass {
    /// It only reads.
    Safe,
    /// The same as of one that is carried out once.
    Idempotent,
    /// Perhaps twice as much.
    NotIdempotent,
}

/// Whether a request only reads: by its method, or as one of the POSTs that are
/// known to. The path is that at Atlassian's gateway, or the one below a site.
#[must_use]
pub fn is_safe(method: Method, path: &str) -> bool {
    match method {
        Method::Post => is_reading_post(paths::below(path, "/ex/jira/")),
        method => method.is_safe(),
    }
}

/// Whether a request may be carried out twice.
#[must_use]
pub fn is_idempotent(request: &HttpRequest) -> bool {
    let body = request.body.as_deref().unwrap_or_default();
    let class = RetryClass::of(request.method, request.url.path(), body);
    class != RetryClass::NotIdempotent
}

impl RetryClass {
    /// That of a request, by its method, path and body. PUT may be carried out
    /// twice but for the operations in `update`, of which some add.
    #[must_use]
    pub fn of(method: Method, path: &str, body: &[u8]) -> Self {
        match method {
            _ if is_safe(method, path) => Self::Safe,
            Method::Delete => Self::Idempotent,
            Method::Put if !has_update(body) => Self::Idempotent,
            _ => Self::NotIdempotent,
        }
    }
}

fn is_reading_post(path: &str) -> bool {
    paths::repeat(Method::Post, path) != Repeat::Never
        || READING.contains(&paths::of_platform(path))
}

/// What is no JSON to us may be some to Jira.
fn has_update(body: &[u8]) -> bool {
    const UPDATE: &str = "update";
    match Object::parse(body) {
        Ok(object) => object.get(UPDATE).is_some(),
        Err(json::Broken::NotAnObject) => false,
        Err(_) => body
            .windows(UPDATE.len())
            .any(|part| part == UPDATE.as_bytes()),
    }
}
