//! Erasing a connection.

use crate::jira::{
    error::Result,
    host::{Expect, Host},
    name::ConnectionName,
    store,
};

/// Where people see and revoke what they granted. Atlassian offers apps no
/// revocation.
const REVOKE_URL: &str = "https://id.atlassian.com/manage-profile/apps";

/// What was erased.
#[derive(Debug, Clone)]
pub struct Disconnected {
    /// Whether anything was stored.
    pub existed: bool,
    /// Where the person can revoke the grant.
    pub revoke_url: &'static str,
}

/// Erases all that is stored of a connection: the tokens first, the record by
/// which it is listed last, so that what is cut short is seen and can be done
/// again.
pub(super) async fn take(host: &impl Host, name: &str) -> Result<Disconnected> {
    let name = ConnectionName::parse(name)?;
    let found = host
        .get_many(&[name.tokens_key(), name.connection_key()])
        .await?;
    let consents = store::list(host, &name.consents_prefix()).await?;
    let existed = found.iter().any(Option::is_some) || !consents.is_empty();

    host.delete(&name.tokens_key(), Expect::Any).await?;
    for key in consents {
        host.delete(&key, Expect::Any).await?;
    }
    host.delete(&name.lease_key(), Expect::Any).await?;
    host.delete(&name.connection_key(), Expect::Any).await?;
    Ok(Disconnected {
        existed,
        revoke_url: REVOKE_URL,
    })
}
