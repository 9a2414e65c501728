//! What the connector itself keeps of accounts: for each connection, who
//! consented to it.

use super::{
    account_id::{AccountId, REGISTER},
    register::{OwnCopy, Registered, read_many},
    state::SweepState,
};
use crate::jira::{
    access::Access,
    connection::{Account, Connection},
    error::{Action, Error, Kind, Result},
    host::{Deadline, DeleteOutcome, Expect, Host, PutOutcome},
    identity,
    instant::{SECOND_MS, UnixMs},
    name::{CONNECTIONS, ConnectionName},
    store::{self, SAVE_ATTEMPTS, Stored},
};

/// How long it may take to ask who consented, once the token is good.
const ME_TIMEOUT_MS: u64 = 30 * SECOND_MS;

/// Enters the account that consented to a connection, before that is written
/// down. An id that is none can be reported to nobody.
pub async fn hold(host: &impl Host, account: &Account, connection: &ConnectionName) -> Result<()> {
    let Ok(id) = AccountId::parse(&account.account_id) else {
        return Ok(());
    };
    SweepState::note_entry(host).await?;
    let absent = Registered::new(host.now());
    let held = |entry: Registered| entry.with_own(connection.as_str(), account.retrieved_at);
    store::update(host, &id.key(REGISTER), absent, held)
        .await
        .map(drop)
}

/// Enters the accounts of connections that are not in the register, as those of
/// a store that was filled from elsewhere: nobody is to be left out for that.
pub async fn enter_missing(host: &impl Host) -> Result<()> {
    let keys = store::list(host, CONNECTIONS).await?;
    for keys in keys.chunks(store::READ_AT_ONCE) {
        for (key, entry) in keys.iter().zip(store::get_readable(host, keys).await?) {
            let entry = entry.ok().flatten();
            let connection = entry.and_then(|e| store::decode::<Connection>(key, &e).ok());
            let account = connection.and_then(|stored| stored.value.account);
            let Some((name, account)) = ConnectionName::from_key(key).zip(account) else {
                continue;
            };
            if !is_held(host, &account, &name).await? {
                hold(host, &account, &name).await?;
            }
        }
    }
    Ok(())
}

/// Whether the register has it. One that cannot be read is not written over.
async fn is_held(host: &impl Host, account: &Account, name: &ConnectionName) -> Result<bool> {
    let Ok(id) = AccountId::parse(&account.account_id) else {
        return Ok(true);
    };
    let mut entries = read_many(host, &[id]).await?;
    Ok(match entries.pop().flatten() {
        Some(Ok(entry)) => {
            let is_its = |copy: &OwnCopy| copy.connection == name.as_str();
            entry.value.own.iter().any(is_its)
        }
        Some(Err(_)) => true,
        None => false,
    })
}

/// Takes out what a connection kept of an account, after it is gone. The
/// account leaves the register where nothing else is kept of it.
pub async fn release(
    host: &impl Host,
    account_id: &str,
    connection: &ConnectionName,
) -> Result<()> {
    let Ok(id) = AccountId::parse(account_id) else {
        return Ok(());
    };
    let without = |entry: Registered| entry.without_own(connection.as_str());
    amend(host, &id, &without).await.map(drop)
}

/// Takes out this very copy, and none that has come in its place.
pub async fn drop_copy(host: &impl Host, id: &AccountId, copy: &OwnCopy) -> Result<()> {
    let without = |mut entry: Registered| {
        entry.own.retain(|kept| kept != copy);
        entry
    };
    amend(host, id, &without).await.map(drop)
}

/// Changes an entry, and takes it out of the register where nothing is kept of
/// the account any longer. Whether it is gone; nothing where there was none.
pub async fn amend(
    host: &impl Host,
    id: &AccountId,
    change: &dyn Fn(Registered) -> Registered,
) -> Result<Option<bool>> {
    let key = id.key(REGISTER);
    for _ in 0..store::UPDATE_ATTEMPTS {
        let Some(Stored { value, version }) = store::read::<Registered>(host, &key).await? else {
            return Ok(None);
        };
        let expect = Expect::Version(version);
        let amended = change(value.clone());
        if amended == value {
            return Ok(Some(false));
        }
        let is_gone = amended.oldest().is_none();
        let is_done = if is_gone {
            matches!(host.delete(&key, expect).await?, DeleteOutcome::Deleted)
        } else {
            store::replace(host, &key, amended, expect).await?.is_some()
        };
        if is_done {
            return Ok(Some(is_gone));
        }
    }
    Err(store::contended(&key))
}

/// Retrieves a copy of our own anew, because it has changed at Atlassian. Where
/// that cannot be done the name is erased: then nothing is kept that is out of
/// date.
pub async fn read_anew(host: &impl Host, id: &AccountId, copy: &OwnCopy) -> Result<()> {
    let Ok(name) = ConnectionName::parse(&copy.connection) else {
        return Ok(());
    };
    let mut access = match Access::load(host, &name).await {
        Ok(access) => access,
        Err(error) if is_passing(&error) => return Err(error),
        Err(_) => return settle(host, id, &name, None).await,
    };
    let deadline = Deadline::after(host, ME_TIMEOUT_MS);
    match identity::me(host, &mut access, deadline).await {
        Ok(account) if account.account_id == id.as_str() => {
            settle(host, id, &name, Some(account)).await
        }
        Ok(_) | Err(_) => settle(host, id, &name, None).await,
    }
}

/// The store may be able to in a while.
fn is_passing(error: &Error) -> bool {
    matches!(error.kind(), Kind::SecretStore(_)) && error.action() == Action::Retry
}

/// Writes down what `/me` said, where the connection is still of that account;
/// where it is of somebody else, or gone, the account loses it.
async fn settle(
    host: &impl Host,
    id: &AccountId,
    name: &ConnectionName,
    account: Option<Account>,
) -> Result<()> {
    let key = name.connection_key();
    let stored = store::read::<Connection>(host, &key).await?;
    let own = stored.and_then(|stored| {
        let kept = stored.value.account.clone()?;
        (kept.account_id == id.as_str()).then_some((stored, kept))
    });
    let Some((stored, kept)) = own else {
        return release(host, id.as_str(), name).await;
    };
    let account = account.unwrap_or(Account {
        name: None,
        retrieved_at: host.now(),
        ..kept
    });
    let connection = Connection {
        account: Some(account.clone()),
        ..stored.value
    };
    let expect = Expect::Version(stored.version);
    let entry = store::encode(&connection);
    match store::save(host, &key, &entry, expect, SAVE_ATTEMPTS).await? {
        PutOutcome::Stored(_) => moved_on(host, id, name, account.retrieved_at).await,
        // Whoever was faster has asked Atlassian too.
        PutOutcome::Stale(_) => Ok(()),
    }
}

async fn moved_on(
    host: &impl Host,
    id: &AccountId,
    name: &ConnectionName,
    retrieved_at: UnixMs,
) -> Result<()> {
    let moved = |entry: Registered| entry.with_own(name.as_str(), retrieved_at);
    amend(host, id, &moved).await.map(drop)
}
