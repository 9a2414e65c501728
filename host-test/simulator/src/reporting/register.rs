//! What became of accounts, and when they were reported.

use super::Reporting;
use super::body::{Held, Report};
use crate::clock::Now;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The account that is documented to be closed. Of the other one that is
/// documented, nothing ever happens.
const ALWAYS_CLOSED: &str = "5be24ba3f91c106033269289";
const ALWAYS_ACTIVE: &str = "5be24ad8b1653240376955d2";

/// What was reported of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported {
    /// How often, refused reports aside.
    pub times: u32,
    /// The `updatedAt` of the last report, in milliseconds since the epoch of
    /// Unix.
    pub updated_at_unix_ms: i64,
}

/// What is to be done about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Closed,
    Updated,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Closed => "closed",
            Status::Updated => "updated",
        }
    }
}

/// What became of accounts, and when they were reported.
#[derive(Default)]
pub(crate) struct Register {
    closed: BTreeSet<String>,
    /// When the profile of an account last changed, in milliseconds.
    changed: BTreeMap<String, i64>,
    reported: BTreeMap<String, Entry>,
    cycle_period: Option<String>,
}

/// What was reported of an account, and when its cycle began.
struct Entry {
    reported: Reported,
    since: Now,
    in_cycle: u32,
}

impl Register {
    pub fn close(&mut self, account_id: &str) {
        self.closed.insert(account_id.to_owned());
    }

    /// The profile of an account changes at this moment.
    pub fn change(&mut self, account_id: &str, at_unix_ms: i64) {
        self.changed.insert(account_id.to_owned(), at_unix_ms);
    }

    /// What `Cycle-Period` says from now on.
    pub fn say_cycle_period(&mut self, text: &str) {
        self.cycle_period = Some(text.to_owned());
    }

    pub(super) fn cycle_period(&self, settings: &Reporting) -> Option<String> {
        let said = self.cycle_period.as_ref();
        said.or(settings.cycle_period.as_ref()).cloned()
    }

    pub fn reported(&self, account_id: &str) -> Option<Reported> {
        self.reported.get(account_id).map(|entry| entry.reported)
    }

    /// Every account that was reported.
    pub fn all_reported(&self) -> impl Iterator<Item = (&String, Reported)> {
        let entries = self.reported.iter();
        entries.map(|(account_id, entry)| (account_id, entry.reported))
    }

    pub fn closed(&self) -> &BTreeSet<String> {
        &self.closed
    }

    pub fn changed(&self) -> &BTreeMap<String, i64> {
        &self.changed
    }

    /// How long to wait where an account of the report was reported as often
    /// as it may be.
    pub(super) fn too_often(
        &self,
        report: &Report,
        settings: &Reporting,
        now: Now,
    ) -> Option<Duration> {
        let entries = report.accounts.iter();
        let entries = entries.filter_map(|held| self.reported.get(&held.account_id));
        entries
            .filter(|entry| entry.in_cycle >= settings.reports_per_cycle)
            .filter_map(|entry| settings.cycle.checked_sub(now.since(entry.since)))
            .filter(|left| !left.is_zero())
            .max()
    }

    /// Enters a report: what is to be done about which of its accounts.
    pub(super) fn enter(
        &mut self,
        report: &Report,
        settings: &Reporting,
        now: Now,
    ) -> Vec<(String, Status)> {
        for held in &report.accounts {
            self.count(held, settings, now);
        }
        let accounts = report.accounts.iter();
        accounts
            .filter_map(|held| Some((held.account_id.clone(), self.status(held)?)))
            .collect()
    }

    fn count(&mut self, held: &Held, settings: &Reporting, now: Now) {
        let updated_at_unix_ms = held.retrieved;
        match self.reported.get_mut(&held.account_id) {
            Some(entry) => {
                if now.since(entry.since) >= settings.cycle {
                    (entry.since, entry.in_cycle) = (now, 0);
                }
                entry.in_cycle += 1;
                entry.reported.times += 1;
                entry.reported.updated_at_unix_ms = updated_at_unix_ms;
            }
            None => {
                let entry = Entry {
                    reported: Reported {
                        times: 1,
                        updated_at_unix_ms,
                    },
                    since: now,
                    in_cycle: 1,
                };
                self.reported.insert(held.account_id.clone(), entry);
            }
        }
    }

    fn status(&self, held: &Held) -> Option<Status> {
        let id = held.account_id.as_str();
        if id == ALWAYS_ACTIVE {
            None
        } else if id == ALWAYS_CLOSED || self.closed.contains(id) {
            Some(Status::Closed)
        } else {
            let changed = self.changed.get(id)?;
            (held.retrieved < *changed).then_some(Status::Updated)
        }
    }
}
