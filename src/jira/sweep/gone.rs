//! What the register says of connections that are gone.

use super::{account_id::AccountId, plan::Due, register::OwnCopy};
use crate::jira::{
    connection::Connection,
    error::Result,
    host::{Entry, Host},
    instant::SECOND_MS,
    name::ConnectionName,
    store,
};

/// A consent enters its account before it says whose the connection is. After so
/// long it has done both, or never will.
const SETTLED_MS: u64 = 3_600 * SECOND_MS;

/// What entries say of connections that are not their accounts'.
pub async fn gone(host: &impl Host, accounts: &[Due]) -> Result<Vec<(AccountId, OwnCopy)>> {
    let now = host.now();
    let named = accounts.iter().flat_map(|due| {
        let own = due.entry.value.own.iter();
        let settled = own.filter(|copy| copy.retrieved_at.plus(SETTLED_MS) <= now);
        settled.map(|copy| (&due.id, copy))
    });
    let keyed = named.filter_map(|(id, copy)| {
        let name = ConnectionName::parse(&copy.connection).ok()?;
        Some((name.connection_key(), id, copy))
    });
    let keyed: Vec<_> = keyed.collect();
    let mut gone = Vec::new();
    for keyed in keyed.chunks(store::READ_AT_ONCE) {
        let keys: Vec<_> = keyed.iter().map(|(key, ..)| key.clone()).collect();
        let entries = store::get_readable(host, &keys).await?;
        for ((key, id, copy), entry) in keyed.iter().zip(entries) {
            if !may_be_of(id, key, entry) {
                gone.push(((*id).clone(), (*copy).clone()));
            }
        }
    }
    Ok(gone)
}

/// Whether anything is kept of an account but what is gone.
#[must_use]
pub fn is_left(due: &Due, gone: &[(AccountId, OwnCopy)]) -> bool {
    let is_gone = |copy: &OwnCopy| gone.iter().any(|(id, it)| *id == due.id && it == copy);
    let entry = &due.entry.value;
    entry.retrieved_at.is_some() || !entry.own.iter().all(is_gone)
}

/// Of one that cannot be read nobody knows whose it is.
fn may_be_of(id: &AccountId, key: &str, entry: Result<Option<Entry>>) -> bool {
    let Ok(entry) = entry else {
        return true;
    };
    entry.is_some_and(|entry| match store::decode::<Connection>(key, &entry) {
        Ok(connection) => {
            let accounts = connection.value.accounts();
            accounts.iter().any(|account| account == id.as_str())
        }
        Err(_) => true,
    })
}
