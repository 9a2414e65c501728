use std::fmt;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::{EndedCall, EndedRequest, Observe, method};

/// The bounds that OpenTelemetry proposes for the duration of requests, in
/// seconds, and two more: a request may be given ten minutes. A sweep may take an hour,
/// and is above them all.
const BOUNDS: [f64; 16] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 60.0, 600.0,
];

type Durations<L> = Family<L, Histogram, fn() -> Histogram>;

/// Counts calls and requests, and how long they took, in Prometheus' way.
///
/// One is for all tenants of a process. Labels are few: no connection, no path,
/// and no name of a server that was not allowed.
///
/// ```
/// use std::sync::Arc;
///
/// use jira_host::observe::Metrics;
///
/// # fn tenants() -> Vec<jira_host::Tenant> { Vec::new() }
/// let metrics = Arc::new(Metrics::new());
/// for tenant in tenants() {
///     let tenant = tenant.observed_by(metrics.clone());
///     // … serve it
/// #   let _ = tenant;
/// }
/// // When Prometheus asks:
/// let (content_type, page) = (Metrics::CONTENT_TYPE, metrics.render());
/// # assert!(content_type.starts_with("text/plain"), "{content_type}");
/// # assert_eq!(page, "");
/// ```
pub struct Metrics {
    registry: Registry,
    calls: Durations<CallLabels>,
    under_way: Family<ExportLabels, Gauge>,
    requests: Durations<RequestLabels>,
    refreshes: Family<RefreshLabels, Counter>,
    attempts: Family<ExportLabels, Counter>,
    waits: Family<ExportLabels, Counter<f64, AtomicU64>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefreshLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ExportLabels {
    export: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    export: &'static str,
    error_type: Option<&'static str>,
}

/// An empty label is no label, to Prometheus.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    http_request_method: String,
    server_address: Option<String>,
    server_port: Option<u16>,
    http_response_status_code: Option<u16>,
    error_type: Option<String>,
}

impl Metrics {
    /// The `Content-Type` of what [`Metrics::render`] answers.
    pub const CONTENT_TYPE: &'static str = prometheus_text::CONTENT_TYPE;

    /// Nothing has happened yet.
    pub fn new() -> Self {
        let calls = Durations::new_with_constructor(histogram as fn() -> Histogram);
        let requests = Durations::new_with_constructor(histogram as fn() -> Histogram);
        let under_way = Family::default();
        let mut registry = Registry::default();
        registry.register(
            "jira_call_duration_seconds",
            "Calls of the component's exports, and how long they took",
            calls.clone(),
        );
        registry.register(
            "jira_calls_under_way",
            "Calls of the component's exports that have not ended",
            under_way.clone(),
        );
        registry.register(
            "http_client_request_duration_seconds",
            "Requests of the component, and how long they took until their answer was read",
            requests.clone(),
        );
        let refreshes = Family::default();
        let attempts = Family::default();
        let waits = Family::default();
        registry.register(
            "jira_refreshes",
            "Refreshes of tokens that calls needed, by what came of them",
            refreshes.clone(),
        );
        registry.register(
            "jira_call_attempts",
            "Requests to Jira that calls took, those included that were sent again",
            attempts.clone(),
        );
        registry.register(
            "jira_call_waits_seconds",
            "How long calls waited, for other callers or to send a request again",
            waits.clone(),
        );
        Metrics {
            registry,
            calls,
            under_way,
            requests,
            refreshes,
            attempts,
            waits,
        }
    }

    /// Everything, in Prometheus' text format.
    pub fn render(&self) -> String {
        let mut page = String::new();
        // A `String` takes whatever is written to it.
        let _ = prometheus_text::encode(&mut page, &self.registry);
        page
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics::new()
    }
}

impl Observe for Metrics {
    fn call_began(&self, export: &'static str) {
        self.under_way.get_or_create(&ExportLabels { export }).inc();
    }

    fn call_ended(&self, call: &EndedCall<'_>) {
        let export = call.export;
        self.under_way.get_or_create(&ExportLabels { export }).dec();
        let labels = CallLabels {
            export,
            error_type: call.error_type,
        };
        let calls = self.calls.get_or_create(&labels);
        calls.observe(seconds(call.duration));
        let labels = ExportLabels { export };
        let attempts = self.attempts.get_or_create(&labels);
        attempts.inc_by(call.attempts.into());
        let waits = self.waits.get_or_create(&labels);
        waits.inc_by(seconds(call.waited));
        if let Some(outcome) = call.refresh {
            self.refreshes
                .get_or_create(&RefreshLabels { outcome })
                .inc();
        }
    }

    fn request_ended(&self, request: &EndedRequest<'_>) {
        let is_known = !request.is_denied;
        let labels = RequestLabels {
            http_request_method: method::name(request.method).to_owned(),
            server_address: is_known.then(|| request.server_address.to_owned()),
            server_port: is_known.then_some(request.server_port),
            http_response_status_code: request.status,
            error_type: request.error_type.map(str::to_owned),
        };
        let requests = self.requests.get_or_create(&labels);
        requests.observe(seconds(request.duration));
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

fn histogram() -> Histogram {
    Histogram::new(BOUNDS)
}

fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request<'a>(is_denied: bool, server_address: &'a str) -> EndedRequest<'a> {
        EndedRequest {
            method: "GET",
            scheme: "https",
            server_address,
            server_port: 443,
            path: "/rest/api/3/myself",
            status: (!is_denied).then_some(404),
            response_bytes: 7,
            duration: Duration::from_millis(30),
            error_type: Some(if is_denied { "denied" } else { "404" }),
            is_denied,
        }
    }

    #[test]
    fn what_ended_is_counted_by_few_labels() {
        let metrics = Metrics::new();
        metrics.call_began("api-request");
        metrics.call_began("api-request");
        metrics.call_ended(&EndedCall {
            export: "api-request",
            connection: Some("hidden"),
            duration: Duration::from_millis(300),
            error_type: Some("api"),
            attempts: 3,
            waited: Duration::from_millis(2_500),
            refresh: Some("rotated"),
        });
        metrics.request_ended(&request(false, "api.atlassian.com"));
        metrics.request_ended(&request(true, "hidden.example"));
        let page = metrics.render();
        for line in [
            "jira_calls_under_way{export=\"api-request\"} 1",
            "jira_call_duration_seconds_count{export=\"api-request\",error_type=\"api\"} 1",
            "jira_call_duration_seconds_bucket{export=\"api-request\",error_type=\"api\",\
             le=\"0.5\"} 1",
            "jira_refreshes_total{outcome=\"rotated\"} 1",
            "jira_call_attempts_total{export=\"api-request\"} 3",
            "jira_call_waits_seconds_total{export=\"api-request\"} 2.5",
            "http_client_request_duration_seconds_count{http_request_method=\"GET\",\
             server_address=\"api.atlassian.com\",server_port=\"443\",\
             http_response_status_code=\"404\",error_type=\"404\"} 1",
            "http_client_request_duration_seconds_count{http_request_method=\"GET\",\
             server_address=\"\",server_port=\"\",http_response_status_code=\"\",\
             error_type=\"denied\"} 1",
        ] {
            assert!(page.lines().any(|it| it == line), "{line}\n{page}");
        }
        assert!(
            !page.contains("hidden") && !page.contains("myself"),
            "{page}"
        );
    }
}
