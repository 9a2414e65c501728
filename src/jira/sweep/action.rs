//! What Atlassian said of an account, and what came of it.
//!
//! `erasures/{account}` has what is being done, from before the first deletion
//! to after the last; `actions/{account}` what was done, until the host says
//! that it has heard of it.

use serde_json::Value;

use super::{
    account_id::{ACTIONS, AccountId},
    evidence::SweepId,
    listing::{self, Keys},
};
use crate::jira::{
    error::{Error, Result},
    host::{DeleteOutcome, Expect, Host},
    instant::UnixMs,
    json::{self, Broken, FromJson, Object, ToJson},
    store::{self, Stored},
};

/// What Atlassian said of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// It was deleted.
    Closed,
    /// It has changed.
    Updated,
}

impl AccountState {
    /// Reads Atlassian's word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "closed" => Some(Self::Closed),
            "updated" => Some(Self::Updated),
            _ => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Updated => "updated",
        }
    }
}

/// An answer about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What tells this action from an earlier one of the account.
    pub nonce: String,
    /// What was said.
    pub state: AccountState,
    /// When.
    pub answered_at: UnixMs,
    /// When the host had retrieved what it kept, as that was reported; nothing
    /// where it kept nothing.
    pub retrieved_at: Option<UnixMs>,
    /// The sweep.
    pub sweep: SweepId,
    /// The batch.
    pub batch: u32,
    /// Atlassian's name for the exchange.
    pub trace_id: Option<String>,
    /// The sites of the account.
    pub cloud_ids: Vec<String>,
    /// What was erased.
    pub erased: Erased,
}

/// What was erased of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Entries.
    pub pack_configurations: u32,
    /// Entries.
    pub action_options: u32,
    /// Entries.
    pub user_data: u32,
    /// The names of connections.
    pub connections: Vec<String>,
}

impl Action {
    /// The id by which the host acknowledges this very action.
    #[must_use]
    pub fn id(&self, account: &AccountId) -> String {
        format!("{}/{}", account.as_str(), self.nonce)
    }
}

/// Some actions, each with its account.
#[derive(Debug, Clone, Default)]
pub struct ActionPage {
    /// The actions.
    pub actions: Vec<(AccountId, Action)>,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// Reads the actions that wait for the host, from a cursor on. One that cannot
/// be read keeps nobody from the others: a newer connector, which wrote it, shows it.
pub async fn page(host: &impl Host, cursor: Option<&str>) -> Result<ActionPage> {
    let Keys { keys, cursor } = listing::keys(host, ACTIONS, cursor).await?;
    let mut actions = Vec::new();
    for keys in keys.chunks(store::READ_AT_ONCE) {
        for (key, entry) in keys.iter().zip(store::get_readable(host, keys).await?) {
            let id = AccountId::from_key(ACTIONS, key);
            let entry = entry.ok().flatten();
            let action = entry.and_then(|entry| store::decode::<Action>(key, &entry).ok());
            actions.extend(id.zip(action.map(|stored| stored.value)));
        }
    }
    Ok(ActionPage { actions, cursor })
}

/// Takes actions out of the store that the host has seen to; how many there
/// were. An id that is not that of the action which is there now is not one; of
/// ids with one that can be no action's, none is taken out.
pub async fn acknowledge(host: &impl Host, ids: &[String]) -> Result<u32> {
    let actions: Option<Vec<_>> = ids.iter().map(|id| read_id(id)).collect();
    let Some(actions) = actions else {
        let why = "this is not the id of an action";
        return Err(Error::invalid("acknowledge", why));
    };
    let mut acknowledged = 0;
    for (account, nonce) in actions {
        let key = account.key(ACTIONS);
        let Some(Stored { value, version }) = store::read::<Action>(host, &key).await? else {
            continue;
        };
        if value.nonce == nonce {
            let outcome = host.delete(&key, Expect::Version(version)).await?;
            acknowledged += u32::from(matches!(outcome, DeleteOutcome::Deleted));
        }
    }
    Ok(acknowledged)
}

/// What [`Action::id`] is made of.
fn read_id(id: &str) -> Option<(AccountId, &str)> {
    let (account, nonce) = id.split_once('/')?;
    Some((AccountId::parse(account).ok()?, nonce))
}

impl FromJson for Action {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        let state = AccountState::parse(&object.text("state")?);
        Ok(Self {
            nonce: object.text("nonce")?,
            state: state.ok_or(Broken::WrongKind("state", "a state"))?,
            answered_at: UnixMs(object.number("answered_at")?),
            retrieved_at: object.optional_instant("retrieved_at")?,
            sweep: SweepId(UnixMs(object.number("sweep")?)),
            batch: json::small(object, "batch")?,
            trace_id: object.optional_text("trace_id")?,
            cloud_ids: object.texts("cloud_ids")?,
            erased: Erased {
                pack_configurations: json::small(object, "pack_configurations")?,
                action_options: json::small(object, "action_options")?,
                user_data: json::small(object, "user_data")?,
                connections: object.texts("connections")?,
            },
        })
    }
}

impl ToJson for Action {
    fn to_json(&self) -> Value {
        json::object(vec![
            ("nonce", self.nonce.as_str().into()),
            ("state", self.state.as_str().into()),
            ("answered_at", self.answered_at.0.into()),
            ("retrieved_at", json::optional_instant(self.retrieved_at)),
            ("sweep", self.sweep.0.0.into()),
            ("batch", self.batch.into()),
            ("trace_id", json::optional_text(self.trace_id.as_deref())),
            ("cloud_ids", json::texts(&self.cloud_ids)),
            (
                "pack_configurations",
                self.erased.pack_configurations.into(),
            ),
            ("action_options", self.erased.action_options.into()),
            ("user_data", self.erased.user_data.into()),
            ("connections", json::texts(&self.erased.connections)),
        ])
    }
}
