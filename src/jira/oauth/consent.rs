//! A consent that was begun and has not come back.

use serde::{Deserialize, Serialize};

use crate::jira::{
    error::Result,
    host::{Expect, Host},
    instant::{SECOND_MS, UnixMs},
    name::ConnectionName,
    refresh::hex,
    secret::Secret,
    store::{self, Stored},
};

/// How long a person may take. Atlassian's code is good for as long.
pub const CONSENT_LIFE_MS: u64 = 10 * 60 * SECOND_MS;

/// How much of the state is in the key: enough to tell consents apart, not
/// enough to guess the rest.
const ID_DIGITS: usize = 8;

/// What is kept until the browser comes back.
#[derive(Debug, Clone, Serialize, Deserialize)]
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

/// A random value of 32 bytes, as digits.
pub fn new_state(host: &impl Host) -> Secret {
    Secret::new(format!("{}{}", hex(&host.random()), hex(&host.random())))
}

/// The key of the consent with this state. The state may come from anybody;
/// only digits of it become part of a key.
pub fn key(name: &ConnectionName, state: &str) -> String {
    let id: String = state.chars().filter(char::is_ascii_hexdigit).take(ID_DIGITS).collect();
    format!("{}{id}", name.consents_prefix())
}

/// Deletes consents of a connection that have expired, so that those which
/// never came back do not pile up.
pub async fn forget_expired(host: &impl Host, name: &ConnectionName) -> Result<()> {
    for key in store::list(host, &name.consents_prefix()).await? {
        let Some(entry) = host.get(&key).await? else { continue };
        let pending: Result<Stored<PendingConsent>> = store::decode(&key, &entry);
        if pending.is_ok_and(|pending| pending.value.expires_at <= host.now()) {
            host.delete(&key, Expect::Version(entry.version)).await?;
        }
    }
    Ok(())
}
