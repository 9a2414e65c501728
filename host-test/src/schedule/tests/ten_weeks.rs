use std::ops::Range;

use super::world::{Account, Chance, DAY, HOUR, MINUTE, Timer, World};
use crate::schedule::{Run, Timing};

const TEN_WEEKS: u64 = 70 * DAY;
const SEEDS: u64 = 60;

/// How much later than due an account may be reported: the jitter, a look into
/// the store, the longest pause after a failure, and the lease of the dead.
const SLACK: u64 = 30 * MINUTE + 5 * MINUTE + 75 * MINUTE + 5 * MINUTE;

/// What happens in ten weeks.
struct Story {
    timers: usize,
    /// When there is no timer at all.
    absences: Vec<Range<u64>>,
    outages: Vec<Range<u64>>,
    /// When the cycle changes, and to how many days.
    cycles: Vec<(u64, u64)>,
    /// When accounts are entered.
    entries: Vec<u64>,
    /// When the time of day is set, and by how much.
    steps: Vec<(u64, i64)>,
    /// One of so many sweeps is killed; none with 0.
    deadly: u64,
}

impl Story {
    fn quiet() -> Story {
        Story {
            timers: 1,
            absences: Vec::new(),
            outages: Vec::new(),
            cycles: Vec::new(),
            entries: vec![0; 20],
            steps: Vec::new(),
            deadly: 0,
        }
    }

    /// Plays it, and hands every account over for a look each time that it was
    /// reported.
    fn play(&self, seed: u64) -> World {
        let mut chance = Chance(seed << 32);
        let mut world = World::new();
        world.outages.clone_from(&self.outages);
        let mut timers: Vec<Timer> = (0..self.timers)
            .map(|_| Timer::start(Timing::default(), &mut chance, 0))
            .collect();
        let mut changes = self.changes();
        changes.sort_by_key(|(at, _)| *at);
        let mut changes = changes.into_iter().peekable();
        loop {
            let place = (0..timers.len())
                .min_by_key(|&place| timers[place].wakes_at)
                .unwrap();
            let wakes_at = timers[place].wakes_at;
            if let Some((at, change)) = changes.next_if(|(at, _)| *at <= wakes_at) {
                world.now = at.max(world.now);
                self.happen(change, &mut world);
                continue;
            }
            if wakes_at >= TEN_WEEKS {
                world.now = TEN_WEEKS;
                return world;
            }
            world.now = wakes_at;
            if let Some(absence) = self.absences.iter().find(|it| it.contains(&world.now)) {
                timers[place] = Timer::start(Timing::default(), &mut chance, absence.end);
                continue;
            }
            if !timers[place].wake(&world) {
                continue;
            }
            if self.deadly > 0 && chance.below(self.deadly) == 0 {
                let after = usize::try_from(chance.below(20)).unwrap();
                world.sweep_and_die(after);
                timers[place] = Timer::start(Timing::default(), &mut chance, world.now + MINUTE);
                continue;
            }
            let run = world.sweep();
            if run == Run::Covered {
                assert_on_time(self, &world);
            }
            timers[place].ended(&world, run);
        }
    }

    fn changes(&self) -> Vec<(u64, Change)> {
        let entries = self.entries.iter().map(|at| (*at, Change::Enter));
        let cycles = self
            .cycles
            .iter()
            .map(|(at, days)| (*at, Change::Cycle(days * DAY)));
        let steps = self.steps.iter().map(|(at, by)| (*at, Change::Step(*by)));
        entries.chain(cycles).chain(steps).collect()
    }

    fn happen(&self, change: Change, world: &mut World) {
        match change {
            Change::Enter => world.enter(),
            Change::Cycle(ms) => world.told_cycle = ms,
            Change::Step(by) => world.ahead += by,
        }
    }

    /// The last moment at which something may happen that was due then.
    fn latest(&self, due: u64) -> u64 {
        let mut latest = due;
        let hindrances = || self.outages.iter().chain(&self.absences);
        while let Some(hindrance) =
            hindrances().find(|it| it.start <= latest + SLACK && it.end > latest)
        {
            latest = hindrance.end;
        }
        latest + SLACK
    }

    fn steps_in_all(&self) -> u64 {
        self.steps.iter().map(|(_, by)| by.unsigned_abs()).sum()
    }
}

#[derive(Clone, Copy)]
enum Change {
    Enter,
    Cycle(u64),
    Step(i64),
}

/// Nobody was reported within the cycle in force, or too late.
fn assert_on_time(story: &Story, world: &World) {
    let by_clock = story.steps_in_all();
    for account in &world.accounts {
        let (before, last) = match account.reports.as_slice() {
            [.., before, last] => (Some(*before), *last),
            [first] => (None, *first),
            [] => continue,
        };
        if last != world.now || world.cycle_since == world.now {
            continue;
        }
        let due = before.unwrap_or(account.entered_at) + world.cycle;
        assert!(
            before.is_none() || last + by_clock >= due,
            "{due} {account:?}"
        );
        let latest = story.latest(due.max(world.cycle_since)) + by_clock;
        assert!(last <= latest, "{latest} {account:?}");
    }
}

/// In the end nobody is left who should have been reported.
fn assert_complete(story: &Story, world: &World) {
    for account in &world.accounts {
        let last = account
            .reports
            .last()
            .copied()
            .unwrap_or(account.entered_at);
        let due = (last + world.cycle).max(world.cycle_since);
        assert!(
            story.latest(due) + story.steps_in_all() >= world.now,
            "{account:?}"
        );
    }
}

fn play(story: &Story, seed: u64) -> World {
    let world = story.play(seed);
    assert_complete(story, &world);
    assert!(world.runs < 1_000, "{} runs", world.runs);
    world
}

fn reports(account: &Account) -> usize {
    account.reports.len()
}

#[test]
fn ten_quiet_weeks_are_nine_reports_and_no_more() {
    for seed in 0..SEEDS {
        let world = play(&Story::quiet(), seed);
        // The first is due after a cycle, and each moves on by its jitter.
        assert!(world.accounts.iter().all(|account| reports(account) == 9));
        assert_eq!(world.runs, 9, "seed {seed}");
    }
}

#[test]
fn several_timers_report_nobody_twice() {
    let story = Story {
        timers: 3,
        ..Story::quiet()
    };
    for seed in 0..SEEDS {
        let world = play(&story, seed);
        // Of three, the earliest draw counts: it may be that ten fit in.
        assert!(
            world
                .accounts
                .iter()
                .all(|account| (9..=10).contains(&reports(account)))
        );
    }
}

#[test]
fn accounts_that_are_entered_midway_join_the_others() {
    for seed in 0..SEEDS {
        let mut chance = Chance(seed);
        let story = Story {
            entries: (0..200).map(|_| chance.below(TEN_WEEKS)).collect(),
            ..Story::quiet()
        };
        let world = play(&story, seed);
        assert!(world.runs <= 10, "{} runs", world.runs);
    }
}

#[test]
fn a_cycle_that_changes_is_kept_from_when_it_is_known() {
    let story = Story {
        cycles: vec![(10 * DAY, 15), (40 * DAY, 3), (55 * DAY, 7)],
        ..Story::quiet()
    };
    for seed in 0..SEEDS {
        let world = play(&story, seed);
        assert_eq!(world.cycle, 7 * DAY);
    }
}

#[test]
fn what_an_outage_or_an_absence_has_held_up_is_done_soon_after() {
    let outage = 7 * DAY - HOUR..8 * DAY;
    let absence = 15 * DAY..18 * DAY + 5 * HOUR;
    let story = Story {
        outages: vec![outage],
        absences: vec![absence.clone()],
        ..Story::quiet()
    };
    for seed in 0..SEEDS {
        let world = play(&story, seed);
        for account in &world.accounts {
            let [first, second, ..] = account.reports[..] else {
                panic!("{account:?}")
            };
            assert!((8 * DAY..8 * DAY + SLACK).contains(&first), "{first}");
            // At once, as the machine is back.
            assert!(second == absence.end || second < absence.start, "{second}");
        }
    }
}

#[test]
fn small_steps_of_the_clock_do_no_harm() {
    for seed in 0..SEEDS {
        let mut chance = Chance(seed);
        let mut step = || {
            let by = i64::try_from(chance.below(20 * MINUTE)).unwrap();
            (chance.below(TEN_WEEKS), by - 600_000)
        };
        let story = Story {
            steps: (0..10).map(|_| step()).collect(),
            ..Story::quiet()
        };
        play(&story, seed);
    }
}

#[test]
fn a_clock_that_was_a_day_ahead_costs_a_day_and_no_flood() {
    let day = i64::try_from(DAY).unwrap();
    let story = Story {
        steps: vec![(13 * DAY, day), (15 * DAY, -day)],
        ..Story::quiet()
    };
    for seed in 0..SEEDS {
        let world = play(&story, seed);
        assert!(world.runs <= 10, "{} runs", world.runs);
    }
}

#[test]
fn after_a_clock_was_set_back_by_a_month_everybody_is_reported_soon() {
    let month = i64::try_from(30 * DAY).unwrap();
    let story = Story {
        steps: vec![(17 * DAY, -month)],
        ..Story::quiet()
    };
    for seed in 0..SEEDS {
        let world = play(&story, seed);
        let soon = 17 * DAY..17 * DAY + SLACK;
        for account in &world.accounts {
            assert!(account.reports.iter().any(|it| soon.contains(it)));
        }
        assert!(world.runs <= 10, "{} runs", world.runs);
    }
}

#[test]
fn everything_at_once_is_survived() {
    for seed in 0..SEEDS {
        let mut chance = Chance(seed.wrapping_mul(977));
        let story = Story {
            timers: 1 + usize::try_from(chance.below(3)).unwrap(),
            absences: (0..4).map(|_| chance.span(TEN_WEEKS, DAY)).collect(),
            outages: (0..6).map(|_| chance.span(TEN_WEEKS, 12 * HOUR)).collect(),
            cycles: (0..3)
                .map(|_| (chance.below(TEN_WEEKS), 1 + chance.below(15)))
                .collect(),
            entries: (0..100).map(|_| chance.below(TEN_WEEKS)).collect(),
            steps: Vec::new(),
            deadly: 4,
        };
        play(&story, seed);
    }
}
