//! The same servers in place of the token endpoint. Whatever they make of a
//! refresh, and whether Atlassian has carried it out before or not, the stored
//! pair stays, the lease is given back, and the next call gets a newer pair,
//! with no person asked.

use std::sync::Arc;

use atlassian_simulator::Simulator;
use jira_host::secrets::SecretStore;
use jira_host::types::{Action, Error, OauthStep, RefreshOutcome, Request, Response};
use jira_host::{Network, Tenant};

use super::fault::{Comes, Fault, Opening, Over};
use super::server::Server;
use super::trial::{copy_of, network_to, serve};
use super::{bodies, compressed, contents, cuts, documents, handshakes, heads, stalls, streams};
use crate::clock::hurried;
use crate::stage::{DEMO, Stage, connector};

/// Each class of faults; of the cuts, those in another part of the answer. What
/// TLS only carries is met in the clear.
fn all() -> Vec<Fault> {
    let faults = [
        cuts::in_each_part(),
        stalls::all(),
        bodies::all(),
        heads::all(),
        contents::all(),
        handshakes::all(),
        streams::all(),
        said(documents::no_tokens()),
        said(vec![
            b"<!DOCTYPE html><html><title>Down</title></html>".to_vec(),
        ]),
        compressed::tokens_said(),
    ]
    .concat();
    let is_carried =
        |fault: &Fault| fault.over == Over::Tls && matches!(fault.opening, Opening::Polite);
    faults
        .into_iter()
        .filter(|fault| !is_carried(fault))
        .collect()
}

/// Successes with these bodies.
fn said(bodies: Vec<Vec<u8>>) -> Vec<Fault> {
    let answer = |body: Vec<u8>| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        let name = format!("tokens {:.40}", String::from_utf8_lossy(&body));
        let text = [head.into_bytes(), body].concat();
        Fault::said(&name, text, Comes::Other("tokens".to_owned()))
    };
    bodies.into_iter().flat_map(answer).collect()
}

/// How many refreshes met a fault, and what went otherwise than it should.
pub async fn run() -> (usize, Vec<String>) {
    let stage = Stage::connected().await;
    let servers = serve(&all()).await;
    let origins = servers.iter().map(|(_, server)| server.origin());
    let network = network_to(origins.chain(stage.simulator.origins()));
    let tenant = tenant(&stage, stage.store.clone(), network.clone());
    let mut failures = Vec::new();
    for (fault, server) in &servers {
        for is_spent in [false, true] {
            stage.simulator.expire_access_tokens();
            if is_spent {
                spend(&stage, &network).await;
            }
            let objection = endure(&stage, &tenant, server).await;
            failures.extend(objection.map(|said| {
                let name = &fault.name;
                format!("a refresh (spent: {is_spent}), {name}: {said:.600}")
            }));
        }
    }
    (2 * servers.len(), failures)
}

fn tenant(stage: &Stage, store: Arc<dyn SecretStore>, network: Network) -> Tenant {
    let clock = stage.clock.clone();
    connector()
        .tenant(store, network)
        .with_wall_clock(move || clock.now())
}

/// Has the refresh token used without that anybody here learns the new pair.
async fn spend(stage: &Stage, network: &Network) {
    let store = copy_of(&stage.store).await;
    let elsewhere = tenant(stage, Arc::new(store), network.clone());
    let step = OauthStep::Refresh(DEMO.to_owned());
    elsewhere.oauth_exchange(&step).await.unwrap().unwrap();
}

/// What is wrong with how a call and the next one end.
async fn endure(stage: &Stage, tenant: &Tenant, server: &Server) -> Option<String> {
    let tokens = || async {
        let entries = stage.store.entries().await;
        entries.into_iter().find(|(key, _)| key == "tokens/demo")
    };
    let before = tokens().await;
    stage
        .store
        .write_app(&app_at(&stage.simulator, server.origin()));
    let create = Request::post(DEMO, "/issue").with_json_object("{}");
    let failed = hurried(tenant.api_request(&create)).await;
    stage.store.write_app(&stage.simulator.app_record());
    match failed {
        Ok(Err(error)) if is_harmless(&error) => {}
        other => return Some(format!("{other:?}")),
    }
    if tokens().await != before {
        return Some("the stored pair has changed".to_owned());
    }
    match stage.api(&Request::get(DEMO, "/myself")).await {
        Ok(response) if is_renewed(&response) => {}
        other => return Some(format!("and then {other:?}")),
    }
    let keys = stage.store.keys().await;
    let is_left = keys.iter().any(|key| key == "leases/demo");
    is_left.then(|| "the lease is left".to_owned())
}

fn app_at(simulator: &Simulator, auth_origin: &str) -> String {
    let mut app = crate::stage::json(simulator.app_record().as_bytes());
    app["auth_origin"] = auth_origin.into();
    app.to_string()
}

/// The request was refused for its token, and not sent again.
fn is_harmless(error: &Error) -> bool {
    error.action != Action::Reauthorize
        && error.refresh == Some(RefreshOutcome::Failed)
        && error.attempts == 1
        && !error.may_have_been_done
}

/// Nobody's lease was waited for.
fn is_renewed(response: &Response) -> bool {
    let is_newer = matches!(
        response.refresh,
        Some(RefreshOutcome::Rotated | RefreshOutcome::Recovered)
    );
    is_newer && response.waited_ms == 0
}
