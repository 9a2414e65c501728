//! What a caller asks, and the same once it is checked.

mod checked;

use core::fmt;

pub use self::checked::CheckedRequest;
use super::{
    error::{Error, Result},
    http::Method,
    paging::options::Paginate,
    retry::RetryOptions,
};

/// Long enough for Jira's slow searches, short enough for a person to wait.
pub const DEFAULT_TIMEOUT_MS: u32 = 30_000;
/// A list is many requests: as long as a call may take.
pub const DEFAULT_LIST_TIMEOUT_MS: u32 = MAX_TIMEOUT_MS;
/// Beyond ten minutes nothing in front of Jira keeps a connection open.
pub const MAX_TIMEOUT_MS: u32 = 600_000;
/// Jira's largest pages are a few megabytes; this leaves room for documents.
pub const DEFAULT_RESPONSE_BYTES: u64 = 16 * 1024 * 1024;
/// The answer is held in a memory of at most 4 GiB, more than once on its way.
pub const MAX_RESPONSE_BYTES: u64 = 256 * 1024 * 1024;

/// A request as a caller gives it; wit/types.wit describes the fields.
#[derive(Clone)]
#[expect(missing_docs, reason = "wit/types.wit describes the fields")]
pub struct ApiRequest {
    pub connection: String,
    pub url_path: String,
    pub method: Method,
    pub query_params: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    pub cookies: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
    pub json_object: Option<String>,
    pub raw_json: Option<String>,
    pub options: RequestOptions,
    pub paginate: Option<Paginate>,
}

/// Method and connection only: the rest may be secret.
impl fmt::Debug for ApiRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ApiRequest({} on {:?})",
            self.method.as_str(),
            self.connection
        )
    }
}

/// How a call is made; wit/types.wit describes the fields.
#[derive(Debug, Clone, Copy, Default)]
#[expect(missing_docs, reason = "wit/types.wit describes the fields")]
pub struct RequestOptions {
    pub timeout_ms: Option<u32>,
    pub max_response_bytes: Option<u64>,
    pub redirect: Option<RedirectMode>,
    pub experimental: bool,
    pub retry: Option<RetryOptions>,
}

/// What to do with an answer that points elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectMode {
    /// Go there.
    Follow,
    /// Answer it.
    Manual,
}

/// A value that is given, if it is between 1 and the largest.
pub(in crate::jira) fn in_range<T: PartialOrd + From<u8> + fmt::Display>(
    field: &'static str,
    given: Option<T>,
    default: T,
    max: T,
) -> Result<T> {
    match given {
        None => Ok(default),
        Some(value) if value >= T::from(1) && value <= max => Ok(value),
        Some(value) => Err(Error::invalid(
            field,
            format_args!("{value} is not between 1 and {max}"),
        )),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A request that a test changes.
    pub(in crate::jira) fn request(method: Method, url_path: &str) -> ApiRequest {
        ApiRequest {
            connection: "main".into(),
            url_path: url_path.into(),
            method,
            query_params: Vec::new(),
            headers: Vec::new(),
            cookies: Vec::new(),
            body: None,
            json_object: None,
            raw_json: None,
            options: RequestOptions::default(),
            paginate: None,
        }
    }
}
