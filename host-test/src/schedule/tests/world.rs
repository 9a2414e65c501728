//! A register, its Atlassian and its timers, in a time that a test moves.

use std::ops::Range;
use std::time::Duration;

use crate::schedule::{Moment, Next, Run, Schedule, Timing, mix};
use crate::types::Summary;

pub const MINUTE: u64 = 60_000;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;

/// How long the lease of a sweep is good that died.
const LEASE: u64 = 2 * MINUTE;

/// By how much a time may lie ahead that is still believed.
const SKEW: u64 = 15_000;

/// Numbers by chance, the same ones for the same seed.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(1);
        mix(self.0) % bound
    }

    pub fn span(&mut self, within: u64, longest: u64) -> Range<u64> {
        let start = self.below(within);
        start..start + 1 + self.below(longest)
    }
}

/// An account, and when it was reported. All times are those of the real clock,
/// but for what is stored.
#[derive(Clone, Debug)]
pub struct Account {
    pub entered_at: u64,
    pub reports: Vec<u64>,
    /// From when the store counts, by its own clock.
    counted_from: u64,
    is_reported: bool,
}

pub struct World {
    pub now: u64,
    /// How far the time of day is ahead.
    pub ahead: i64,
    pub told_cycle: u64,
    /// Since when the cycle is known that is in force.
    pub cycle_since: u64,
    pub cycle: u64,
    pub accounts: Vec<Account>,
    pub outages: Vec<Range<u64>>,
    pub runs: u32,
    next_due: Option<u64>,
    lease_until: u64,
}

impl World {
    pub fn new() -> World {
        World {
            now: 0,
            ahead: 0,
            told_cycle: 7 * DAY,
            cycle_since: 0,
            cycle: 7 * DAY,
            accounts: Vec::new(),
            outages: Vec::new(),
            runs: 0,
            next_due: None,
            lease_until: 0,
        }
    }

    /// The time of day, as the machine shows it.
    pub fn time_of_day(&self) -> u64 {
        (1_000 * DAY + self.now).saturating_add_signed(self.ahead)
    }

    pub fn enter(&mut self) {
        let counted_from = self.time_of_day();
        self.accounts.push(Account {
            entered_at: self.now,
            reports: Vec::new(),
            counted_from,
            is_reported: false,
        });
        let due = counted_from + self.cycle;
        self.next_due = Some(self.next_due.map_or(due, |known| known.min(due)));
    }

    pub fn summary(&self) -> Summary {
        let busy_until = (self.lease_until > self.time_of_day()).then_some(self.lease_until);
        Summary {
            cycle_period_ms: self.cycle,
            next_due_unix_ms: self.believed_due(),
            started_at_unix_ms: None,
            completed_at_unix_ms: None,
            busy_until_unix_ms: busy_until,
        }
    }

    /// Never later than a cycle from now.
    fn believed_due(&self) -> Option<u64> {
        let now = self.time_of_day();
        let is_believed = |due: u64| due <= now + self.cycle + SKEW;
        self.next_due
            .map(|due| if is_believed(due) { due } else { now })
    }

    /// A sweep, by the rules of the contract.
    pub fn sweep(&mut self) -> Run {
        self.runs += 1;
        if self.lease_until > self.time_of_day() {
            return Run::Busy {
                until_unix_ms: self.lease_until,
            };
        }
        if self.outages.iter().any(|outage| outage.contains(&self.now)) {
            // Every other time it is told when to come again.
            let told = self
                .runs
                .is_multiple_of(2)
                .then_some(self.time_of_day() + 20 * MINUTE);
            return Run::Failed {
                not_before_unix_ms: told,
                has_reported: false,
            };
        }
        let reported = self.report(usize::MAX);
        if reported > 0 && self.cycle != self.told_cycle {
            self.cycle = self.told_cycle;
            self.cycle_since = self.now;
        }
        let earliest = self
            .accounts
            .iter()
            .map(|account| account.counted_from)
            .min();
        self.next_due = earliest.map(|earliest| earliest + self.cycle);
        Run::Covered
    }

    /// A sweep whose process dies after so many accounts.
    pub fn sweep_and_die(&mut self, after: usize) {
        if self.lease_until <= self.time_of_day() {
            self.report(after);
            self.lease_until = self.time_of_day() + LEASE;
        }
    }

    fn report(&mut self, most: usize) -> usize {
        let (time_of_day, cycle, now) = (self.time_of_day(), self.cycle, self.now);
        let is_due = |account: &&mut Account| {
            !account.is_reported
                || account.counted_from + cycle <= time_of_day
                || account.counted_from > time_of_day + SKEW
        };
        let due = self.accounts.iter_mut().filter(is_due).take(most);
        let reported = due.map(|account| {
            account.reports.push(now);
            account.counted_from = time_of_day;
            account.is_reported = true;
        });
        reported.count()
    }
}

/// A process with a timer.
pub struct Timer {
    pub schedule: Schedule,
    started_at: u64,
    pub wakes_at: u64,
}

impl Timer {
    pub fn start(timing: Timing, chance: &mut Chance, at: u64) -> Timer {
        Timer {
            schedule: Schedule::new(timing, chance.below(u64::MAX)),
            started_at: at,
            wakes_at: at,
        }
    }

    fn moment(&self, world: &World) -> Moment {
        Moment {
            unix_ms: world.time_of_day(),
            monotonic: Duration::from_millis(world.now - self.started_at),
        }
    }

    /// What it does when it wakes up: whether it is to sweep, or has gone to
    /// sleep again.
    pub fn wake(&mut self, world: &World) -> bool {
        match self.schedule.next(self.moment(world), &world.summary()) {
            Next::Sweep => true,
            Next::Wait(wait) => {
                let ms = u64::try_from(wait.duration.as_millis()).unwrap();
                self.wakes_at = world.now + ms.max(1);
                false
            }
        }
    }

    pub fn ended(&mut self, world: &World, run: Run) {
        self.schedule.ended(self.moment(world), run);
        self.wakes_at = world.now + 1;
    }
}
