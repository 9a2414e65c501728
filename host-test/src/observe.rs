//! What happens, told to whoever watches: hooks, metrics, and `tracing`.
//!
//! Every call of an export is a span `jira.call`, and every request that it
//! sends a span `http.request` within it. When one ends, an event of level `debug`
//! says so with the same names, under the targets [`REQUESTS`] and [`CALLS`]; its
//! message is a line for people. Nothing of this holds a query, a header, a body
//! or a token.
//!
//! Names and rules are those of OpenTelemetry for spans of HTTP clients:
//! `http.request.method` (and `http.request.method_original` for what it does not
//! know), `url.full`, `url.scheme`, `url.path`, `server.address`, `server.port`,
//! `error.type`, `http.response.status_code`, `http.response.body.size`,
//! `network.protocol.version`; `otel.name`, `otel.kind` and `otel.status_code` are for
//! `tracing-opentelemetry`. In two
//! things it is otherwise: `url.full` ends before the query, which may hold
//! personal data; and there is no `http.request.resend_count`, since it is the
//! component that sends again, and a second attempt looks to the host like any
//! request. `jira.attempts` of the call counts them.
//!
//! For metrics, give a [`Metrics`] or an [`Observe`] of your own to
//! [`Tenant::observed_by`](crate::Tenant::observed_by). One may do both:
//!
//! ```
//! use std::sync::Arc;
//!
//! use jira_host::Tenant;
//! use jira_host::observe::{EndedCall, EndedRequest, Metrics, Observe};
//!
//! struct Watch(Metrics);
//!
//! impl Observe for Watch {
//!     fn call_began(&self, export: &'static str) {
//!         self.0.call_began(export);
//!     }
//!
//!     fn call_ended(&self, call: &EndedCall<'_>) {
//!         self.0.call_ended(call);
//!         if call.refresh == Some("reauthorize") {
//!             println!("{:?} must be connected again", call.connection);
//!         }
//!     }
//!
//!     fn request_ended(&self, request: &EndedRequest<'_>) {
//!         self.0.request_ended(request);
//!     }
//! }
//!
//! fn watched(tenant: Tenant, watch: &Arc<Watch>) -> Tenant {
//!     tenant.observed_by(watch.clone())
//! }
//!
//! let watch = Arc::new(Watch(Metrics::new()));
//! watch.call_began("api-request");
//! let page = watch.0.render();
//! assert!(page.contains("jira_calls_under_way{export=\"api-request\"} 1"));
//! ```

mod body;
mod call;
mod efforts;
mod error_type;
mod method;
mod metrics;
mod request;

use std::time::Duration;

pub(crate) use self::call::CallWatch;
pub use self::metrics::Metrics;
pub(crate) use self::request::{RequestWatch, server_address};

/// The target of the events that tell of requests.
pub const REQUESTS: &str = "jira_host::observe::request";

/// The target of the events that tell of calls.
pub const CALLS: &str = "jira_host::observe::call";

/// Whoever wants to know what calls and requests come to.
///
/// These are called where the work is done, so they should take no time worth
/// mentioning.
pub trait Observe: Send + Sync + 'static {
    /// An export is called.
    fn call_began(&self, export: &'static str) {
        let _ = export;
    }

    /// A call is over. There is one of these for each that began, also where
    /// the caller gave it up.
    fn call_ended(&self, call: &EndedCall<'_>) {
        let _ = call;
    }

    /// A request's body is on its way. There is one of these for each piece, of
    /// each request of a call, a refresh of the tokens too.
    fn body_sent(&self, request: &SendingRequest<'_>) {
        let _ = request;
    }

    /// A request of the component is over: its answer was read, or given up, or
    /// there was none.
    fn request_ended(&self, request: &EndedRequest<'_>) {
        let _ = request;
    }
}

/// A call that is over.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct EndedCall<'a> {
    /// The export, by its name in the contract.
    pub export: &'static str,
    /// The connection that it was for, if it was for one.
    pub connection: Option<&'a str>,
    /// How long it took.
    pub duration: Duration,
    /// `None` where it did what was asked. Otherwise the contract's name of what
    /// happened, such as `rate-limited`; or, where the component did not come to
    /// an end, `trap`, `out-of-time`, `out-of-memory`, `busy` or `cancelled`.
    pub error_type: Option<&'static str>,
    /// How many requests it sent to Jira.
    pub attempts: u32,
    /// How long it waited, for other callers or to send a request again.
    pub waited: Duration,
    /// What came of the refresh of the tokens, if one was needed: `fresh`,
    /// `waited`, `rotated`, `recovered`, `reauthorize` or `failed`.
    pub refresh: Option<&'static str>,
}

/// A request whose body is on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SendingRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// The host that it is for. An address of IPv6 has no brackets.
    pub server_address: &'a str,
    /// The path, without a query.
    pub path: &'a str,
    /// How much of its body is with the connection, in bytes from its beginning.
    pub body_bytes: u64,
}

/// A request that is over.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct EndedRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// `https`, or `http` on loopback.
    pub scheme: &'a str,
    /// The host that it was for. Where [`EndedRequest::is_denied`], anybody may
    /// have chosen this name: keep it out of the labels of metrics. An address of
    /// IPv6 has no brackets.
    pub server_address: &'a str,
    /// The port.
    pub server_port: u16,
    /// The path, without a query.
    pub path: &'a str,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// How much of the answer's body was read, in bytes.
    pub response_bytes: u64,
    /// How long it took, until its body was read or given up.
    pub duration: Duration,
    /// `None` where all went well. Otherwise the status, from 400 on, or what
    /// became of the request, such as `connection-refused` or `cancelled`.
    pub error_type: Option<&'a str>,
    /// Whether it was not let out, as its origin is not among those allowed.
    pub is_denied: bool,
}

/// Watches nothing.
pub(crate) struct Nobody;

impl Observe for Nobody {}
