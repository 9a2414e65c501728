use std::sync::Arc;
use std::time::Duration;

use jira_host::network::NetworkPolicy;
use jira_host::secrets::MemoryStore;
use jira_host::types::{Action, Error, Method, Request, Response};
use jira_host::{Network, Tenant};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::authority;
use super::fault::{Comes, Fault, Opening, Over};
use super::server::Server;
use super::tls::Authority;
use crate::stage::{DEMO, Stage, connector};
use crate::store::RecordingStore;

/// What an answer may have here.
pub const MAX_BYTES: u64 = 64 * 1024;

/// How long a call waits for a server that does nothing: so long that also on a busy
/// machine the request has left by then.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a call may take that does not have to wait: so long that a busy
/// machine makes no difference.
const TIME: Duration = Duration::from_secs(180);

/// When a call counts as one that never ends.
const FOR_EVER: Duration = Duration::from_secs(300);

/// How many servers are tried at once.
const AT_ONCE: usize = 16;

/// Faults, a server for each, and a connection to all of them.
pub struct Trial {
    stage: Stage,
    servers: Vec<(Fault, Server)>,
    network: Network,
}

/// A server for each fault.
pub async fn serve(faults: &[Fault]) -> Vec<(Fault, Server)> {
    let stranger = Authority::new();
    let [tls, h2] = [Over::Tls, Over::H2].map(|over| authority().acceptor(over));
    let untrusted = stranger.acceptor(Over::Tls);
    let mut servers = Vec::new();
    for fault in faults {
        let acceptor = match (fault.over, &fault.opening) {
            (Over::Tcp, _) => None,
            (_, Opening::Untrusted) => Some(untrusted.clone()),
            (Over::Tls, _) => Some(tls.clone()),
            (Over::H2, _) => Some(h2.clone()),
        };
        let server = Server::start(fault.clone(), acceptor).await;
        servers.push((fault.clone(), server));
    }
    servers
}

/// A network that reaches these, and trusts their authority.
pub fn network_to<'a>(origins: impl IntoIterator<Item = &'a str>) -> Network {
    let policy = NetworkPolicy::none().allow_origins(origins);
    policy.trust_pem(authority().pem()).build().unwrap()
}

/// Another store with the same entries.
pub async fn copy_of(store: &RecordingStore) -> MemoryStore {
    let copy = MemoryStore::new();
    for (key, entry) in store.entries().await {
        copy.insert(&key, entry.value).unwrap();
    }
    copy
}

impl Trial {
    pub async fn of(faults: &[Fault]) -> Trial {
        let servers = serve(faults).await;
        Trial {
            stage: Stage::connected().await,
            network: network_to(servers.iter().map(|(_, server)| server.origin())),
            servers,
        }
    }

    /// What went otherwise than it should, in words.
    pub async fn run(self) -> Vec<String> {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let mut trials = JoinSet::new();
        for (fault, server) in &self.servers {
            let tenant = self.tenant(server).await;
            let (fault, places) = (fault.clone(), places.clone());
            trials.spawn(async move {
                let _place = places.acquire().await.unwrap();
                let mut failures = Vec::new();
                for method in [Method::Get, Method::Post] {
                    failures.extend(judge(&fault, method, &tenant).await);
                }
                failures
            });
        }
        let mut failures: Vec<String> = trials.join_all().await.concat();
        let after = Request::get(DEMO, "/myself");
        if let Err(error) = self.stage.api(&after).await {
            failures.push(format!("and after all that: {error:?}"));
        }
        failures.sort_unstable();
        failures
    }

    /// The connection, as it is for somebody whose API is this server.
    async fn tenant(&self, server: &Server) -> Tenant {
        let store = copy_of(&self.stage.store).await;
        let mut app: Value = serde_json::from_str(&self.stage.simulator.app_record()).unwrap();
        app["api_origin"] = server.origin().into();
        store.insert("app", app.to_string()).unwrap();
        let clock = self.stage.clock.clone();
        connector()
            .tenant(Arc::new(store), self.network.clone())
            .with_wall_clock(move || clock.now())
    }
}

async fn judge(fault: &Fault, method: Method, tenant: &Tenant) -> Option<String> {
    let time = match fault.comes {
        Comes::TimedOut => PATIENCE,
        _ => TIME,
    };
    let request = Request::new(method, DEMO, "/thing")
        .with_timeout(time)
        .with_max_response_bytes(MAX_BYTES)
        .without_retries();
    let call = tokio::time::timeout(FOR_EVER, tenant.api_request(&request));
    let said = match call.await {
        Err(_) => Some("it hangs".to_owned()),
        Ok(Err(trap)) => Some(trap.to_string()),
        Ok(Ok(outcome)) => objection(fault, method, &outcome),
    };
    said.map(|said| format!("{} ({method:?}): {said}", fault.name))
}

/// What is wrong with what came.
fn objection(fault: &Fault, method: Method, outcome: &Result<Response, Error>) -> Option<String> {
    let came = Comes::of(outcome);
    if came != fault.comes {
        return Some(format!("{:.300}", format!("{came:?} {outcome:?}")));
    }
    let error = outcome.as_ref().err()?;
    let changes = method == Method::Post;
    let is_unsent = matches!(came, Comes::Unconnected | Comes::NoTls);
    let is_open = match came {
        Comes::Status(status) => changes && status >= 500,
        _ => changes && !is_unsent,
    };
    if error.may_have_been_done != is_open {
        return Some(format!("it may have been done: {is_open}, not {error:?}"));
    }
    if is_open && error.action != Action::Report {
        return Some(format!("somebody must look, not {error:?}"));
    }
    None
}
