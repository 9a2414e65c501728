//! The token endpoint.

use crate::answer::Answer;
use crate::grant::Place;
use crate::request::Request;
use crate::secrets::Kind;
use crate::world::{Shared, World};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The documented answer to a code that was used, has expired or never was.
const CODE_INVALID: &str = "authorization_code is invalid";

/// The documented answer to a refresh token that is good no more.
const REFRESH_INVALID: &str = "Unknown or invalid refresh token.";

/// Exchanges a code or a refresh token.
pub(super) fn issue(shared: &Shared, world: &mut World, request: &Request) -> Answer {
    if request.media_type() != "application/json" {
        return invalid_request("the body is not JSON by its Content-Type");
    }
    let Some(Value::Object(body)) = request.json() else {
        return invalid_request("the body is not a JSON object");
    };
    let settings = &shared.settings;
    if text(&body, "client_id") != settings.client_id
        || text(&body, "client_secret") != settings.client_secret
    {
        return Answer::oauth(401, "access_denied", "Unauthorized").noting("access_denied");
    }
    match text(&body, "grant_type") {
        "authorization_code" => exchange(shared, world, &body),
        "refresh_token" => refresh(shared, world, &body),
        _ => Answer::oauth(400, "unsupported_grant_type", "grant_type is not supported")
            .noting("unsupported_grant_type"),
    }
}

fn exchange(shared: &Shared, world: &mut World, body: &Map<String, Value>) -> Answer {
    let (code, redirect_uri) = (text(body, "code"), text(body, "redirect_uri"));
    match world.grants.redeem(code, redirect_uri, world.now) {
        Some(place) => tokens(shared, world, &place, true),
        None => invalid_request(CODE_INVALID),
    }
}

fn refresh(shared: &Shared, world: &mut World, body: &Map<String, Value>) -> Answer {
    let token = text(body, "refresh_token");
    let keeps = shared.settings.omit_refresh_token;
    let place = if keeps {
        world.grants.renew(token, world.now)
    } else {
        world.grants.rotate(token, world.now)
    };
    match place {
        Some(place) => tokens(shared, world, &place, !keeps),
        None => Answer::oauth(403, "invalid_grant", REFRESH_INVALID).noting("invalid_grant"),
    }
}

/// Issues an access token, and with it a refresh token where the grant allows
/// it. What the scopes are is the grant's word, whatever was asked.
fn tokens(shared: &Shared, world: &mut World, place: &Place, with_refresh: bool) -> Answer {
    let Some(grant) = world.grants.grant(&place.account).cloned() else {
        return Answer::oauth(403, "invalid_grant", REFRESH_INVALID).noting("invalid_grant");
    };
    let expires_in = shared.settings.expires_in;
    let expires = world.now.plus(Duration::from_secs(expires_in));
    let access = world.secrets.mint(Kind::Access);
    let mut issued = vec![world.secrets.label(&access).to_owned()];
    let mut answer = json!({
        "access_token": access,
        "expires_in": expires_in,
        "scope": grant.scopes.join(" "),
        "token_type": "Bearer",
    });
    world.grants.add_access(access, &place.account, expires);
    if with_refresh && grant.has("offline_access") {
        let refresh = world.secrets.mint(Kind::Refresh);
        issued.push(world.secrets.label(&refresh).to_owned());
        if let Some(members) = answer.as_object_mut() {
            members.insert("refresh_token".to_owned(), refresh.as_str().into());
        }
        world.grants.add_refresh(refresh, place, world.now);
    }
    let mut answer = Answer::json(200, &answer).with("cache-control", "no-store");
    answer.notes = issued;
    answer
}

fn invalid_request(description: &str) -> Answer {
    Answer::oauth(400, "invalid_request", description).noting("invalid_request")
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}
