//! What the connector itself keeps of accounts: for each connection, who
//! consented to it.

use super::{
    account_id::{AccountId, REGISTER},
    register::{OwnCopy, Registered},
    state::SweepState,
};
use crate::jira::{
    access::Access,
    connection::{Account, Connection},
    error::{Action, Error, Kind, Result},
    host::{Deadline, DeleteOutcome, Expect, Host, PutOutcome},
    instant::UnixMs,
    name::ConnectionName,
    oauth,
    store::{self, SAVE_ATTEMPTS, Stored},
};

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
    shrink(host, &id, without).await.map(drop)
}

/// Takes something out of an entry, and the entry out of the register where
/// nothing is left of it. Whether it is gone; nothing where there was none.
pub async fn shrink(
    host: &impl Host,
    id: &AccountId,
    change: impl Fn(Registered) -> Registered,
) -> Result<Option<bool>> {
    let key = id.key(REGISTER);
    for _ in 0..store::UPDATE_ATTEMPTS {
        let Some(Stored { value, version }) = store::read::<Registered>(host, &key).await? else {
            return Ok(None);
        };
        let expect = Expect::Version(version);
        let smaller = change(value.clone());
        if smaller == value {
            return Ok(Some(false));
        }
        let is_gone = smaller.oldest().is_none();
        let is_done = if is_gone {
            matches!(host.delete(&key, expect).await?, DeleteOutcome::Deleted)
        } else {
            let entry = store::encode(&smaller);
            let outcome = store::save(host, &key, &entry, expect, SAVE_ATTEMPTS).await?;
            matches!(outcome, PutOutcome::Stored(_))
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
pub async fn read_anew(
    host: &impl Host,
    id: &AccountId,
    copy: &OwnCopy,
    deadline: Deadline,
) -> Result<()> {
    let Ok(name) = ConnectionName::parse(&copy.connection) else {
        return Ok(());
    };
    let mut access = match Access::load(host, &name).await {
        Ok(access) => access,
        Err(error) if is_passing(&error) => return Err(error),
        Err(_) => return settle(host, id, &name, None).await,
    };
    match oauth::me(host, &mut access, deadline).await {
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
    let account = account.unwrap_or(Account { name: None, ..kept });
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
    shrink(host, id, moved).await.map(drop)
}
