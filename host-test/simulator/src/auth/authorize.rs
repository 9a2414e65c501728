//! Consent: what an app asks for, and what a person decides.

use super::page;
use crate::answer::Answer;
use crate::request::{Request, pairs};
use crate::secrets::{Kind, Secrets};
use crate::world::{Shared, World};
use crate::{Account, Settings};
use url::Url;

/// What an app asks a person for.
struct Asked {
    scopes: Vec<String>,
    state: String,
    redirect_uri: Url,
}

/// Shows the consent page. Whatever is wrong with the request ends on a page
/// too: nobody is sent to a redirect URI that was not checked.
pub(super) fn ask(shared: &Shared, world: &mut World, request: &Request) -> Answer {
    match read(&shared.settings, &mut world.secrets, request) {
        Ok(asked) => Answer::html(200, page::consent(&shared.settings, &asked.scopes)),
        Err(reason) => refuse(&reason),
    }
}

/// Takes the form of the consent page and sends the browser back to the app.
pub(super) fn decide(shared: &Shared, world: &mut World, request: &Request) -> Answer {
    let asked = match read(&shared.settings, &mut world.secrets, request) {
        Ok(asked) => asked,
        Err(reason) => return refuse(&reason),
    };
    if request.media_type() != "application/x-www-form-urlencoded" {
        return refuse("invalid_request: the decision is not a form");
    }
    let form = pairs(&request.body);
    let one = |name: &str| {
        form.iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    };
    match one("decision") {
        Some("allow") => allow(shared, world, asked, &form),
        Some("deny") => deny(asked),
        _ => refuse("invalid_request: no decision"),
    }
}

fn allow(shared: &Shared, world: &mut World, asked: Asked, form: &[(String, String)]) -> Answer {
    let Some(account) = account(&shared.settings, form) else {
        return refuse("access_denied: no such account");
    };
    let Some(sites) = sites(&shared.settings, account, form) else {
        return refuse("access_denied: the account cannot get at this site");
    };
    let code = world.secrets.mint(Kind::Code);
    let label = world.secrets.label(&code).to_owned();
    let account = &account.account_id;
    world.grants.consent(account, &asked.scopes, &sites);
    world.grants.add_code(
        code.clone(),
        account,
        &shared.settings.redirect_uri,
        world.now,
    );
    let mut back = asked.redirect_uri;
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &asked.state);
    Answer::empty(302)
        .with("location", back.as_str())
        .noting(&label)
}

fn deny(asked: Asked) -> Answer {
    let mut back = asked.redirect_uri;
    back.query_pairs_mut()
        .append_pair("error", "access_denied")
        .append_pair("error_description", "User did not authorize the request")
        .append_pair("state", &asked.state);
    Answer::empty(302)
        .with("location", back.as_str())
        .noting("access_denied")
}

fn account<'a>(settings: &'a Settings, form: &[(String, String)]) -> Option<&'a Account> {
    match form.iter().find(|(name, _)| name == "account") {
        Some((_, id)) => settings.account(id),
        None => settings.accounts.first(),
    }
}

/// The sites that were chosen, or all of the account's. Nothing when one of
/// them is not the account's.
fn sites(settings: &Settings, account: &Account, form: &[(String, String)]) -> Option<Vec<String>> {
    let ids = settings.sites_of(account);
    let ids: Vec<String> = ids.into_iter().map(|s| s.cloud_id.clone()).collect();
    let chosen = form.iter().filter(|(name, _)| name == "site");
    let chosen: Vec<String> = chosen.map(|(_, id)| id.clone()).collect();
    if chosen.is_empty() {
        return Some(ids);
    }
    chosen.iter().all(|id| ids.contains(id)).then_some(chosen)
}

fn read(settings: &Settings, secrets: &mut Secrets, request: &Request) -> Result<Asked, String> {
    let query = request.pairs();
    let one = |name: &str| -> Result<String, String> {
        let mut values = query.iter().filter(|(n, _)| n == name).map(|(_, v)| v);
        match (values.next(), values.next()) {
            (Some(value), None) if !value.is_empty() => Ok(value.clone()),
            (Some(_), Some(_)) => Err(format!("invalid_request: {name} is there twice")),
            _ => Err(format!("invalid_request: {name} is missing")),
        }
    };
    if let Ok(state) = one("state") {
        secrets.learn(Kind::State, &state);
    }
    for (name, value) in [
        ("audience", "api.atlassian.com"),
        ("response_type", "code"),
        ("prompt", "consent"),
    ] {
        if one(name)? != value {
            return Err(format!("invalid_request: {name} is not {value}"));
        }
    }
    if one("client_id")? != settings.client_id {
        return Err("unauthorized_client: client_id is not known".to_owned());
    }
    let redirect_uri = one("redirect_uri")?;
    if redirect_uri != settings.redirect_uri {
        return Err("unauthorized_client: redirect_uri is not registered for client".to_owned());
    }
    let scopes: Vec<String> = one("scope")?.split(' ').map(str::to_owned).collect();
    let added = |scope: &String| scope == "offline_access" || settings.app_scopes.contains(scope);
    if let Some(scope) = scopes.iter().find(|scope| !added(scope)) {
        return Err(format!("invalid_scope: {scope} is not added to the app"));
    }
    Ok(Asked {
        scopes,
        state: one("state")?,
        redirect_uri: Url::parse(&redirect_uri)
            .map_err(|_| "unauthorized_client: redirect_uri is not a URL".to_owned())?,
    })
}

fn refuse(reason: &str) -> Answer {
    let word = reason.split(':').next().unwrap_or(reason);
    Answer::html(400, page::error(reason)).noting(word)
}
