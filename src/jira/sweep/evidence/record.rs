//! What is kept of sweeps and their batches.

use core::fmt;

use serde_json::Value;

use super::REPORTS;
use crate::jira::{
    instant::UnixMs,
    json::{self, Broken, FromJson, Object, ToJson},
};

/// The name of a sweep: when it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SweepId(pub UnixMs);

/// Thirteen digits, so that the order of keys is that of time.
impl fmt::Display for SweepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:013}", self.0.0)
    }
}

impl SweepId {
    /// Reads a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(|ms| Self(UnixMs(ms)))
    }

    pub(super) fn header_key(self) -> String {
        format!("{REPORTS}{self}/summary")
    }

    pub(super) fn page_key(self, page: u32) -> String {
        format!("{REPORTS}{self}/{page:06}")
    }
}

/// What a sweep did, in accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "wit/sweep.wit describes the fields")]
pub struct Counts {
    pub seen: u32,
    pub due: u32,
    pub reported: u32,
    pub closed: u32,
    pub updated: u32,
    pub failed: u32,
    pub resumed: u32,
    pub batches: u32,
}

/// A sweep that has sent something; wit/sweep.wit describes the fields.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "wit/sweep.wit describes the fields")]
pub struct SweepSummary {
    pub sweep: SweepId,
    pub ended_at: Option<UnixMs>,
    pub complete: bool,
    pub counts: Counts,
    pub stopped: Option<String>,
    pub cycle_ms: u64,
}

/// That a batch was sent; wit/sweep.wit describes the fields.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "wit/sweep.wit describes the fields")]
pub struct BatchEvidence {
    pub at: UnixMs,
    pub batch: u32,
    pub accounts: u32,
    pub status: Option<u16>,
    pub trace_id: Option<String>,
    pub closed: Vec<String>,
    pub updated: Vec<String>,
    pub failure: Option<String>,
}

impl Counts {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            seen: self.seen.saturating_add(other.seen),
            due: self.due.saturating_add(other.due),
            reported: self.reported.saturating_add(other.reported),
            closed: self.closed.saturating_add(other.closed),
            updated: self.updated.saturating_add(other.updated),
            failed: self.failed.saturating_add(other.failed),
            resumed: self.resumed.saturating_add(other.resumed),
            batches: self.batches.saturating_add(other.batches),
        }
    }
}

impl FromJson for SweepSummary {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            sweep: SweepId(UnixMs(object.number("sweep")?)),
            ended_at: object.optional_instant("ended_at")?,
            complete: object.optional_flag("complete")?.unwrap_or(false),
            counts: Counts {
                seen: json::small(object, "seen")?,
                due: json::small(object, "due")?,
                reported: json::small(object, "reported")?,
                closed: json::small(object, "closed")?,
                updated: json::small(object, "updated")?,
                failed: json::small(object, "failed")?,
                resumed: json::small(object, "resumed")?,
                batches: json::small(object, "batches")?,
            },
            stopped: object.optional_text("stopped")?,
            cycle_ms: object.number("cycle_ms")?,
        })
    }
}

impl ToJson for SweepSummary {
    fn to_json(&self) -> Value {
        let counts = self.counts;
        json::object(vec![
            ("sweep", self.sweep.0.0.into()),
            ("ended_at", json::optional_instant(self.ended_at)),
            ("complete", json::flag(self.complete)),
            ("seen", counts.seen.into()),
            ("due", counts.due.into()),
            ("reported", counts.reported.into()),
            ("closed", counts.closed.into()),
            ("updated", counts.updated.into()),
            ("failed", counts.failed.into()),
            ("resumed", counts.resumed.into()),
            ("batches", counts.batches.into()),
            ("stopped", json::optional_text(self.stopped.as_deref())),
            ("cycle_ms", self.cycle_ms.into()),
        ])
    }
}

/// Some batches, as one entry.
#[derive(Debug)]
pub struct Page(pub Vec<BatchEvidence>);

impl FromJson for Page {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self(object.optional_list("batches")?.unwrap_or_default()))
    }
}

impl ToJson for Page {
    fn to_json(&self) -> Value {
        json::object(vec![("batches", json::list(&self.0))])
    }
}

impl FromJson for BatchEvidence {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        let status = object.optional_number("status")?;
        Ok(Self {
            at: UnixMs(object.number("at")?),
            batch: json::small(object, "batch")?,
            accounts: json::small(object, "accounts")?,
            status: status.and_then(|status| status.try_into().ok()),
            trace_id: object.optional_text("trace_id")?,
            closed: object.texts("closed")?,
            updated: object.texts("updated")?,
            failure: object.optional_text("failure")?,
        })
    }
}

impl ToJson for BatchEvidence {
    fn to_json(&self) -> Value {
        json::object(vec![
            ("at", self.at.0.into()),
            ("batch", self.batch.into()),
            ("accounts", self.accounts.into()),
            ("status", self.status.map_or(Value::Null, Value::from)),
            ("trace_id", json::optional_text(self.trace_id.as_deref())),
            ("closed", json::texts(&self.closed)),
            ("updated", json::texts(&self.updated)),
            ("failure", json::optional_text(self.failure.as_deref())),
        ])
    }
}
