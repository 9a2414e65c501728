//! When the register was swept, and when it is due: one entry for the store.

use serde_json::Value;

use super::cycle::DEFAULT_CYCLE_MS;
use crate::jira::{
    error::Result,
    host::Host,
    instant::{SKEW_MS, UnixMs},
    json::{self, Broken, FromJson, Object, ToJson},
    store,
};

const KEY: &str = "sweep";

/// What is known of the sweeps of this store.
#[derive(Debug, Clone)]
pub struct SweepState {
    /// How often each account is reported.
    pub cycle_ms: u64,
    /// When the first account of the register is due.
    pub next_due: Option<UnixMs>,
    /// When the first account came into the register since the last pass
    /// through it began. That pass need not have seen it.
    pub entered_since: Option<UnixMs>,
    /// When the last sweep began.
    pub started_at: Option<UnixMs>,
    /// When the register was last covered.
    pub completed_at: Option<UnixMs>,
}

impl Default for SweepState {
    fn default() -> Self {
        Self {
            cycle_ms: DEFAULT_CYCLE_MS,
            next_due: None,
            entered_since: None,
            started_at: None,
            completed_at: None,
        }
    }
}

impl SweepState {
    /// Reads it.
    pub async fn read(host: &impl Host) -> Result<Self> {
        let stored = store::read(host, KEY).await?;
        let state = stored.map_or_else(Self::default, |stored| stored.value);
        Ok(state.believed(host.now()))
    }

    /// A sweep is never due later than a cycle from now. Where it says so, a
    /// clock was set back: a sweep sets that right, and reports what is due.
    fn believed(self, now: UnixMs) -> Self {
        let latest = now.plus(self.cycle_ms).plus(SKEW_MS);
        Self {
            next_due: self
                .next_due
                .map(|due| if due > latest { now } else { due }),
            ..self
        }
    }

    /// Changes it.
    pub async fn update(host: &impl Host, change: &dyn Fn(Self) -> Self) -> Result<Self> {
        store::update(host, KEY, Self::default(), change).await
    }

    /// Notes that an account comes into the register, before it does. After a
    /// crash in between a sweep is due that finds nothing, which does no harm.
    pub async fn note_entry(host: &impl Host) -> Result<()> {
        let now = host.now();
        let state = Self::read(host).await?;
        let due = now.plus(state.cycle_ms);
        if state.entered_since.is_some() && state.next_due.is_some_and(|known| known <= due) {
            return Ok(());
        }
        let noted = |state: Self| {
            let due = now.plus(state.cycle_ms);
            Self {
                next_due: Some(state.next_due.map_or(due, |known| known.min(due))),
                entered_since: state.entered_since.or(Some(now)),
                ..state
            }
        };
        Self::update(host, &noted).await.map(drop)
    }
}

impl FromJson for SweepState {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            cycle_ms: object.number("cycle_ms")?,
            next_due: object.optional_instant("next_due")?,
            entered_since: object.optional_instant("entered_since")?,
            started_at: object.optional_instant("started_at")?,
            completed_at: object.optional_instant("completed_at")?,
        })
    }
}

impl ToJson for SweepState {
    fn to_json(&self) -> Value {
        json::object(vec![
            ("cycle_ms", self.cycle_ms.into()),
            ("next_due", json::optional_instant(self.next_due)),
            ("entered_since", json::optional_instant(self.entered_since)),
            ("started_at", json::optional_instant(self.started_at)),
            ("completed_at", json::optional_instant(self.completed_at)),
        ])
    }
}
