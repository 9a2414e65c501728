use std::sync::{Arc, OnceLock};
use std::time::Duration;

use atlassian_simulator::{CANARY, Fault, On, Recorded, Settings, Simulator};
use jira_host::network::NetworkPolicy;
use jira_host::types::{
    Action, Authorize, Error, ErrorKind, OauthOutcome, OauthStep, Request, Response,
};
use jira_host::{Connector, Loader, Network, Tenant};
use serde_json::Value;

use crate::canary::{hushed, listen};
use crate::clock::Clock;
use crate::store::RecordingStore;
use crate::support;

/// The connection of all tests that need but one.
pub const DEMO: &str = "demo";

/// What a test plays on. When it is dropped, no fault may be left, and nothing
/// may have been sent that a client should not send.
pub struct Stage {
    pub simulator: Simulator,
    pub store: Arc<RecordingStore>,
    pub clock: Clock,
    pub tenant: Tenant,
}

/// A point in time, to look back to.
#[derive(Clone, Copy)]
pub struct Mark {
    requests: usize,
    changes: usize,
}

/// All tests of this binary call at once, some of them 64 times.
const CONCURRENT_CALLS: u32 = 256;

/// Where it is kept for the processes that tests start, and the next run.
const COMPILED: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/compiled");

/// Compiled once for all tests of this binary.
pub fn connector() -> &'static Connector {
    static CONNECTOR: OnceLock<Connector> = OnceLock::new();
    CONNECTOR.get_or_init(|| {
        listen();
        let loader = Loader::new()
            .with_max_concurrent_calls(CONCURRENT_CALLS)
            .with_cache(COMPILED);
        loader.load(support::component()).unwrap()
    })
}

impl Stage {
    /// Without any connection.
    pub async fn set(settings: Settings) -> Stage {
        let simulator = Simulator::start(settings).await.unwrap();
        let store = Arc::new(RecordingStore::new(simulator.clone()));
        let clock = Clock::new();
        let mut policy = NetworkPolicy::none().allow_origins(simulator.origins());
        if let Some(authority) = simulator.ca_pem() {
            policy = policy.trust_pem(authority);
        }
        let network = policy.build().unwrap();
        let tenant = tenant(&store, &clock, network);
        Stage {
            simulator,
            store,
            clock,
            tenant,
        }
    }

    /// With a connection that has Jira Service Management.
    pub async fn connected() -> Stage {
        Stage::connected_to(Settings::default()).await
    }

    pub async fn connected_to(settings: Settings) -> Stage {
        let stage = Stage::set(settings).await;
        stage
            .connect(Authorize::new(DEMO).with_service_management())
            .await;
        stage
    }

    /// The same tenant, on another network.
    pub fn tenant_on<'a>(&self, origins: impl IntoIterator<Item = &'a str>) -> Tenant {
        tenant(
            &self.store,
            &self.clock,
            Network::allowing(origins).unwrap(),
        )
    }

    pub async fn api(&self, request: &Request) -> Result<Response, Error> {
        let answer = hushed(self.tenant.api_request(request).await.unwrap());
        answer.map_err(without_traits)
    }

    pub async fn desk(&self, request: &Request) -> Result<Response, Error> {
        let answer = hushed(self.tenant.servicedesk_request(request).await.unwrap());
        answer.map_err(without_traits)
    }

    pub async fn oauth(&self, step: OauthStep) -> Result<OauthOutcome, Error> {
        hushed(self.tenant.oauth_exchange(&step).await.unwrap())
    }

    /// Lets time pass, here and at Atlassian.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.simulator.advance(by);
    }

    pub fn script(&self, method: &str, path_suffix: &str, fault: Fault) {
        self.simulator
            .script(On::method_path(method, path_suffix), fault);
    }

    pub fn cloud_id(&self) -> &str {
        &self.simulator.settings().sites[0].cloud_id
    }

    /// What a request below the first site has as its target.
    pub fn target(&self, path: &str) -> String {
        format!("/ex/jira/{}{path}", self.cloud_id())
    }

    pub fn last_request(&self) -> Recorded {
        self.simulator.requests().pop().unwrap()
    }

    pub fn mark(&self) -> Mark {
        Mark {
            requests: self.simulator.transcript().len(),
            changes: self.store.changes().len(),
        }
    }

    /// What was sent since, with `{site}` for the first site at the gateway.
    pub fn sent_since(&self, mark: Mark) -> Vec<String> {
        let site = self.target("");
        let lines = self.simulator.transcript();
        let lines = lines.iter().skip(mark.requests);
        lines.map(|line| line.replace(&site, "{site}")).collect()
    }

    /// What was sent and stored since, in the order of time.
    pub fn timeline_since(&self, mark: Mark) -> Vec<String> {
        let changes = self.store.changes();
        let mut changes = changes.iter().skip(mark.changes).peekable();
        let mut timeline = Vec::new();
        for (place, request) in self.sent_since(mark).into_iter().enumerate() {
            let is_earlier = |requests: usize| requests <= mark.requests + place;
            while let Some(change) = changes.next_if(|change| is_earlier(change.requests_before)) {
                timeline.push(change.line.clone());
            }
            timeline.push(request);
        }
        timeline.extend(changes.map(|change| change.line.clone()));
        timeline
    }

    fn violations(&self) -> Vec<String> {
        let requests = self.simulator.requests();
        requests
            .into_iter()
            .filter_map(|request| request.violation)
            .collect()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        assert_eq!(self.simulator.unmet_faults(), Vec::<String>::new());
        assert_eq!(self.store.unmet_faults(), Vec::<String>::new());
        assert_eq!(self.violations(), Vec::<String>::new());
        let shown = self.simulator.transcript().join("\n");
        assert!(!shown.contains(CANARY), "{shown}");
    }
}

fn tenant(store: &Arc<RecordingStore>, clock: &Clock, network: Network) -> Tenant {
    let clock = clock.clone();
    connector()
        .tenant(store.clone(), network)
        .with_wall_clock(move || clock.now())
}

/// What requests are by themselves has its own tests, in `traits`.
fn without_traits(error: Error) -> Error {
    Error {
        traits: None,
        ..error
    }
}

/// An error of a request that was not sent.
pub fn error(kind: ErrorKind, action: Action, message: &str) -> Error {
    Error {
        kind,
        action,
        message: message.to_owned(),
        attempts: 0,
        waited_ms: 0,
        may_have_been_done: false,
        refresh: None,
        trace_id: None,
        traits: None,
    }
}

/// An error of an answer, which has a trace id.
#[track_caller]
pub fn assert_answered(mut actual: Error, expected: &Error) {
    assert!(actual.trace_id.take().is_some(), "{actual:?}");
    assert_eq!(actual, *expected);
}

pub fn invalid(field: &str, message: &str) -> Error {
    let kind = ErrorKind::InvalidRequest(field.to_owned());
    error(kind, Action::FixRequest, &format!("{field}: {message}"))
}

pub fn configuration(what: &str, message: &str) -> Error {
    let kind = ErrorKind::Configuration(what.to_owned());
    error(kind, Action::FixConfiguration, message)
}

pub fn reauthorize(why: &str, message: &str) -> Error {
    let kind = ErrorKind::ReauthorizationRequired(why.to_owned());
    error(kind, Action::Reauthorize, message)
}

pub fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}
