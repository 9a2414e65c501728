use std::fmt;

use serde_json::value::RawValue;
use wasmtime::component::{ComponentType, Lift, Lower};

use super::{
    Action, Field, Limit, ListEnd, ListReport, RateLimit, RefreshOutcome, RequestTraits,
    StoreError, TransportError,
};
use crate::redacted::{Names, Size};

/// A final answer.
#[derive(Clone, PartialEq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// All headers in the order they came, names in lower case.
    pub headers: Vec<Field>,
    /// The body, as it came. Of a list, one JSON array of the items of all
    /// pages.
    pub body: Vec<u8>,
    /// With `paginate`: what was fetched.
    pub list: Option<ListReport>,
    /// Atlassian's name for this exchange.
    #[component(name = "trace-id")]
    pub trace_id: Option<String>,
    /// What it said of rate limits.
    #[component(name = "rate-limit")]
    pub rate_limit: Option<RateLimit>,
    /// How many requests were sent.
    pub attempts: u32,
    /// How long was waited, for other callers or to send it again.
    #[component(name = "waited-ms")]
    pub waited_ms: u64,
    /// This is the 404 to a DELETE that was sent before, and most likely carried
    /// out then.
    #[component(name = "probably-done")]
    pub probably_done: bool,
    /// What came of the refresh of the tokens; `None` where none was needed.
    pub refresh: Option<RefreshOutcome>,
}

impl Response {
    /// The items of a list, each the JSON text that came. `None` where the
    /// answer is no list.
    pub fn items(&self) -> Option<Vec<&str>> {
        let items: Vec<&RawValue> = match self.list.as_ref()?.end {
            ListEnd::NotAList => return None,
            _ => serde_json::from_slice(&self.body).ok()?,
        };
        Some(items.into_iter().map(RawValue::get).collect())
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &Names(&self.headers))
            .field("body", &Size(self.body.len()))
            .field("list", &self.list)
            .field("trace_id", &self.trace_id)
            .field("rate_limit", &self.rate_limit)
            .field("attempts", &self.attempts)
            .field("waited_ms", &self.waited_ms)
            .field("probably_done", &self.probably_done)
            .field("refresh", &self.refresh)
            .finish()
    }
}

/// Everything that is not success. It displays as its message.
#[derive(Clone, Debug, PartialEq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Error {
    /// What happened.
    pub kind: ErrorKind,
    /// What to do now.
    pub action: Action,
    /// What happened, where, and what to do, for people.
    pub message: String,
    /// How many times the request was sent.
    pub attempts: u32,
    /// How long was waited before giving up.
    #[component(name = "waited-ms")]
    pub waited_ms: u64,
    /// The request was sent, changes something, and no answer says that it was
    /// refused.
    #[component(name = "may-have-been-done")]
    pub may_have_been_done: bool,
    /// What came of the refresh of the tokens; `None` where none was needed.
    pub refresh: Option<RefreshOutcome>,
    /// Atlassian's name for the exchange.
    #[component(name = "trace-id")]
    pub trace_id: Option<String>,
    /// What the request is by itself; `None` where it was refused before it was
    /// one.
    pub traits: Option<RequestTraits>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// What happened.
#[derive(Clone, Debug, PartialEq, ComponentType, Lift, Lower)]
#[component(variant)]
pub enum ErrorKind {
    /// Refused before anything was read or sent: the field at fault.
    #[component(name = "invalid-request")]
    InvalidRequest(String),
    /// There is no grant that works: why.
    #[component(name = "reauthorization-required")]
    ReauthorizationRequired(String),
    /// Jira or the gateway answered with an error status.
    #[component(name = "api")]
    Api(ApiError),
    /// Jira refused for now.
    #[component(name = "rate-limited")]
    RateLimited(RateLimit),
    /// There was no usable HTTP answer.
    #[component(name = "transport")]
    Transport(TransportError),
    /// A status of success with a content that is not the documented one.
    #[component(name = "unexpected-response")]
    UnexpectedResponse(String),
    /// A stated limit was exceeded.
    #[component(name = "limit-exceeded")]
    LimitExceeded(Limit),
    /// The secret store failed.
    #[component(name = "secret-store")]
    SecretStore(StoreError),
    /// Set up wrongly: what.
    #[component(name = "configuration")]
    Configuration(String),
    /// Anything else: a fixed word.
    #[component(name = "other")]
    Other(String),
}

/// An answer with an error status.
#[derive(Clone, PartialEq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct ApiError {
    /// The status.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<Field>,
    /// What it says.
    pub messages: Vec<String>,
    /// What it says of single fields.
    #[component(name = "field-errors")]
    pub field_errors: Vec<Field>,
    /// The beginning of the body.
    pub body: Vec<u8>,
    /// The body was longer.
    #[component(name = "body-truncated")]
    pub body_truncated: bool,
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("status", &self.status)
            .field("headers", &Names(&self.headers))
            .field("messages", &self.messages)
            .field("field_errors", &self.field_errors)
            .field("body", &Size(self.body.len()))
            .field("body_truncated", &self.body_truncated)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Vec<Field> {
        vec![("x-trace".to_owned(), "hidden".to_owned())]
    }

    #[test]
    fn an_answer_shows_no_body_and_no_header_values() {
        let response = Response {
            status: 200,
            headers: fields(),
            body: b"hidden".to_vec(),
            list: None,
            trace_id: None,
            rate_limit: None,
            attempts: 1,
            waited_ms: 0,
            probably_done: false,
            refresh: None,
        };
        let shown = format!("{response:?}");
        assert!(
            !shown.contains("hidden") && shown.contains("x-trace"),
            "{shown}"
        );
    }

    #[test]
    fn an_error_displays_as_its_message_and_shows_no_body() {
        let error = Error {
            kind: ErrorKind::Api(ApiError {
                status: 404,
                headers: fields(),
                messages: vec!["Issue does not exist".to_owned()],
                field_errors: Vec::new(),
                body: b"hidden".to_vec(),
                body_truncated: false,
            }),
            action: Action::FixRequest,
            message: "Jira answered 404".to_owned(),
            attempts: 1,
            waited_ms: 0,
            may_have_been_done: false,
            refresh: None,
            trace_id: None,
            traits: None,
        };
        assert_eq!(error.to_string(), "Jira answered 404");
        let shown = format!("{error:?}");
        assert!(
            !shown.contains("hidden") && shown.contains("404"),
            "{shown}"
        );
    }
}
