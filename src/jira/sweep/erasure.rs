//! Doing what Atlassian answered about an account.
//!
//! Each step can be done again, and what says that it must be done is deleted
//! last. So an erasure that is cut short anywhere is finished by the next sweep:
//!
//! ```text
//! closed:  erasures/ ─► the three kinds ─► connections ─► accounts/ ─► actions/ ─► erasures/ gone
//! updated: erasures/ ─► accounts/ flagged ─► two kinds ─► actions/ ─► own copies read ─► erasures/ gone
//! ```

use super::{
    account_id::{
        ACTION_OPTIONS, ACTIONS, AccountId, ERASURES, PACK_CONFIGURATIONS, REGISTER, USER_DATA,
    },
    action::{AccountState, Action},
    consenters::Consenters,
    own,
    register::{OwnCopy, Registered},
};
use crate::jira::{
    error::Result,
    host::{DeleteOutcome, Expect, Host},
    store::{self, Found, SAVE_ATTEMPTS, Stored},
};

/// Erasing, within one call.
#[derive(Debug)]
pub struct Eraser<'a, H> {
    /// The outside.
    pub host: &'a H,
    /// Who consented to what.
    pub consenters: Consenters,
}

impl<H: Host> Eraser<'_, H> {
    /// Finishes an erasure that is written down, and says what was done. Nothing
    /// where nothing was to be done, as the data is no longer what was reported.
    pub async fn finish(&mut self, id: &AccountId, mut action: Action) -> Result<Option<Action>> {
        let was_done = self.was_done(id, &action).await?;
        let is_meant = match action.state {
            AccountState::Closed if was_done => true,
            AccountState::Closed => {
                self.erase_closed(id, &mut action).await?;
                true
            }
            AccountState::Updated => self.erase_updated(id, &mut action, was_done).await?,
        };
        self.host.delete(&id.key(ERASURES), Expect::Any).await?;
        Ok(is_meant.then_some(action))
    }

    /// Whether an earlier sweep came as far as writing the action down. One that is
    /// spoilt is written over.
    async fn was_done(&self, id: &AccountId, action: &Action) -> Result<bool> {
        let found = store::find::<Action>(self.host, &id.key(ACTIONS)).await?;
        Ok(matches!(found, Found::Whole(done) if done.value.nonce == action.nonce))
    }

    async fn erase_closed(&mut self, id: &AccountId, action: &mut Action) -> Result<()> {
        let host = self.host;
        action.erased.pack_configurations = erase_kind(host, id, PACK_CONFIGURATIONS).await?;
        action.erased.action_options = erase_kind(host, id, ACTION_OPTIONS).await?;
        action.erased.user_data = erase_kind(host, id, USER_DATA).await?;
        let entry = store::read::<Registered>(host, &id.key(REGISTER)).await?;
        let own = entry.map(|entry| entry.value.own).unwrap_or_default();
        let own: Vec<_> = own.into_iter().map(|copy| copy.connection).collect();
        action.erased.connections = self.consenters.erase(host, id, &own).await?;
        remove_from_register(host, id).await?;
        self.note(id, action).await
    }

    async fn erase_updated(
        &mut self,
        id: &AccountId,
        action: &mut Action,
        was_done: bool,
    ) -> Result<bool> {
        let host = self.host;
        let (entry, is_meant) = match flag(host, id, action, was_done).await? {
            Flagged::Gone => return Ok(was_done),
            Flagged::Renewed(entry) => (entry, was_done),
            Flagged::Meant(entry) => (entry, true),
        };
        if is_meant && !was_done {
            action.erased.action_options = erase_kind(host, id, ACTION_OPTIONS).await?;
            action.erased.user_data = erase_kind(host, id, USER_DATA).await?;
            self.note(id, action).await?;
        }
        for copy in entry.own {
            if copy.retrieved_at <= action.answered_at {
                own::read_anew(host, id, &copy).await?;
            }
        }
        Ok(is_meant)
    }

    /// Writes down what the host must hear of. An earlier action of the account
    /// that it has not acknowledged is covered by this one.
    async fn note(&self, id: &AccountId, action: &Action) -> Result<()> {
        let (key, entry) = (id.key(ACTIONS), store::encode(action));
        store::save(self.host, &key, &entry, Expect::Any, SAVE_ATTEMPTS)
            .await
            .map(drop)
    }
}

/// What an answer of `updated` is to an account of the register.
enum Flagged {
    /// It is not there any more.
    Gone,
    /// What the host keeps is no longer what was reported, or is done with.
    Renewed(Registered),
    /// It is as it was reported, and flagged.
    Meant(Registered),
}

/// Flags an account whose data the host must retrieve again, unless it has done so
/// already. What the connector keeps has times of its own.
async fn flag(
    host: &impl Host,
    id: &AccountId,
    action: &Action,
    was_done: bool,
) -> Result<Flagged> {
    let key = id.key(REGISTER);
    for _ in 0..store::UPDATE_ATTEMPTS {
        let Some(Stored { value, version }) = store::read::<Registered>(host, &key).await? else {
            return Ok(Flagged::Gone);
        };
        if was_done || !is_as_reported(&value, action) {
            return Ok(Flagged::Renewed(value));
        }
        let flagged = Registered {
            reported_at: value.reported_at.max(Some(action.answered_at)),
            retrieve_again: value.retrieved_at.is_some(),
            ..value.clone()
        };
        if flagged == value {
            return Ok(Flagged::Meant(value));
        }
        if let Some(flagged) = store::replace(host, &key, flagged, Expect::Version(version)).await?
        {
            return Ok(Flagged::Meant(flagged));
        }
    }
    Err(store::contended(&key))
}

fn is_as_reported(entry: &Registered, action: &Action) -> bool {
    let is_older = |copy: &OwnCopy| copy.retrieved_at <= action.answered_at;
    entry.retrieved_at == action.retrieved_at
        && (entry.retrieved_at.is_some() || entry.own.iter().any(is_older))
}

async fn erase_kind(host: &impl Host, id: &AccountId, kind: &str) -> Result<u32> {
    let keys = store::list(host, &id.prefix(kind)).await?;
    for key in &keys {
        host.delete(key, Expect::Any).await?;
    }
    Ok(u32::try_from(keys.len()).unwrap_or(u32::MAX))
}

/// Whatever was written into the entry meanwhile, the account is closed.
async fn remove_from_register(host: &impl Host, id: &AccountId) -> Result<()> {
    let key = id.key(REGISTER);
    match host.delete(&key, Expect::Any).await? {
        DeleteOutcome::Deleted => Ok(()),
        DeleteOutcome::Stale(_) => Err(store::contended(&key)),
    }
}
