//! What became of the refreshes of a pair, kept beside it.

use serde_json::Value;

use super::RefreshOutcome;
use crate::jira::{
    instant::UnixMs,
    json::{self, Broken, FromJson, Object, ToJson},
};

/// The refreshes since the consent, as far as they change the stored pair: to
/// count the others would cost a write that nothing else needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefreshTally {
    /// How many were [`RefreshOutcome::Rotated`].
    pub rotated: u64,
    /// How many were [`RefreshOutcome::Recovered`].
    pub recovered: u64,
    /// The last one.
    pub last: Option<LastRefresh>,
}

/// How a refresh ended, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastRefresh {
    /// How.
    pub outcome: RefreshOutcome,
    /// When.
    pub at: UnixMs,
}

impl RefreshTally {
    /// With one more.
    #[must_use]
    pub fn with(&self, outcome: RefreshOutcome, at: UnixMs) -> Self {
        let one_if = |counted| u64::from(outcome == counted);
        Self {
            rotated: self.rotated + one_if(RefreshOutcome::Rotated),
            recovered: self.recovered + one_if(RefreshOutcome::Recovered),
            last: Some(LastRefresh { outcome, at }),
        }
    }
}

/// The outcomes that are written, by their names in the contract.
const WRITTEN: [(&str, RefreshOutcome); 3] = [
    ("rotated", RefreshOutcome::Rotated),
    ("recovered", RefreshOutcome::Recovered),
    ("reauthorize", RefreshOutcome::Reauthorize),
];

impl FromJson for RefreshTally {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        let word = object.text("last")?;
        let at = UnixMs(object.number("at")?);
        let last = WRITTEN.iter().find(|(name, _)| *name == word);
        Ok(Self {
            rotated: object.number("rotated")?,
            recovered: object.number("recovered")?,
            last: last.map(|(_, outcome)| LastRefresh {
                outcome: *outcome,
                at,
            }),
        })
    }
}

impl ToJson for RefreshTally {
    /// Null where there was none yet.
    fn to_json(&self) -> Value {
        let Some(last) = self.last else {
            return Value::Null;
        };
        let word = WRITTEN.iter().find(|(_, it)| *it == last.outcome);
        json::object(vec![
            ("rotated", self.rotated.into()),
            ("recovered", self.recovered.into()),
            ("last", json::optional_text(word.map(|(name, _)| *name))),
            ("at", last.at.0.into()),
        ])
    }
}
