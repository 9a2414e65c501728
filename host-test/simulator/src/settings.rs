//! What is simulated: the app, its console, the sites and the people.

use crate::secrets::CANARY;
use crate::{Latency, List, Reporting};
use std::fmt;

/// The scopes that an app of the connector has in its console, and two that
/// tests ask for beyond them.
const USUAL_SCOPES: [&str; 14] = [
    "read:me",
    "read:jira-user",
    "read:jira-work",
    "write:jira-work",
    "manage:jira-project",
    "manage:jira-configuration",
    "manage:jira-webhook",
    "report:personal-data",
    "read:servicedesk-request",
    "write:servicedesk-request",
    "manage:servicedesk-customer",
    "read:board-scope:jira-software",
    "read:project:jira",
    "read:ops-alert:jira-service-management",
];

/// The sites there can be, by name.
const SITE_NAMES: [&str; Settings::MOST_SITES] = ["example", "second", "third", "fourth", "fifth"];

/// The people, as they are called and as their address begins. The first two
/// are there in every test.
const PEOPLE: [(&str, &str); 6] = [
    ("Ada Ohm", "ada"),
    ("Björn Volt", "bjorn"),
    ("Chiara Watt", "chiara"),
    ("Dai Farad", "dai"),
    ("Élise Henry", "elise"),
    ("Femi Tesla", "femi"),
];

/// What is simulated. The default is one site, two people and an app that has
/// every scope the connector asks for, in plain HTTP, at once, and at a time
/// that stands still.
#[derive(Clone)]
pub struct Settings {
    /// The Jira Cloud sites.
    pub sites: Vec<Site>,
    /// The people. The first is who consents where a test names nobody.
    pub accounts: Vec<Account>,
    /// The app's name on the consent page.
    pub app_name: String,
    /// The app's client id.
    pub client_id: String,
    /// The app's client secret.
    pub client_secret: String,
    /// The callback URL that is registered for the app.
    pub redirect_uri: String,
    /// The scopes that were added to the app in the developer console.
    /// `offline_access` is not one of them and always allowed.
    pub app_scopes: Vec<String>,
    /// How long an access token is good, in seconds.
    pub expires_in: u64,
    /// A refresh answers without a new refresh token, as it was seen to
    /// happen. The old one stays good then.
    pub omit_refresh_token: bool,
    /// The port of the auth origin; api and media have the two after it. With
    /// 0 the system chooses all three.
    pub port: u16,
    /// TLS, with HTTP/2 and HTTP/1.1, in place of plain HTTP/1.1.
    pub tls: bool,
    /// Time passes, from the moment of the start. Otherwise nothing but
    /// [`Simulator::advance`](crate::Simulator::advance) moves it.
    pub real_time: bool,
    /// How long every answer is kept back.
    pub latency: Latency,
    /// How reports of personal data are taken.
    pub reporting: Reporting,
    /// `X-AACCOUNTID` has its colon as it is. Atlassian percent-encodes it.
    pub plain_account_header: bool,
    /// Lists that are longer than the company's, or have quirks.
    pub lists: Vec<List>,
}

/// A Jira Cloud tenant.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its cloud id.
    pub cloud_id: String,
    /// Its URL, without a slash at the end.
    pub url: String,
    /// Its name.
    pub name: String,
    /// It has Confluence too, which shows up as a second accessible resource
    /// of the same id.
    pub confluence: bool,
}

/// A person's Atlassian account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id. The colon in it is percent-encoded in `X-AACCOUNTID`.
    pub account_id: String,
    /// Its public name.
    pub name: String,
    /// Its address.
    pub email: String,
    /// The cloud ids of the sites this person can get at; empty for all.
    pub sites: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            sites: sites(1),
            accounts: people(2),
            app_name: "Connector".to_owned(),
            client_id: "simulated-client-id".to_owned(),
            client_secret: format!("simulated-client-secret-{CANARY}"),
            redirect_uri: "https://connector.example/oauth/callback".to_owned(),
            app_scopes: USUAL_SCOPES.map(str::to_owned).to_vec(),
            expires_in: 3600,
            omit_refresh_token: false,
            port: 0,
            tls: false,
            real_time: false,
            latency: Latency::default(),
            reporting: Reporting::default(),
            plain_account_header: false,
            lists: Vec::new(),
        }
    }
}

impl Settings {
    /// How many sites there can be.
    pub const MOST_SITES: usize = 5;

    /// The default and a second site, which both people can get at.
    pub fn two_sites() -> Self {
        Settings::with_sites(2)
    }

    /// The default with so many sites, [`Settings::MOST_SITES`] at most.
    pub fn with_sites(count: usize) -> Self {
        Settings {
            sites: sites(count),
            ..Settings::default()
        }
    }

    /// A small company, for a person at a terminal: so many sites, everybody
    /// who works there, and time that passes.
    pub fn company(count: usize) -> Self {
        Settings {
            accounts: people(PEOPLE.len()),
            real_time: true,
            ..Settings::with_sites(count)
        }
    }

    pub(crate) fn site(&self, cloud_id: &str) -> Option<&Site> {
        self.sites.iter().find(|site| site.cloud_id == cloud_id)
    }

    pub(crate) fn account(&self, account_id: &str) -> Option<&Account> {
        self.accounts
            .iter()
            .find(|account| account.account_id == account_id)
    }

    pub(crate) fn sites_of<'a>(&'a self, account: &Account) -> Vec<&'a Site> {
        self.sites
            .iter()
            .filter(|site| account.sites.is_empty() || account.sites.contains(&site.cloud_id))
            .collect()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("sites", &self.sites)
            .field("accounts", &self.accounts)
            .field("app_name", &self.app_name)
            .field("client_id", &self.client_id)
            .field("client_secret", &format_args!("[redacted]"))
            .field("redirect_uri", &self.redirect_uri)
            .field("app_scopes", &self.app_scopes)
            .field("expires_in", &self.expires_in)
            .field("omit_refresh_token", &self.omit_refresh_token)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("real_time", &self.real_time)
            .field("latency", &self.latency)
            .field("reporting", &self.reporting)
            .field("plain_account_header", &self.plain_account_header)
            .field("lists", &self.lists)
            .finish()
    }
}

fn sites(count: usize) -> Vec<Site> {
    let names = (1..).zip(SITE_NAMES).take(count);
    names
        .map(|(n, name): (usize, _)| Site {
            cloud_id: format!("{}-aaaa-4bbb-8ccc-{n:012}", n.to_string().repeat(8)),
            url: format!("https://{name}.atlassian.net"),
            name: name.to_owned(),
            confluence: false,
        })
        .collect()
}

fn people(count: usize) -> Vec<Account> {
    let names = ('a'..).zip(PEOPLE).take(count);
    names
        .map(|(letter, (name, address))| Account {
            account_id: format!("712020:7bf10000-0000-4000-8000-00000000000{letter}"),
            name: name.to_owned(),
            email: format!("{address}@company.example"),
            sites: Vec::new(),
        })
        .collect()
}
