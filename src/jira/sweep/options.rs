//! What a caller asks of a sweep, checked before anything happens.

use super::{evidence::SweepId, plan::Start};
use crate::jira::{
    error::{Error, Result},
    instant::{SECOND_MS, UnixMs},
    name::ConnectionName,
};

/// How long a sweep goes on where the caller does not say: some 800 batches of
/// a third of a second, several at once.
const TIMEOUT_MS: u32 = 300 * 1_000;
const TIMEOUTS_MS: (u32, u32) = (1_000, 3_600 * 1_000);

/// How many batches are on their way at once.
const IN_FLIGHT: u32 = 8;
const IN_FLIGHTS: (u32, u32) = (1, 16);

/// Which connection reports, and how much; wit/sweep.wit describes the fields.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "wit/sweep.wit describes the fields")]
pub struct SweepOptions {
    pub connection: Option<String>,
    pub dry_run: bool,
    pub force: bool,
    pub max_batches: Option<u32>,
    pub timeout_ms: Option<u32>,
    pub in_flight: Option<u32>,
    pub cursor: Option<String>,
}

/// The same, checked and with what holds where nothing was given.
#[derive(Debug)]
pub struct Checked {
    /// The connection that is to report.
    pub connection: Option<ConnectionName>,
    /// Whether nothing is sent or written.
    pub dry_run: bool,
    /// Whether to report within the cycle.
    pub force: bool,
    /// How many batches.
    pub max_batches: u32,
    /// How long.
    pub timeout_ms: u64,
    /// How many at once.
    pub in_flight: usize,
    /// Where to begin, if not at the beginning.
    pub start: Option<Start>,
}

impl SweepOptions {
    /// Checks the options.
    pub fn check(self) -> Result<Checked> {
        let connection = self.connection.as_deref().map(ConnectionName::parse);
        let timeout_ms = self.timeout_ms.unwrap_or(TIMEOUT_MS);
        let in_flight = self.in_flight.unwrap_or(IN_FLIGHT);
        let start = self.cursor.as_deref().map(Start::parse);
        within("timeout-ms", timeout_ms, TIMEOUTS_MS)?;
        within("in-flight", in_flight, IN_FLIGHTS)?;
        within("max-batches", self.max_batches.unwrap_or(1), (1, u32::MAX))?;
        Ok(Checked {
            connection: connection.transpose()?,
            dry_run: self.dry_run,
            force: self.force,
            max_batches: self.max_batches.unwrap_or(u32::MAX),
            timeout_ms: timeout_ms.into(),
            in_flight: in_flight as usize,
            start: start.transpose()?.map(|start| Start {
                // What was only named is still to be reported.
                skip: if self.dry_run { start.skip } else { 0 },
                ..start
            }),
        })
    }
}

impl Checked {
    /// Where to begin.
    #[must_use]
    pub fn start(&self, now: UnixMs) -> Start {
        self.start.clone().unwrap_or(Start {
            sweep: SweepId(now),
            earliest: None,
            skip: 0,
            at: None,
        })
    }
}

fn within(field: &'static str, value: u32, (least, most): (u32, u32)) -> Result<()> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Error::invalid(
        field,
        format_args!("it is from {least} to {most}, not {value}"),
    ))
}

/// How long a report may take; they are answered in well under a second.
pub const REPORT_TIMEOUT_MS: u64 = 30 * SECOND_MS;
