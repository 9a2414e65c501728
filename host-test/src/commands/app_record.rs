//! The application's record in the store.

use std::fmt;

use jira_host::network::Origin;
use jira_host::secrets::{Entry, Expect, PutOutcome, SecretStore};
use serde::{Deserialize, Serialize};

use crate::exit::{Exit, Failure};

/// Where the store keeps it.
pub(crate) const APP_KEY: &str = "app";

const AUTH_ORIGIN: &str = "https://auth.atlassian.com";
const API_ORIGIN: &str = "https://api.atlassian.com";

/// The application record; `wit/secret-store.wit` describes its members.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppRecord {
    pub(crate) client_id: String,
    pub(crate) client_secret: ClientSecret,
    pub(crate) redirect_uri: String,
    #[serde(default = "AppRecord::reports_by_default")]
    pub(crate) report_personal_data: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) auth_origin: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) api_origin: Option<String>,
}

/// A secret that does not show itself.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct ClientSecret(String);

/// The record, and what the store must still hold for it to be replaced.
pub(crate) struct StoredApp {
    pub(crate) record: AppRecord,
    pub(crate) expect: Expect,
}

/// A record in which everything is still missing.
impl Default for AppRecord {
    fn default() -> Self {
        AppRecord {
            client_id: String::new(),
            client_secret: ClientSecret::default(),
            redirect_uri: String::new(),
            report_personal_data: AppRecord::reports_by_default(),
            auth_origin: None,
            api_origin: None,
        }
    }
}

impl AppRecord {
    fn reports_by_default() -> bool {
        true
    }

    /// What it cannot do without, and lacks.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let required = [
            (&self.client_id, "a client id"),
            (&self.client_secret.0, "its client secret"),
            (&self.redirect_uri, "a redirect URI"),
        ];
        required
            .into_iter()
            .filter(|(text, _)| text.trim().is_empty())
            .map(|(_, name)| name)
            .collect()
    }

    /// Where consent and tokens are.
    pub(crate) fn auth_origin(&self) -> &str {
        self.auth_origin.as_deref().unwrap_or(AUTH_ORIGIN)
    }

    /// Where everything else is.
    pub(crate) fn api_origin(&self) -> &str {
        self.api_origin.as_deref().unwrap_or(API_ORIGIN)
    }

    /// Whether the API is Atlassian's usual one, and no government cloud or
    /// simulator.
    pub(crate) fn is_at_atlassian(&self) -> bool {
        self.api_origin() == API_ORIGIN
    }

    /// The same, without origins that are the usual ones.
    pub(crate) fn without_usual_origins(mut self) -> Self {
        self.auth_origin = self.auth_origin.filter(|origin| origin != AUTH_ORIGIN);
        self.api_origin = self.api_origin.filter(|origin| origin != API_ORIGIN);
        self
    }

    /// What differs from another record and makes its tokens useless, or sends
    /// them elsewhere.
    pub(crate) fn moved_from(&self, before: &AppRecord) -> Vec<&'static str> {
        let all = [
            (self.client_id == before.client_id, "client id"),
            (
                self.auth_origin() == before.auth_origin(),
                "origin of consent",
            ),
            (
                self.api_origin() == before.api_origin(),
                "origin of the API",
            ),
        ];
        all.into_iter()
            .filter(|(is_same, _)| !is_same)
            .map(|(_, name)| name)
            .collect()
    }

    /// Reads it from the store, if it is there.
    pub(crate) async fn read(store: &dyn SecretStore) -> Result<Option<StoredApp>, Failure> {
        let Some(Entry { value, version }) = store.get(APP_KEY).await? else {
            return Ok(None);
        };
        // What serde says may repeat a value, and any of them may be the secret.
        let record = serde_json::from_slice(&value).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Failure::new(
                Exit::Configuration,
                format!(
                    "the application record cannot be read (line {line}, column {column} of the \
                     entry `{APP_KEY}`)"
                ),
            )
        })?;
        let expect = Expect::Version(version);
        Ok(Some(StoredApp { record, expect }))
    }

    /// Writes it, where the store holds what is expected.
    pub(crate) async fn write(
        &self,
        store: &dyn SecretStore,
        expect: Expect,
    ) -> Result<(), Failure> {
        let value = serde_json::to_vec(self).map_err(|error| Failure::new(Exit::Other, error))?;
        match store.put(APP_KEY, value, expect).await? {
            PutOutcome::Stored(_) => Ok(()),
            PutOutcome::Stale(_) => Err(Failure::new(
                Exit::SecretStore,
                "somebody else changed the application record meanwhile; nothing was written",
            )
            .with_hint("look at it with `jira-host app show`, then try again")),
        }
    }
}

impl ClientSecret {
    /// The text without the line break that ends a file.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let secret = text.trim();
        let is_one_line = !secret.is_empty() && !secret.contains(char::is_whitespace);
        is_one_line.then(|| ClientSecret(secret.to_owned()))
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[not shown]")
    }
}

/// Checks that it is an origin that the network can allow.
pub(crate) fn origin(given: &str) -> Result<String, String> {
    match Origin::parse(given) {
        Ok(origin) => Ok(origin.to_string()),
        Err(error) => Err(error.to_string()),
    }
}
