//! The register: an entry for each account that is to be reported.

use serde_json::Value;

use super::account_id::{AccountId, REGISTER};
use crate::jira::{
    error::Result,
    host::{Entry, Host},
    instant::{SKEW_MS, UnixMs},
    json::{self, Broken, FromJson, Object, ToJson},
    store::{self, Stored},
};

/// An account in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// When the host retrieved what it keeps of it, if it does.
    pub retrieved_at: Option<UnixMs>,
    /// What the connector itself keeps of it.
    pub own: Vec<OwnCopy>,
    /// Its sites.
    pub cloud_ids: Vec<String>,
    /// When it came into the register.
    pub entered_at: UnixMs,
    /// When it was last reported.
    pub reported_at: Option<UnixMs>,
    /// Whether the host must retrieve its data again.
    pub retrieve_again: bool,
}

/// What the connector keeps of an account with a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCopy {
    /// The connection.
    pub connection: String,
    /// When it was retrieved.
    pub retrieved_at: UnixMs,
}

impl Registered {
    /// An entry of nothing yet.
    #[must_use]
    pub const fn new(entered_at: UnixMs) -> Self {
        Self {
            retrieved_at: None,
            own: Vec::new(),
            cloud_ids: Vec::new(),
            entered_at,
            reported_at: None,
            retrieve_again: false,
        }
    }

    /// When the oldest of what is kept was retrieved. This is what Atlassian is
    /// told; nothing where nothing is kept.
    #[must_use]
    pub fn oldest(&self) -> Option<UnixMs> {
        let own = self.own.iter().map(|copy| copy.retrieved_at);
        own.chain(self.retrieved_at).min()
    }

    /// From when the time to the next report is counted.
    #[must_use]
    pub fn counted_from(&self) -> UnixMs {
        self.reported_at.unwrap_or(self.entered_at)
    }

    /// When it was last reported, by a clock that can be believed. One that was
    /// set back has left times that are yet to come: nobody knows when that was,
    /// and to report too early is better than years too late.
    #[must_use]
    pub fn reported_before(&self, now: UnixMs) -> Option<UnixMs> {
        self.reported_at.filter(|at| *at <= now.plus(SKEW_MS))
    }

    /// Whether it may be reported: never within the cycle.
    #[must_use]
    pub fn is_due(&self, now: UnixMs, cycle_ms: u64) -> bool {
        self.reported_before(now)
            .is_none_or(|reported_at| reported_at.plus(cycle_ms) <= now)
    }

    /// When it must be reported at the latest.
    #[must_use]
    pub fn due_at(&self, now: UnixMs, cycle_ms: u64) -> UnixMs {
        match (self.reported_before(now), self.reported_at) {
            (None, Some(_)) => now,
            _ => self.counted_from().min(now).plus(cycle_ms),
        }
    }

    /// Notes that a connection keeps a copy.
    #[must_use]
    pub fn with_own(mut self, connection: &str, retrieved_at: UnixMs) -> Self {
        self = self.without_own(connection);
        self.own.push(OwnCopy {
            connection: connection.into(),
            retrieved_at,
        });
        self
    }

    /// Notes that a connection keeps none.
    #[must_use]
    pub fn without_own(mut self, connection: &str) -> Self {
        self.own.retain(|copy| copy.connection != connection);
        self
    }
}

/// What the register has of some accounts, in their order. An entry that cannot
/// be read says so, and keeps nobody from the others.
pub async fn read_many(
    host: &impl Host,
    ids: &[AccountId],
) -> Result<Vec<Option<Result<Stored<Registered>>>>> {
    let keys: Vec<_> = ids.iter().map(|id| id.key(REGISTER)).collect();
    let entries = store::get_readable(host, &keys).await?;
    let decode = |(key, entry): (&String, Result<Option<Entry>>)| {
        let decoded = |entry: Entry| store::decode(key, &entry);
        Some(entry.transpose()?.and_then(decoded))
    };
    Ok(keys.iter().zip(entries).map(decode).collect())
}

impl FromJson for Registered {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            retrieved_at: object.optional_instant("retrieved_at")?,
            own: object.optional_list("own")?.unwrap_or_default(),
            cloud_ids: object.texts("cloud_ids")?,
            entered_at: UnixMs(object.number("entered_at")?),
            reported_at: object.optional_instant("reported_at")?,
            retrieve_again: object.optional_flag("retrieve_again")?.unwrap_or(false),
        })
    }
}

impl ToJson for Registered {
    fn to_json(&self) -> Value {
        json::object(vec![
            ("retrieved_at", json::optional_instant(self.retrieved_at)),
            ("own", json::list(&self.own)),
            ("cloud_ids", json::texts(&self.cloud_ids)),
            ("entered_at", self.entered_at.0.into()),
            ("reported_at", json::optional_instant(self.reported_at)),
            ("retrieve_again", json::flag(self.retrieve_again)),
        ])
    }
}

impl FromJson for OwnCopy {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            connection: object.text("connection")?,
            retrieved_at: UnixMs(object.number("retrieved_at")?),
        })
    }
}

impl ToJson for OwnCopy {
    fn to_json(&self) -> Value {
        json::object(vec![
            ("connection", self.connection.as_str().into()),
            ("retrieved_at", self.retrieved_at.0.into()),
        ])
    }
}
