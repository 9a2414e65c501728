//! A consent that was begun and has not come back.

use serde_json::Value;

use crate::jira::{
    error::Result,
    host::{Expect, Host, random_hex},
    instant::{SECOND_MS, UnixMs},
    json::{self, Broken, FromJson, Object, ToJson},
    name::{CONSENTS, ConnectionName},
    secret::Secret,
    store::{self, Stored},
};

/// How long a person may take. Atlassian's code is good for as long.
pub const CONSENT_LIFE_MS: u64 = 10 * 60 * SECOND_MS;

/// How much of the state is in the key: enough to tell consents apart, not
/// enough to guess the rest.
const ID_DIGITS: usize = 8;

/// What is kept until the browser comes back.
#[derive(Debug, Clone)]
pub struct PendingConsent {
    /// The random value that must come back.
    pub state: Secret,
    /// When it is too late.
    pub expires_at: UnixMs,
    /// The scopes asked for.
    pub asked_scopes: Vec<String>,
    /// How people call the connection.
    pub display_name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether to set it up for Jira Service Management.
    pub service_management: bool,
}

impl FromJson for PendingConsent {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            state: Secret::new(object.text("state")?),
            expires_at: UnixMs(object.number("expires_at")?),
            asked_scopes: object.texts("asked_scopes")?,
            display_name: object.optional_text("display_name")?,
            description: object.optional_text("description")?,
            service_management: object.optional_flag("service_management")?.unwrap_or(false),
        })
    }
}

impl ToJson for PendingConsent {
    fn to_json(&self) -> Value {
        json::object(vec![
            ("state", self.state.expose().into()),
            ("expires_at", self.expires_at.0.into()),
            ("asked_scopes", json::texts(&self.asked_scopes)),
            (
                "display_name",
                json::optional_text(self.display_name.as_deref()),
            ),
            (
                "description",
                json::optional_text(self.description.as_deref()),
            ),
            ("service_management", self.service_management.into()),
        ])
    }
}

/// A random value of 32 bytes, as digits.
pub fn new_state(host: &impl Host) -> Secret {
    Secret::new(random_hex(host) + &random_hex(host))
}

/// The key of the consent with this state. The state may come from anybody;
/// only digits of it become part of a key.
pub fn key(name: &ConnectionName, state: &str) -> String {
    let id: String = state
        .chars()
        .filter(char::is_ascii_hexdigit)
        .take(ID_DIGITS)
        .collect();
    format!("{}{id}", name.consents_prefix())
}

/// Deletes consents that have expired, so that those which never came back do not
/// pile up: all of this connection, and of others as many as come first.
pub async fn forget_expired(host: &impl Host, name: &ConnectionName) -> Result<()> {
    let mut keys = store::list(host, &name.consents_prefix()).await?;
    let first = host.list(CONSENTS, None).await?.keys;
    for key in first.into_iter().take(store::READ_AT_ONCE) {
        store::insert(&mut keys, key);
    }
    for keys in keys.chunks(store::READ_AT_ONCE) {
        for (key, entry) in keys.iter().zip(store::get_readable(host, keys).await?) {
            let Ok(Some(entry)) = entry else {
                continue;
            };
            let pending: Result<Stored<PendingConsent>> = store::decode(key, &entry);
            if pending.is_ok_and(|pending| pending.value.expires_at <= host.now()) {
                host.delete(key, Expect::Version(entry.version)).await?;
            }
        }
    }
    Ok(())
}
