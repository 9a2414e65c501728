//! Which account consented to which connection, and erasing those of one.

use super::account_id::AccountId;
use crate::jira::{
    connection::{Connection, erase_pending},
    error::Result,
    host::{DeleteOutcome, Entry, Expect, Host},
    name::{CONNECTIONS, ConnectionName},
    store::{self, Stored},
    token::TokenSet,
};

/// The connections by account, read when they are first asked for.
#[derive(Debug, Default)]
pub struct Consenters(Option<Vec<(String, ConnectionName)>>);

impl Consenters {
    /// Erases the connections of an account: those that the register names and
    /// those that say so themselves. The names of what was erased.
    pub async fn erase(
        &mut self,
        host: &impl Host,
        id: &AccountId,
        registered: &[String],
    ) -> Result<Vec<String>> {
        if self.0.is_none() {
            self.0 = Some(read(host).await?);
        }
        let named = registered
            .iter()
            .filter_map(|name| ConnectionName::parse(name).ok());
        let mut names: Vec<_> = named.collect();
        for (account, name) in self.0.iter().flatten() {
            if account == id.as_str() && !names.contains(name) {
                names.push(name.clone());
            }
        }
        let mut erased = Vec::new();
        for name in names {
            if erase(host, id, &name).await? {
                erased.push(name.as_str().into());
            }
        }
        Ok(erased)
    }
}

async fn read(host: &impl Host) -> Result<Vec<(String, ConnectionName)>> {
    let mut known = Vec::new();
    let keys = store::list(host, CONNECTIONS).await?;
    for keys in keys.chunks(store::READ_AT_ONCE) {
        for (key, entry) in keys.iter().zip(store::get_readable(host, keys).await?) {
            let entry = entry.ok().flatten();
            let Some((name, entry)) = ConnectionName::from_key(key).zip(entry) else {
                continue;
            };
            // One that cannot be read is looked at again where the register
            // names it.
            let Ok(stored) = store::decode::<Connection>(key, &entry) else {
                continue;
            };
            for account in stored.value.accounts() {
                known.push((account, name.clone()));
            }
        }
    }
    Ok(known)
}

/// What is to be done about a connection.
enum Step {
    /// It has nothing of the account.
    Leave,
    /// It is the account's.
    Erase,
    /// It is somebody else's now, with traces of the account.
    Rewrite(Box<Connection>),
}

/// Erases a connection that is the account's, by the versions that say so: one
/// to which somebody else has consented meanwhile stays.
async fn erase(host: &impl Host, id: &AccountId, name: &ConnectionName) -> Result<bool> {
    let keys = [name.connection_key(), name.tokens_key()];
    let [connection_key, tokens_key] = &keys;
    for _ in 0..store::UPDATE_ATTEMPTS {
        let [entry, tokens] = store::get_each(host, &keys).await?;
        let Some(entry) = entry else {
            return Ok(false);
        };
        let connection = store::decode::<Connection>(connection_key, &entry)?;
        let consent = consent_of(tokens_key, tokens.as_ref())?;
        let expect = Expect::Version(connection.version);
        match step(id, connection.value, consent.as_ref()) {
            Step::Leave => return Ok(false),
            Step::Erase => {
                if let Some(tokens) = tokens
                    && !delete(host, tokens_key, Expect::Version(tokens.version)).await?
                {
                    continue;
                }
                erase_pending(host, name).await?;
                if delete(host, connection_key, expect).await? {
                    return Ok(true);
                }
            }
            Step::Rewrite(connection) => {
                let written = store::replace(host, connection_key, *connection, expect).await?;
                if written.is_some() {
                    return Ok(false);
                }
            }
        }
    }
    Err(store::contended(connection_key))
}

fn consent_of(key: &str, tokens: Option<&Entry>) -> Result<Option<TokenSet>> {
    let decode = |entry| store::decode(key, entry).map(|Stored { value, .. }| value);
    tokens.map(decode).transpose()
}

fn step(id: &AccountId, connection: Connection, tokens: Option<&TokenSet>) -> Step {
    let is_its = |account: &str| account == id.as_str();
    if !connection.accounts().iter().any(|account| is_its(account)) {
        return Step::Leave;
    }
    let consented = connection
        .account
        .as_ref()
        .is_some_and(|account| is_its(&account.account_id));
    let is_renewed = tokens.is_some_and(|tokens| tokens.consent_id != connection.consent_id);
    if consented && !is_renewed {
        return Step::Erase;
    }
    let connection = match tokens {
        Some(tokens) => connection.for_consent_of(tokens),
        None => connection,
    };
    Step::Rewrite(Box::new(Connection {
        choice: connection
            .choice
            .filter(|choice| !is_its(&choice.account_id)),
        ..connection
    }))
}

async fn delete(host: &impl Host, key: &str, expect: Expect) -> Result<bool> {
    let outcome = host.delete(key, expect).await?;
    Ok(matches!(outcome, DeleteOutcome::Deleted))
}
