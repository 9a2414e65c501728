//! The API gateway: who may pass, and to which API.

mod identity;

use crate::answer::Answer;
use crate::request::Request;
use crate::route::{Found, Route, Takes, Visit, find};
use crate::world::{Shared, World};
use crate::{Account, Site, jira, servicedesk};
use serde_json::{Value, json};

/// An API behind the gateway.
struct Api {
    tables: &'static [&'static [Route]],
    version: &'static str,
    /// A refusal in the error body of this API.
    refuse: fn(u16, &str) -> Answer,
}

/// Answers a request to the API origin.
pub(crate) fn answer(shared: &Shared, world: &mut World, request: &Request) -> Answer {
    let token = request.bearer().unwrap_or_default();
    let account = world.grants.account(token, world.now);
    let Some(account) = account.and_then(|id| shared.settings.account(id)) else {
        return Answer::gateway(401, "Unauthorized")
            .with("x-failure-category", "FAILURE_CLIENT_AUTH_MISMATCH");
    };
    pass(shared, world, request, account)
        .with("x-aaccountid", &account.account_id.replace(':', "%3A"))
        .with("cache-control", "no-cache, no-store, no-transform")
        .with(
            "set-cookie",
            "atlassian.xsrf.token=simulated; Path=/; SameSite=None; Secure",
        )
}

/// Beyond authentication: to the identity APIs, or to a site.
fn pass(shared: &Shared, world: &mut World, request: &Request, account: &Account) -> Answer {
    match (request.method.as_str(), request.path()) {
        ("GET" | "HEAD", "/oauth/token/accessible-resources") => {
            identity::accessible_resources(shared, world, account)
        }
        ("GET" | "HEAD", "/me") => identity::me(world, account),
        (method, path) => {
            let Some(rest) = path.strip_prefix("/ex/jira/") else {
                return Answer::not_simulated(method, path);
            };
            let (cloud_id, path) = rest.split_once('/').unwrap_or((rest, ""));
            match site(shared, world, request, account, cloud_id) {
                Ok(site) => dispatch(shared, world, request, account, site, path),
                Err(refusal) => refusal,
            }
        }
    }
}

/// The site, where it exists and the grant reaches it.
fn site<'a>(
    shared: &'a Shared,
    world: &World,
    request: &Request,
    account: &Account,
    cloud_id: &str,
) -> Result<&'a Site, Answer> {
    let Some(site) = shared.settings.site(cloud_id) else {
        return Err(Answer::json(
            404,
            &json!({
                "timestamp": world.now.iso(),
                "status": 404,
                "error": "Not Found",
                "message": "No message available",
                "path": request.path(),
            }),
        ));
    };
    let grant = world.grants.grant(&account.account_id);
    if grant.is_some_and(|grant| grant.sites.contains(cloud_id)) {
        Ok(site)
    } else {
        let message = "The app is not installed on this instance";
        Err(Answer::gateway(403, message))
    }
}

fn api(path: &str) -> Option<(Api, &str)> {
    if let Some(path) = path.strip_prefix("rest/api/3/") {
        return Some((platform("3"), path));
    }
    if let Some(path) = path.strip_prefix("rest/api/2/") {
        return Some((platform("2"), path));
    }
    if let Some(path) = path.strip_prefix("rest/agile/1.0/") {
        let mut api = platform("3");
        api.tables = &[jira::AGILE];
        return Some((api, path));
    }
    if let Some(path) = path.strip_prefix("rest/servicedeskapi/") {
        let api = Api {
            tables: &[jira::ECHO, servicedesk::ROUTES],
            version: "3",
            refuse: servicedesk::refuse,
        };
        return Some((api, path));
    }
    let path = path.strip_prefix("jsm/ops/api/v1/")?;
    let api = Api {
        tables: &[servicedesk::OPERATIONS],
        version: "3",
        refuse: servicedesk::refuse_operation,
    };
    Some((api, path))
}

fn platform(version: &'static str) -> Api {
    Api {
        tables: &[jira::ECHO, jira::PROBES, jira::PLATFORM],
        version,
        refuse: Answer::platform,
    }
}

fn dispatch(
    shared: &Shared,
    world: &mut World,
    request: &Request,
    account: &Account,
    site: &Site,
    path: &str,
) -> Answer {
    let Some((api, path)) = api(path) else {
        return Answer::not_simulated(&request.method, request.path());
    };
    let (route, names) = match find(api.tables, &request.method, path) {
        Found::Route(route, names) => (route, names),
        Found::OtherMethods(methods) => {
            return (api.refuse)(405, "Method Not Allowed").with("allow", &methods);
        }
        Found::Nothing => return Answer::not_simulated(&request.method, request.path()),
    };
    let grant = world.grants.grant(&account.account_id);
    let has = |scope: &&str| grant.is_some_and(|grant| grant.has(scope));
    if !route.scopes.iter().all(has) {
        return Answer::gateway(401, "Unauthorized; scope does not match")
            .with("x-failure-category", "FAILURE_CLIENT_SCOPE_CHECK");
    }
    let json = match body(route, request, &api) {
        Ok(json) => json,
        Err(refusal) => return refusal,
    };
    let Some(company) = world.companies.get_mut(&site.cloud_id) else {
        return Answer::not_simulated(&request.method, request.path());
    };
    (route.act)(&mut Visit {
        request,
        json,
        names,
        site,
        account,
        base: format!("{}/ex/jira/{}", shared.origins.api, site.cloud_id),
        media_origin: &shared.origins.media,
        version: api.version,
        now: world.now,
        company,
        downloads: &mut world.downloads,
        secrets: &mut world.secrets,
    })
}

/// The JSON body, where the operation takes one.
fn body(route: &Route, request: &Request, api: &Api) -> Result<Value, Answer> {
    if route.takes == Takes::Anything || request.body.is_empty() {
        return Ok(Value::Null);
    }
    if request.media_type() != "application/json" {
        return Err((api.refuse)(415, "Unsupported Media Type"));
    }
    let unreadable = || (api.refuse)(400, "There was an error parsing JSON.");
    request.json().ok_or_else(unreadable)
}
