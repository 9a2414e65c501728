//! What the register says of connections that are gone.

use super::{Batch, Pass};
use crate::jira::{
    connection::Connection,
    error::Result,
    host::{Entry, Host},
    instant::{SECOND_MS, UnixMs},
    name::ConnectionName,
    store,
    sweep::{account_id::AccountId, own, plan::Due, register},
};

/// A consent enters its account before it says whose the connection is. After so
/// long it has done both, or never will.
const SETTLED_MS: u64 = 3_600 * SECOND_MS;

impl<H: Host> Pass<'_, H> {
    /// A batch without the accounts of which nothing is kept any more: what a
    /// disconnect or a consent that was cut short has left of them in the register
    /// is taken out of it.
    pub(super) async fn without_gone(&mut self, mut batch: Batch) -> Result<Batch> {
        let gone = gone(self.host, &batch.accounts, self.host.now()).await?;
        for (id, connection) in gone {
            own::release(self.host, id.as_str(), &connection).await?;
            let place = batch.accounts.iter().position(|due| due.id == id);
            let Some(place) = place else {
                continue;
            };
            let due = batch.accounts.remove(place);
            let entry = register::read_many(self.host, &[id]).await?.pop();
            match due.clone().again(entry.flatten().transpose()?) {
                Some(due) => batch.accounts.insert(place, due),
                None => self.plan.conclude(&due, None, false),
            }
        }
        Ok(batch)
    }
}

/// The connections that entries name, and that are not their accounts'.
async fn gone(
    host: &impl Host,
    accounts: &[Due],
    now: UnixMs,
) -> Result<Vec<(AccountId, ConnectionName)>> {
    let named = accounts.iter().flat_map(|due| {
        let own = due.entry.value.own.iter();
        let settled = own.filter(move |copy| copy.retrieved_at.plus(SETTLED_MS) <= now);
        let names = settled.filter_map(|copy| ConnectionName::parse(&copy.connection).ok());
        names.map(|name| (&due.id, name))
    });
    let named: Vec<_> = named.collect();
    let mut gone = Vec::new();
    for named in named.chunks(store::READ_AT_ONCE) {
        let keys: Vec<_> = named
            .iter()
            .map(|(_, name)| name.connection_key())
            .collect();
        let entries = store::get_many(host, &keys).await?;
        for (((id, name), key), entry) in named.iter().zip(&keys).zip(entries) {
            if !entry.is_some_and(|entry| may_be_of(id, key, &entry)) {
                gone.push(((*id).clone(), name.clone()));
            }
        }
    }
    Ok(gone)
}

/// Of one that cannot be read nobody knows whose it is.
fn may_be_of(id: &AccountId, key: &str, entry: &Entry) -> bool {
    store::decode::<Connection>(key, entry).map_or(true, |connection| {
        let accounts = connection.value.accounts();
        accounts.iter().any(|account| account == id.as_str())
    })
}
