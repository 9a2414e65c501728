use std::fmt;
use std::time::Duration;

use wasmtime::component::{ComponentType, Lift, Lower};

use super::{Field, Method, Paginate, RedirectMode, RequestOptions, Retry};
use crate::redacted::{Names, Size};

/// A request to Jira, for `api_request` and `servicedesk_request` alike.
///
/// ```
/// use jira_host::types::Request;
///
/// let read = Request::get("support", "/issue/DEMO-1").with_query("fields", "summary");
/// let comment = Request::post("support", "/issue/DEMO-1/comment")
///     .with_json(r#"{"body": {"type": "doc", "version": 1, "content": []}}"#);
/// ```
#[derive(Clone, PartialEq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Request {
    /// The connection to use, as named at `oauth_exchange`.
    pub connection: String,
    /// The path, such as `/issue/DEMO-1`.
    #[component(name = "url-path")]
    pub url_path: String,
    /// The method.
    pub method: Method,
    /// Added to the query, in this order.
    #[component(name = "query-params")]
    pub query_params: Vec<Field>,
    /// Sent in this order.
    pub headers: Vec<Field>,
    /// Sent as one `Cookie` header.
    pub cookies: Vec<Field>,
    /// A body to be sent as given.
    pub body: Option<Vec<u8>>,
    /// A JSON object, as text.
    #[component(name = "json-object")]
    pub json_object: Option<String>,
    /// Any JSON, as text.
    #[component(name = "raw-json")]
    pub raw_json: Option<String>,
    /// How the call is made; `None` is all defaults.
    pub options: Option<RequestOptions>,
    /// Fetch the whole list that this is the first page of; `None` sends the
    /// request once.
    pub paginate: Option<Paginate>,
}

impl Request {
    /// A request without query, headers and body.
    pub fn new(method: Method, connection: impl Into<String>, url_path: impl Into<String>) -> Self {
        Request {
            connection: connection.into(),
            url_path: url_path.into(),
            method,
            query_params: Vec::new(),
            headers: Vec::new(),
            cookies: Vec::new(),
            body: None,
            json_object: None,
            raw_json: None,
            options: None,
            paginate: None,
        }
    }

    /// Reads.
    pub fn get(connection: impl Into<String>, url_path: impl Into<String>) -> Self {
        Request::new(Method::Get, connection, url_path)
    }

    /// Creates, or acts.
    pub fn post(connection: impl Into<String>, url_path: impl Into<String>) -> Self {
        Request::new(Method::Post, connection, url_path)
    }

    /// Replaces.
    pub fn put(connection: impl Into<String>, url_path: impl Into<String>) -> Self {
        Request::new(Method::Put, connection, url_path)
    }

    /// Removes.
    pub fn delete(connection: impl Into<String>, url_path: impl Into<String>) -> Self {
        Request::new(Method::Delete, connection, url_path)
    }

    /// Adds to the query.
    pub fn with_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query_params.push((name.into(), value.into()));
        self
    }

    /// Adds a header.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a cookie.
    pub fn with_cookie(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.cookies.push((name.into(), value.into()));
        self
    }

    /// Sets the body to bytes.
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sets the body to any JSON: text, or a value that prints as it, such as
    /// a `serde_json::Value`. It is `raw-json` in the contract.
    pub fn with_json(mut self, json: impl ToString) -> Self {
        self.raw_json = Some(json.to_string());
        self
    }

    /// Sets the body to a JSON object, and has anything else refused.
    pub fn with_json_object(mut self, json: impl ToString) -> Self {
        self.json_object = Some(json.to_string());
        self
    }

    /// Sets how long the call may take, in whole milliseconds.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        let milliseconds = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
        self.options_mut().timeout_ms = Some(milliseconds);
        self
    }

    /// Sets the longest body of an answer that is accepted.
    pub fn with_max_response_bytes(mut self, bytes: u64) -> Self {
        self.options_mut().max_response_bytes = Some(bytes);
        self
    }

    /// Sets what is done with redirects.
    pub fn with_redirect(mut self, mode: RedirectMode) -> Self {
        self.options_mut().redirect = Some(mode);
        self
    }

    /// Asks for an experimental operation of Jira Service Management.
    pub fn experimental(mut self) -> Self {
        self.options_mut().experimental = true;
        self
    }

    /// Asks for the whole list that this is the first page of. With
    /// `Paginate::default()`, as the contract has it where nothing is said.
    pub fn with_paginate(mut self, paginate: Paginate) -> Self {
        self.paginate = Some(paginate);
        self
    }

    /// Sets when it is sent again.
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.options_mut().retry = Some(retry);
        self
    }

    /// Sends each of its requests once.
    pub fn without_retries(self) -> Self {
        self.with_retry(Retry {
            at_most: Some(0),
            only_undone: false,
        })
    }

    fn options_mut(&mut self) -> &mut RequestOptions {
        self.options.get_or_insert(RequestOptions {
            timeout_ms: None,
            max_response_bytes: None,
            redirect: None,
            experimental: false,
            retry: None,
        })
    }

    /// The path up to its query, which may hold anything.
    fn path(&self) -> &str {
        self.url_path.split('?').next().unwrap_or_default()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text_size = |text: &Option<String>| text.as_ref().map(|text| Size(text.len()));
        f.debug_struct("Request")
            .field("connection", &self.connection)
            .field("method", &self.method)
            .field("path", &self.path())
            .field("query_params", &Names(&self.query_params))
            .field("headers", &Names(&self.headers))
            .field("cookies", &Names(&self.cookies))
            .field("body", &self.body.as_ref().map(|body| Size(body.len())))
            .field("json_object", &text_size(&self.json_object))
            .field("raw_json", &text_size(&self.raw_json))
            .field("options", &self.options)
            .field("paginate", &self.paginate)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_shows_no_value_and_no_body() {
        let request = Request::post("support", "/issue?token=hidden1")
            .with_query("jql", "hidden2")
            .with_header("X-Key", "hidden3")
            .with_cookie("session", "hidden4")
            .with_body("hidden5")
            .with_json("hidden6")
            .with_json_object("hidden7");
        let shown = format!("{request:?} {request:#?}");
        assert!(!shown.contains("hidden"), "{shown}");
        assert!(shown.contains("/issue") && shown.contains("X-Key") && shown.contains("[7 bytes]"));
    }

    #[test]
    fn options_that_are_not_given_stay_at_their_defaults() {
        let request = Request::get("support", "/myself").with_timeout(Duration::from_secs(5));
        let options = request.options.unwrap();
        assert_eq!(options.timeout_ms, Some(5_000));
        assert_eq!(options.max_response_bytes, None);
        assert!(!options.experimental);
    }
}
