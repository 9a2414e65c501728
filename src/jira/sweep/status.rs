//! What is stored of the register and its sweeps, for people to see.

use super::{
    account_id::{AccountId, REGISTER},
    lease,
    listing::{self, Keys},
    register::{Registered, read_many},
    state::SweepState,
};
use crate::jira::{
    error::{Error, Result},
    host::Host,
    instant::UnixMs,
    store,
};

/// The cycle.
#[derive(Debug, Clone)]
pub struct Summary {
    /// What is known of the sweeps.
    pub state: SweepState,
    /// Until when one holds its lease.
    pub busy_until: Option<UnixMs>,
}

/// An account in the register, and when it is due.
#[derive(Debug, Clone)]
pub struct ShownAccount {
    /// Its id.
    pub id: AccountId,
    /// Its entry.
    pub entry: Registered,
    /// When it must be reported next.
    pub due_at: UnixMs,
}

/// Some accounts.
#[derive(Debug, Clone)]
pub struct AccountPage {
    /// The accounts.
    pub accounts: Vec<ShownAccount>,
    /// Those whose entries cannot be read.
    pub damaged: Vec<AccountId>,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// The cycle and when the next sweep is due.
pub async fn summary(host: &impl Host) -> Result<Summary> {
    Ok(Summary {
        state: SweepState::read(host).await?,
        busy_until: lease::held_until(host).await?,
    })
}

/// One account.
pub async fn account(host: &impl Host, id: &str) -> Result<Option<ShownAccount>> {
    let id = AccountId::parse(id).map_err(|why| Error::invalid("account", why))?;
    let entry = store::read::<Registered>(host, &id.key(REGISTER)).await?;
    let cycle_ms = SweepState::read(host).await?.cycle_ms;
    Ok(entry.map(|entry| show(id, entry.value, host.now(), cycle_ms)))
}

/// The register, from a cursor on.
pub async fn accounts(host: &impl Host, cursor: Option<&str>) -> Result<AccountPage> {
    let Keys { keys, cursor } = listing::keys(host, REGISTER, cursor).await?;
    let cycle_ms = SweepState::read(host).await?.cycle_ms;
    let ids: Vec<_> = keys
        .iter()
        .filter_map(|key| AccountId::from_key(REGISTER, key))
        .collect();
    let (mut accounts, mut damaged) = (Vec::new(), Vec::new());
    for ids in ids.chunks(store::READ_AT_ONCE) {
        for (id, entry) in ids.iter().zip(read_many(host, ids).await?) {
            match entry {
                Some(Ok(entry)) => {
                    accounts.push(show(id.clone(), entry.value, host.now(), cycle_ms));
                }
                Some(Err(_)) => damaged.push(id.clone()),
                None => {}
            }
        }
    }
    Ok(AccountPage {
        accounts,
        damaged,
        cursor,
    })
}

fn show(id: AccountId, entry: Registered, now: UnixMs, cycle_ms: u64) -> ShownAccount {
    let due_at = entry.due_at(now, cycle_ms);
    ShownAccount { id, entry, due_at }
}
