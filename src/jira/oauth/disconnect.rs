//! Erasing a connection.

use crate::jira::{
    connection::{Connection, erase_pending},
    error::Result,
    host::{Entry, Expect, Host},
    name::ConnectionName,
    store,
    sweep::own,
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
/// again. After that the account that consented leaves the register, where
/// nothing else is kept of it.
pub(super) async fn take(host: &impl Host, name: &str) -> Result<Disconnected> {
    let name = ConnectionName::parse(name)?;
    let keys = [name.connection_key(), name.tokens_key()];
    let mut entries = store::get_readable(host, &keys).await?;
    let was_stored = entries.iter().any(|entry| !matches!(entry, Ok(None)));
    let connection = entries.swap_remove(0).ok().flatten();
    host.delete(&name.tokens_key(), Expect::Any).await?;
    let had_pending = erase_pending(host, &name).await?;
    host.delete(&name.connection_key(), Expect::Any).await?;
    if let Some(connection) = &connection {
        for account_id in accounts(&name, connection) {
            own::release(host, &account_id, &name).await?;
        }
    }
    Ok(Disconnected {
        existed: had_pending || was_stored,
        revoke_url: REVOKE_URL,
    })
}

/// Whom it has in the register. A connection that cannot be read is erased all
/// the same.
fn accounts(name: &ConnectionName, connection: &Entry) -> Vec<String> {
    let stored = store::decode::<Connection>(&name.connection_key(), connection);
    stored.map_or_else(|_| Vec::new(), |stored| stored.value.accounts())
}
