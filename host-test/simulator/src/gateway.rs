//! The API gateway: who may pass, and to which API.

mod identity;

use crate::answer::Answer;
use crate::request::Request;
use crate::route::{Act, Found, Route, Takes, Visit, find};
use crate::world::{Shared, World};
use crate::{Account, Site, jira, list, reporting, servicedesk};
use serde_json::{Value, json};

/// Where personal data is reported. Without its last slash it is nothing.
const REPORT: &str = "/app/report-accounts/";

/// An API behind the gateway.
struct Api {
    tables: &'static [&'static [Route]],
    /// What it has for paths of which a list was set, and for those that the
    /// tables have not.
    lists: &'static [Route],
    version: &'static str,
    /// A refusal in the error body of this API.
    refuse: fn(u16, &str) -> Answer,
}

impl Api {
    /// What there is for a request. A list comes first where one was set.
    fn find(&self, list_is_set: bool, method: &str, path: &str) -> Found {
        let [first, second] = match list_is_set {
            true => [&[self.lists] as &[_], self.tables],
            false => [self.tables, &[self.lists]],
        };
        match (find(first, method, path), find(second, method, path)) {
            (found @ Found::Route(..), _) | (_, found @ Found::Route(..)) => found,
            (Found::Nothing, found) | (found, _) => found,
        }
    }
}

/// Answers a request to the API origin.
pub(crate) fn answer(shared: &Shared, world: &mut World, request: &Request) -> Answer {
    let token = request.bearer().unwrap_or_default();
    let account = world.grants.account(token, world.now);
    let Some(account) = account.and_then(|id| shared.settings.account(id)) else {
        return Answer::gateway(401, "Unauthorized")
            .with("x-failure-category", "FAILURE_CLIENT_AUTH_MISMATCH");
    };
    let account_id = match shared.settings.plain_account_header {
        true => account.account_id.clone(),
        false => account.account_id.replace(':', "%3A"),
    };
    pass(shared, world, request, account)
        .with("x-aaccountid", &account_id)
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
        ("POST", REPORT) => reporting::answer(shared, world, request, &account.account_id),
        (_, REPORT) => reporting::refuse(405, "Method Not Allowed").with("allow", "POST"),
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
        api.lists = list::AGILE;
        return Some((api, path));
    }
    if let Some(path) = path.strip_prefix("rest/software/1.0/") {
        let mut api = platform("3");
        api.tables = &[];
        api.lists = list::SOFTWARE;
        return Some((api, path));
    }
    if let Some(path) = path.strip_prefix("rest/servicedeskapi/") {
        let api = Api {
            tables: &[jira::ECHO, servicedesk::ROUTES],
            lists: list::SERVICE_DESK,
            version: "3",
            refuse: servicedesk::refuse,
        };
        return Some((api, path));
    }
    let path = path.strip_prefix("jsm/ops/api/v1/")?;
    let api = Api {
        tables: &[servicedesk::OPERATIONS],
        lists: list::OPERATIONS,
        version: "3",
        refuse: servicedesk::refuse_operation,
    };
    Some((api, path))
}

fn platform(version: &'static str) -> Api {
    Api {
        tables: &[jira::ECHO, jira::PROBES, jira::PLATFORM],
        lists: list::PLATFORM,
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
    let list_is_set = world.lists.covers(request.path());
    let (route, names) = match api.find(list_is_set, &request.method, path) {
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
    let visit = &mut Visit {
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
        lists: &mut world.lists,
        downloads: &mut world.downloads,
        secrets: &mut world.secrets,
    };
    match route.act {
        Act::Do(act) => act(visit),
        Act::List(shape) => list::answer(visit, shape),
    }
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
