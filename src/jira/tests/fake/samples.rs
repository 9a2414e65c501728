//! What is stored of a connection that works, and answers.

use super::NOW;
use crate::jira::{
    connection::{Account, Connection, SiteChoice},
    http::{Headers, HttpResponse},
    refresh::RefreshTally,
    secret::Secret,
    site::Site,
    token::TokenSet,
};

pub fn response(status: u16, headers: &[(&str, &str)], body: &str) -> HttpResponse {
    let headers: Vec<_> = headers
        .iter()
        .map(|(n, v)| (n.to_string(), v.to_string()))
        .collect();
    HttpResponse {
        status,
        headers: Headers::from(headers),
        body: body.into(),
        truncated: false,
    }
}

pub fn site(cloud_id: &str) -> Site {
    Site {
        cloud_id: cloud_id.into(),
        url: format!("https://{cloud_id}.atlassian.net"),
        name: cloud_id.to_uppercase(),
        scopes: vec!["read:jira-work".into()].into(),
    }
}

pub fn connection() -> Connection {
    let account = Account {
        account_id: "5b10".into(),
        name: None,
        retrieved_at: NOW,
    };
    Connection {
        account: Some(account),
        choice: Some(SiteChoice {
            site: site("acme").into(),
            consent_id: "first".into(),
            account_id: "5b10".into(),
        }),
        consent_id: "first".into(),
        ..Connection::default()
    }
}

pub fn tokens(access_token: &str, refresh_token: &str) -> TokenSet {
    TokenSet {
        access_token: Secret::new(access_token),
        refresh_token: Some(Secret::new(refresh_token)),
        scopes: vec!["read:jira-work".into()].into(),
        expires_at: NOW.plus(3_600_000),
        refreshed_at: NOW,
        consented_at: NOW,
        consent_id: "first".into(),
        refused: None,
        refreshes: RefreshTally::default(),
    }
}
