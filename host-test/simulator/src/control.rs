//! What moves the simulator from outside its process: `/_simulator/…` at the
//! auth origin.
//!
//! The socket is on loopback, so whoever asks is on this machine. A web page
//! in a browser of this machine is not welcome, and says who it is by `Origin`.
//! Nothing of this is in the transcript, and no fault is met here.

mod accounts;

use crate::answer::Answer;
use crate::request::Request;
use crate::world::{Shared, World};
use crate::{List, Order, Origin};
use serde_json::{Value, json};
use std::time::Duration;

const PREFIX: &str = "/_simulator";

/// What there is to ask for, as the overview tells it.
const OPERATIONS: [&str; 16] = [
    "GET /_simulator",
    "GET /_simulator/transcript",
    "GET /_simulator/faults",
    "POST /_simulator/faults",
    "DELETE /_simulator/faults",
    "GET /_simulator/lists",
    "POST /_simulator/lists",
    "DELETE /_simulator/lists",
    "GET /_simulator/accounts",
    "GET /_simulator/accounts/{account-id}",
    "POST /_simulator/accounts",
    "POST /_simulator/cycle-period",
    "POST /_simulator/clock",
    "POST /_simulator/tokens/expire",
    "POST /_simulator/grants/revoke",
    "GET /_simulator/ca.pem",
];

/// The answer, if this is a request to the simulator itself.
pub(crate) fn answer(shared: &Shared, request: &Request) -> Option<Answer> {
    let path = request.path().strip_prefix(PREFIX)?;
    let ours = request.origin == Origin::Auth && (path.is_empty() || path.starts_with('/'));
    ours.then(|| {
        if request.header("origin").is_some() {
            return refuse(403, "a web page must not ask for this");
        }
        act(shared, request, path.trim_end_matches('/')).with("cache-control", "no-store")
    })
}

fn act(shared: &Shared, request: &Request, path: &str) -> Answer {
    let world = &mut *shared.world();
    match (request.method.as_str(), path) {
        ("GET", "") => overview(shared, world),
        ("GET", "/transcript") => Answer::json(200, &json!({"lines": world.transcript.lines()})),
        ("GET", "/faults") => Answer::json(200, &json!({"faults": world.script.told(true)})),
        ("POST", "/faults") => order(world, request),
        ("DELETE", "/faults") => {
            world.script.clear();
            Answer::empty(204)
        }
        ("GET", "/lists") => Answer::json(200, &json!({"lists": world.lists.told()})),
        ("POST", "/lists") => set(world, request),
        ("DELETE", "/lists") => {
            world.lists.clear();
            Answer::empty(204)
        }
        ("GET", "/accounts") => accounts::overview(world),
        ("POST", "/accounts") => accounts::change(world, request),
        ("POST", "/cycle-period") => accounts::say_cycle_period(world, request),
        ("POST", "/clock") => advance(world, request),
        ("POST", "/tokens/expire") => {
            world.grants.expire_access();
            Answer::empty(204)
        }
        ("POST", "/grants/revoke") => {
            world.grants.revoke();
            Answer::empty(204)
        }
        ("GET", "/ca.pem") => match &shared.tls {
            Some(tls) => Answer::bytes(200, "application/x-pem-file", tls.ca_pem.clone()),
            None => refuse(404, "no TLS is spoken here"),
        },
        ("GET", path) if let Some(id) = path.strip_prefix("/accounts/") => {
            accounts::reported(world, id)
        }
        _ => refuse(404, "GET /_simulator tells what there is"),
    }
}

fn overview(shared: &Shared, world: &World) -> Answer {
    let settings = &shared.settings;
    let sites = settings.sites.iter();
    let sites: Vec<Value> = sites
        .map(|site| json!({"name": site.name, "url": site.url, "cloud_id": site.cloud_id}))
        .collect();
    let people = settings.accounts.iter();
    let people: Vec<Value> = people
        .map(|person| json!({"name": person.name, "account_id": person.account_id}))
        .collect();
    Answer::json(
        200,
        &json!({
            "now": world.now.utc_second(),
            "auth_origin": shared.origins.auth,
            "api_origin": shared.origins.api,
            "media_origin": shared.origins.media,
            "client_id": settings.client_id,
            "redirect_uri": settings.redirect_uri,
            "sites": sites,
            "people": people,
            "operations": OPERATIONS,
        }),
    )
}

fn order(world: &mut World, request: &Request) -> Answer {
    match Order::from_json(&request.body) {
        Ok(order) => {
            let told = order.to_string();
            world.script.add(order.on, order.fault, order.times);
            Answer::json(201, &json!({"fault": told}))
        }
        Err(error) => refuse(400, &error.to_string()),
    }
}

fn set(world: &mut World, request: &Request) -> Answer {
    match List::from_json(&request.body) {
        Ok(list) => {
            let told = list.to_string();
            world.lists.set(list);
            Answer::json(201, &json!({"list": told}))
        }
        Err(error) => refuse(400, &error.to_string()),
    }
}

fn advance(world: &mut World, request: &Request) -> Answer {
    let body = request.json().unwrap_or_default();
    let Some(seconds) = body.get("advance_seconds").and_then(Value::as_u64) else {
        return refuse(400, "`advance_seconds` is not a number of seconds");
    };
    world.clock.advance(Duration::from_secs(seconds));
    Answer::json(200, &json!({"now": world.clock.now().utc_second()}))
}

fn refuse(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({ "message": message }))
}
