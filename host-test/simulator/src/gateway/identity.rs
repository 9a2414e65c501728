//! Who consented, and to which sites: the APIs beside `/ex/jira`.

use crate::answer::Answer;
use crate::grant::Grant;
use crate::world::{Shared, World};
use crate::{Account, Site};
use serde_json::{Value, json};

/// Scopes that are about the account or the app, and of no site.
const NOT_OF_A_SITE: [&str; 4] = [
    "read:me",
    "read:account",
    "offline_access",
    "report:personal-data",
];

/// The scopes of the second entry that a site with Confluence has.
const CONFLUENCE_SCOPES: [&str; 2] = [
    "read:confluence-content.all",
    "read:confluence-space.summary",
];

/// A bare array of what the grant reaches. Confluence comes first where there
/// is one: the order means nothing, and who takes the first entry is wrong.
pub(super) fn accessible_resources(shared: &Shared, world: &World, account: &Account) -> Answer {
    let none = Grant::default();
    let grant = world.grants.grant(&account.account_id).unwrap_or(&none);
    let scopes: Vec<&str> = grant
        .scopes
        .iter()
        .map(String::as_str)
        .filter(|scope| !NOT_OF_A_SITE.contains(scope) && !scope.contains("confluence"))
        .collect();
    let mut resources = Vec::new();
    for site in &shared.settings.sites {
        if !grant.sites.contains(&site.cloud_id) {
            continue;
        }
        if site.confluence {
            resources.push(resource(site, &CONFLUENCE_SCOPES));
        }
        if !scopes.is_empty() {
            resources.push(resource(site, &scopes));
        }
    }
    Answer::json(200, &Value::Array(resources))
}

fn resource(site: &Site, scopes: &[&str]) -> Value {
    json!({
        "id": site.cloud_id,
        "name": site.name,
        "url": site.url,
        "scopes": scopes,
        "avatarUrl": "https://avatars.example/240/flag.png",
    })
}

/// The profile of the account that consented.
pub(super) fn me(world: &World, account: &Account) -> Answer {
    let grant = world.grants.grant(&account.account_id);
    if !grant.is_some_and(|grant| grant.has("read:me")) {
        return Answer::gateway(403, "Forbidden");
    }
    let nickname = account.name.split(' ').next();
    Answer::json(
        200,
        &json!({
            "account_type": "atlassian",
            "account_id": account.account_id,
            "email": account.email,
            "name": account.name,
            "picture": "https://avatars.example/initials.png",
            "account_status": "active",
            "nickname": nickname,
            "zoneinfo": "Europe/Vienna",
            "locale": "en-US",
            "extended_profile": {"job_title": "Engineer", "organization": "Company"},
        }),
    )
}
