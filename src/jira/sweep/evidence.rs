//! What a sweep has sent, for auditors: kept in pages as it goes.

mod record;

use self::record::Page;
pub use self::record::{BatchEvidence, Counts, SweepId, SweepSummary};
use super::answer::Failure;
use crate::jira::{
    error::{Error, Result},
    host::{Change, Expect, Host},
    instant::UnixMs,
    json::ToJson,
    store,
};

const REPORTS: &str = "reports/";

/// How many sweeps are kept: with the default cycle, a quarter of a year.
const SWEEPS_KEPT: usize = 12;

/// A page that is longer than this takes no further batch. The longest batch,
/// of 90 closed accounts, has 12 KB, and stores take 64 KiB.
const FULL_PAGE_BYTES: usize = 44 * 1024;

/// A page is written again with each batch, so it is not to become long.
const PAGE_BATCHES: usize = 100;

/// How many batches a call answers.
const RECENT: usize = 100;

/// A sentence is enough.
const MAX_TEXT_CHARS: usize = 300;

/// The evidence of a call.
#[derive(Debug)]
pub struct Evidence {
    summary: SweepSummary,
    is_begun: bool,
    page: u32,
    lines: Vec<BatchEvidence>,
    is_full: bool,
    /// The last batches.
    pub recent: Vec<BatchEvidence>,
}

impl Evidence {
    /// Nothing yet.
    #[must_use]
    pub fn new(sweep: SweepId, cycle_ms: u64) -> Self {
        Self {
            summary: SweepSummary {
                sweep,
                ended_at: None,
                complete: false,
                counts: Counts::default(),
                stopped: None,
                cycle_ms,
            },
            is_begun: false,
            page: 0,
            lines: Vec::new(),
            is_full: false,
            recent: Vec::new(),
        }
    }

    /// The sweep.
    #[must_use]
    pub const fn sweep(&self) -> SweepId {
        self.summary.sweep
    }

    /// The number of the next batch of a sweep that an earlier call began.
    pub async fn next_batch(&mut self, host: &impl Host) -> Result<u32> {
        let key = self.summary.sweep.header_key();
        if let Some(stored) = store::read::<SweepSummary>(host, &key).await? {
            self.summary = stored.value;
        }
        Ok(self.summary.counts.batches + self.summary.counts.failed + 1)
    }

    /// Makes room for the first batch: after the pages of earlier calls, and in
    /// the place of sweeps of long ago.
    pub async fn begin(&mut self, host: &impl Host) -> Result<()> {
        if self.is_begun {
            return Ok(());
        }
        let keys = store::list(host, REPORTS).await?;
        let of = |key: &String| SweepId::parse(key.strip_prefix(REPORTS)?.split_once('/')?.0);
        let sweep = self.summary.sweep;
        let mut sweeps: Vec<SweepId> = keys.iter().filter_map(of).collect();
        sweeps.dedup();
        let pages = keys.iter().filter(|key| of(key) == Some(sweep));
        let pages = pages.filter_map(|key| key.rsplit_once('/')?.1.parse::<u32>().ok());
        self.page = pages.max().map_or(0, |page| page + 1);
        sweeps.retain(|kept| *kept != sweep);
        let too_many = (sweeps.len() + 1).saturating_sub(SWEEPS_KEPT);
        sweeps.truncate(too_many);
        let is_old = |key: &&String| of(key).is_some_and(|of| sweeps.contains(&of));
        for key in keys.iter().filter(is_old) {
            host.delete(key, Expect::Any).await?;
        }
        self.is_begun = true;
        Ok(())
    }

    /// Takes a batch up, and says what is to be written for it.
    pub fn add(&mut self, mut batch: BatchEvidence) -> Vec<Change> {
        for text in [&mut batch.trace_id, &mut batch.failure] {
            *text = text.take().map(|text| shorten(&text));
        }
        if self.is_full {
            self.page += 1;
            self.lines.clear();
        }
        let is_first = self.page == 0 && self.lines.is_empty();
        self.recent.push(batch.clone());
        if self.recent.len() > RECENT {
            self.recent.remove(0);
        }
        self.lines.push(batch);
        let sweep = self.summary.sweep;
        let page = write(sweep.page_key(self.page), &Page(self.lines.clone()));
        self.is_full = page.value.len() > FULL_PAGE_BYTES || self.lines.len() >= PAGE_BATCHES;
        let header = is_first.then(|| write(sweep.header_key(), &self.summary));
        header.into_iter().chain([page]).collect()
    }

    /// Writes down how the call ended, if it has sent anything.
    pub fn end(
        &mut self,
        now: UnixMs,
        counts: Counts,
        complete: bool,
        stopped: Option<&Error>,
        cycle_ms: u64,
    ) -> Option<Change> {
        let so_far = self.summary.counts;
        self.summary = SweepSummary {
            sweep: self.summary.sweep,
            ended_at: Some(now),
            complete,
            counts: so_far.plus(counts),
            stopped: stopped.map(|error| shorten(&error.to_string())),
            cycle_ms,
        };
        let has_sent = self.is_begun || so_far != Counts::default();
        has_sent.then(|| write(self.summary.sweep.header_key(), &self.summary))
    }
}

impl BatchEvidence {
    /// That a batch failed.
    #[must_use]
    pub fn of_failure(failure: &Failure, now: UnixMs, status: Option<u16>) -> Self {
        Self {
            at: now,
            batch: failure.batch,
            accounts: u32::try_from(failure.accounts.len()).unwrap_or(u32::MAX),
            status,
            trace_id: failure.error.trace_id().map(String::from),
            closed: Vec::new(),
            updated: Vec::new(),
            failure: Some(failure.error.to_string()),
        }
    }
}

/// The kept sweeps, the latest first.
pub async fn summaries(host: &impl Host) -> Result<Vec<SweepSummary>> {
    let mut keys = store::list(host, REPORTS).await?;
    keys.retain(|key| key.ends_with("/summary"));
    let mut summaries = Vec::new();
    for key in keys.iter().rev() {
        let stored = store::read::<SweepSummary>(host, key).await?;
        summaries.extend(stored.map(|stored| stored.value));
    }
    Ok(summaries)
}

/// A page of batches, and the next one.
pub async fn page(
    host: &impl Host,
    sweep: &str,
    page: u32,
) -> Result<(Vec<BatchEvidence>, Option<u32>)> {
    let sweep = SweepId::parse(sweep)
        .ok_or_else(|| Error::invalid("sweep", "it is not the id of a sweep"))?;
    let Some(next) = page.checked_add(1) else {
        return Ok((Vec::new(), None));
    };
    let stored = store::read::<Page>(host, &sweep.page_key(page)).await?;
    let has_next = host.get(&sweep.page_key(next)).await?.is_some();
    let batches = stored.map(|stored| stored.value.0).unwrap_or_default();
    Ok((batches, has_next.then_some(next)))
}

fn write(key: String, value: &impl ToJson) -> Change {
    Change {
        key,
        value: store::encode(value),
        expect: Expect::Any,
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(MAX_TEXT_CHARS).collect()
}
