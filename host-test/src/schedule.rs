//! When to sweep: the decisions of a timer, without its clock.
//!
//! Every account of the register must be reported once a cycle. [`Schedule`]
//! says when a host's timer sweeps, from what the store says of the cycle
//! ([`Summary`]), so a timer that was started anew, or that runs beside another
//! one, decides as if it had never been away. What it remembers by itself is
//! only how the last runs and looks went, and since when a sweep is due: where a
//! clock was set back, the store says at each look that it is due just now.
//!
//! ```no_run
//! # use std::time::Duration;
//! # use jira_host::schedule::{Moment, Next, Run, Schedule, Timing};
//! # use jira_host::types::Summary;
//! # fn read_summary() -> Option<Summary> { unimplemented!() }
//! # fn sweep() -> Run { unimplemented!() }
//! # fn now() -> Moment { unimplemented!() }
//! let mut schedule = Schedule::new(Timing::default(), 0x5eed);
//! loop {
//!     let next = match read_summary() {
//!         Some(summary) => schedule.next(now(), &summary),
//!         None => schedule.look_failed(),
//!     };
//!     match next {
//!         Next::Sweep => {
//!             let run = sweep(); // call by call, for as long as it answers `more`
//!             schedule.ended(now(), run);
//!         }
//!         Next::Wait(wait) => std::thread::sleep(wait.duration),
//!     }
//! }
//! ```

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::types::Summary;

/// A run that went well is followed by another after this at the earliest,
/// whatever the store says: a mistake there is not to become a flood.
const LEAST_GAP: Duration = Duration::from_secs(60);

/// Longer than the longest usual cycle, Atlassian asks nobody to wait; and to
/// believe that it did would miss cycles.
const LONGEST_HOLD_OFF: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A sweep renews a lease of two minutes. One that ends much later is of a clock
/// that was ahead, and only a call for a sweep shortens it, so it is not waited
/// for. Up to this it is: it may be our own clock that is behind.
const LONGEST_LEASE: Duration = Duration::from_secs(60 * 60);

/// What is added to the end of another sweep's lease, as clocks differ.
const AFTER_LEASE: Duration = Duration::from_secs(1);

/// What a timer of sweeps goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// How much later than due a sweep may begin, by chance, so that not all
    /// hosts begin at once.
    pub jitter: Duration,
    /// The pause after a run that failed, [`Timing::LEAST_BACKOFF`] at least. Each
    /// further one that fails and reports nothing doubles it. So do looks into the
    /// store that fail, by themselves.
    pub first_backoff: Duration,
    /// The longest such pause, with the same least.
    pub longest_backoff: Duration,
    /// How long after it was due a sweep that is not done is overdue, and
    /// somebody must look.
    pub overdue_after: Duration,
    /// The longest time without a look into the store: accounts are entered
    /// there, other timers sweep, and the time of day may be set.
    pub look_again: Duration,
}

impl Timing {
    /// With a shorter one, runs that fail would follow each other in a loop, and
    /// nothing would double: it takes seven that fail in a row from this to a pause
    /// of a second.
    pub const LEAST_BACKOFF: Duration = Duration::from_millis(10);
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            jitter: Duration::from_secs(30 * 60),
            first_backoff: Duration::from_secs(60),
            longest_backoff: Duration::from_secs(60 * 60),
            overdue_after: Duration::from_secs(2 * 60 * 60),
            look_again: Duration::from_secs(5 * 60),
        }
    }
}

/// A moment, on both clocks: times of the store are of the time of day, which
/// may be set; pauses are measured by a clock that only goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The time of day.
    pub unix_ms: u64,
    /// The time since some moment of this process.
    pub monotonic: Duration,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Sweep.
    Sweep,
    /// Wait, and ask again.
    Wait(Wait),
}

/// A wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// How long.
    pub duration: Duration,
    /// For what.
    pub reason: Reason,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No account was ever entered.
    NothingToReport,
    /// The sweep is not due.
    NotDue,
    /// It is due, and begins by chance some time later.
    Spread,
    /// A run has ended a moment ago, or has failed.
    HeldOff,
    /// Another sweep of this store is at work.
    Busy,
    /// The store could not be read.
    LookFailed,
}

/// How a run ended: a sweep, in as many calls as it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// The register was covered, and every account that was due is reported.
    Covered,
    /// Something is left to do.
    Failed {
        /// Not before then, where Atlassian told.
        not_before_unix_ms: Option<u64>,
        /// Accounts were reported all the same.
        has_reported: bool,
    },
    /// Another sweep is at work, until then at most if it is not renewed.
    Busy {
        /// The end of its lease.
        until_unix_ms: u64,
    },
}

/// A timer's decisions.
#[derive(Clone, Debug)]
pub struct Schedule {
    timing: Timing,
    chance: u64,
    failures: u32,
    failed_looks: u32,
    held_off_until: Option<Duration>,
    seen_due: Option<SeenDue>,
}

/// A sweep that is due.
#[derive(Clone, Copy, Debug)]
struct SeenDue {
    /// Since when, as the store said at the first look.
    told_unix_ms: u64,
    /// How late it was at that look.
    late: Duration,
    /// When that was, on the clock that only goes on.
    at: Duration,
}

impl Schedule {
    /// A timer that has not run yet. `chance` is a random number of its own.
    pub fn new(timing: Timing, chance: u64) -> Self {
        Schedule {
            timing,
            chance,
            failures: 0,
            failed_looks: 0,
            held_off_until: None,
            seen_due: None,
        }
    }

    /// What to do now, given what the store says.
    pub fn next(&mut self, now: Moment, summary: &Summary) -> Next {
        self.failed_looks = 0;
        let due = self.due(now, summary);
        if let Some(rest) = self.held_off(now) {
            return self.wait(rest, Reason::HeldOff);
        }
        let lease = left(summary.busy_until_unix_ms.unwrap_or(0), now.unix_ms);
        if let Some(rest) = lease.filter(|rest| *rest <= LONGEST_LEASE) {
            return self.wait(rest + AFTER_LEASE, Reason::Busy);
        }
        let Some(due) = due else {
            return self.wait(self.timing.look_again, Reason::NothingToReport);
        };
        let drawn_for = self.seen_due.map_or(due, |seen| seen.told_unix_ms);
        let begin = due.saturating_add(millis(self.jitter(drawn_for)));
        match left(begin, now.unix_ms) {
            Some(rest) if now.unix_ms < due => self.wait(rest, Reason::NotDue),
            Some(rest) => self.wait(rest, Reason::Spread),
            None => Next::Sweep,
        }
    }

    /// What to do now, where the store could not be read: wait, and look again. That
    /// was no run: a pause in force stays as it is, and beyond it a sweep that is due
    /// is made at the first look that succeeds.
    pub fn look_failed(&mut self) -> Next {
        self.failed_looks = self.failed_looks.saturating_add(1);
        self.wait(self.backoff(self.failed_looks), Reason::LookFailed)
    }

    /// Notes how a run ended.
    pub fn ended(&mut self, now: Moment, run: Run) {
        let pause = match run {
            Run::Covered => {
                self.failures = 0;
                self.seen_due = None;
                LEAST_GAP
            }
            Run::Failed {
                not_before_unix_ms,
                has_reported,
            } => {
                self.failures = match has_reported {
                    // It got on, and is not to come less often for that.
                    true => 1,
                    false => self.failures.saturating_add(1),
                };
                let told = left(not_before_unix_ms.unwrap_or(0), now.unix_ms);
                let told = told.unwrap_or_default().min(LONGEST_HOLD_OFF);
                self.backoff(self.failures).max(told)
            }
            Run::Busy { until_unix_ms } => {
                let lease = left(until_unix_ms, now.unix_ms).unwrap_or_default();
                (lease + AFTER_LEASE).min(self.timing.look_again)
            }
        };
        self.held_off_until = Some(now.monotonic.saturating_add(pause));
    }

    /// How many runs in a row have failed, since one that has reported something.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// When the sweep is due, by the time of day as it is now. Once it is due, it
    /// stays so until a run has covered the register, or the store says that it is
    /// not due yet: whatever is done to the clock, it gets later.
    pub fn due(&mut self, now: Moment, summary: &Summary) -> Option<u64> {
        let told_unix_ms = summary.next_due_unix_ms?;
        let Some(late) = now.unix_ms.checked_sub(told_unix_ms) else {
            self.seen_due = None;
            return Some(told_unix_ms);
        };
        let late = Duration::from_millis(late);
        let seen = self.seen_due.get_or_insert(SeenDue {
            told_unix_ms,
            late,
            at: now.monotonic,
        });
        let since = now.monotonic.saturating_sub(seen.at);
        let late = late.max(seen.late.saturating_add(since));
        Some(now.unix_ms.saturating_sub(millis(late)))
    }

    /// How long ago the sweep was due, if that is too long.
    pub fn overdue(&mut self, now: Moment, summary: &Summary) -> Option<Duration> {
        let due = self.due(now, summary)?;
        let late = left(now.unix_ms, due)?;
        (late >= self.timing.overdue_after).then_some(late)
    }

    fn held_off(&self, now: Moment) -> Option<Duration> {
        let rest = self.held_off_until?.checked_sub(now.monotonic)?;
        (!rest.is_zero()).then_some(rest)
    }

    fn wait(&self, duration: Duration, reason: Reason) -> Next {
        Next::Wait(Wait {
            duration: duration.min(self.timing.look_again),
            reason,
        })
    }

    /// The same for the same due time, so that looking again does not draw
    /// again.
    fn jitter(&self, due: u64) -> Duration {
        portion(self.timing.jitter, mix(self.chance ^ due))
    }

    /// Between three and five quarters of the pause, as hosts that failed
    /// together are not to come back together.
    fn backoff(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(16);
        let first = self.timing.first_backoff.max(Timing::LEAST_BACKOFF);
        let longest = self.timing.longest_backoff.max(Timing::LEAST_BACKOFF);
        let pause = first.saturating_mul(1 << doublings).min(longest);
        let chance = mix(self.chance.wrapping_add(u64::from(failures)));
        pause * 3 / 4 + portion(pause / 2, chance)
    }
}

/// How long it is from one time of day to a later one.
fn left(later: u64, earlier: u64) -> Option<Duration> {
    let ms = later.checked_sub(earlier)?;
    (ms > 0).then(|| Duration::from_millis(ms))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A part of a duration, by chance.
fn portion(whole: Duration, chance: u64) -> Duration {
    const PARTS: u32 = 1 << 16;
    // A remainder of 65,536 fits.
    let part = u32::try_from(chance % u64::from(PARTS)).unwrap_or(0);
    whole / PARTS * part
}

/// Spreads a number over all numbers (SplitMix64).
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
