use core::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use std::rc::Rc;

use super::{
    weather::Weather,
    worker::Worker,
    world::{Shared, World},
};
use crate::jira::{
    error::Error,
    exchange::exchange,
    http::Method,
    oauth::{OauthOutcome, OauthStep, oauth_exchange},
    path::Api,
    refresh::RefreshOutcome,
    request::tests::request,
    tests::fake::assert_hushed,
};

/// A schedule that takes more steps than this does not end.
const MAX_STEPS: u32 = 100_000;

/// How much time passes at most while a worker makes a step.
const STEP_MS: u64 = 25;

/// A seed and the weather.
pub struct Schedule {
    weather: Weather,
    seed: u64,
}

type Outcome = Result<Option<RefreshOutcome>, Error>;

/// A worker and its calls.
struct Crew {
    host: Rc<Worker>,
    calls_left: u64,
    /// When its next call begins, or when it goes on after standing still.
    ready_at: u64,
    call: Option<Pin<Box<dyn Future<Output = Outcome>>>>,
    is_awake: bool,
    wakes_at: u64,
}

impl Schedule {
    pub fn new(weather: Weather, seed: u64) -> Self {
        Self { weather, seed }
    }

    /// Runs it. What went wrong is told with the seed, and with all that
    /// happened.
    pub fn run(&self) -> Result<(), String> {
        let Err(violations) = self.run_once(false) else {
            return Ok(());
        };
        let trace = self.run_once(true).err().unwrap_or_default();
        let (name, seed) = (self.weather.name, self.seed);
        Err(format!(
            "seed {seed} in weather {name:?}: {violations}\n{trace}"
        ))
    }

    fn run_once(&self, traced: bool) -> Result<(), String> {
        // Seeds of different weathers are different schedules too.
        let weather = self.weather.name.bytes().map(u64::from).sum::<u64>();
        let mut world = World::new(self.weather, self.seed.wrapping_mul(1_000_003) + weather);
        world.trace = traced.then(Vec::new);
        let world = Rc::new(RefCell::new(world));
        let mut crews: Vec<_> = (0..self.weather.workers)
            .map(|id| Crew::new(&world, id))
            .collect();
        let mut steps = 0;
        while crews.iter().any(|crew| !crew.is_done()) && steps < MAX_STEPS {
            step(&world, &mut crews);
            steps += 1;
        }
        let last = self.last_call(&world);
        let mut world = world.borrow_mut();
        world.weather = self.weather;
        if steps == MAX_STEPS {
            world.judge.violations.push("it does not end".into());
        }
        world.judge_end(last);
        world.judge_rotations();
        match world.judge.violations.first() {
            None => Ok(()),
            Some(_) if traced => Err(world.trace.take().unwrap_or_default().join("\n")),
            Some(_) => Err(world.judge.violations.join("; ")),
        }
    }
}

impl Schedule {
    /// One more call, when everybody is done and nothing goes wrong any more.
    fn last_call(&self, world: &Shared) -> Outcome {
        world.borrow_mut().clear();
        let mut last = Crew::new(world, 0xee);
        let on_demand = !self.weather.leases_hold();
        if !on_demand {
            // What is unsettled is looked at once a minute, by any clock.
            world.borrow_mut().now += 61_000 + 2 * self.weather.skew_ms;
        }
        last.calls_left = 1;
        last.begin(on_demand);
        finish(world, last.call.unwrap())
    }
}

impl Crew {
    fn new(world: &Shared, id: u64) -> Self {
        let (now, calls, gap_ms, skew_ms, is_ahead) = {
            let mut world = world.borrow_mut();
            let weather = world.weather;
            let gap_ms = world.chance.below(weather.gap_ms);
            let skew_ms = world.chance.below(weather.skew_ms + 1);
            let is_ahead = world.chance.one_in(2);
            (world.now, weather.calls, gap_ms, skew_ms, is_ahead)
        };
        Self {
            host: Rc::new(Worker {
                world: world.clone(),
                id: id as u8,
                ahead_ms: if is_ahead { skew_ms } else { 0 },
                behind_ms: if is_ahead { 0 } else { skew_ms },
            }),
            calls_left: calls,
            ready_at: now + gap_ms,
            call: None,
            is_awake: true,
            wakes_at: 0,
        }
    }

    fn is_done(&self) -> bool {
        self.call.is_none() && self.calls_left == 0
    }

    /// When it can do something next.
    fn next_at(&self) -> u64 {
        match (&self.call, self.is_awake) {
            (None, _) | (Some(_), true) => self.ready_at,
            (Some(_), false) => self.ready_at.max(self.wakes_at),
        }
    }

    fn begin(&mut self, is_on_demand: bool) {
        let host = self.host.clone();
        self.calls_left -= 1;
        self.is_awake = true;
        self.call = Some(Box::pin(async move {
            if is_on_demand {
                let step = OauthStep::Refresh("main".into());
                let outcome = oauth_exchange(&*host, step).await;
                assert_hushed(&outcome);
                return outcome.map(|outcome| match outcome {
                    OauthOutcome::Connected(connected) => connected.refresh,
                    other => panic!("{other:?}"),
                });
            }
            let answer = exchange(&*host, Api::Platform, request(Method::Get, "/myself")).await;
            assert_hushed(&answer);
            answer.map(|answer| answer.refresh)
        }));
    }
}

/// One step of one worker, whichever chance says.
fn step(world: &Shared, crews: &mut [Crew]) {
    let now = {
        let mut world = world.borrow_mut();
        let passes = world.chance.below(STEP_MS);
        world.now += passes;
        world.now
    };
    let waiting = || crews.iter().filter(|crew| !crew.is_done());
    let ready = waiting().filter(|crew| crew.next_at() <= now).count();
    if ready == 0 {
        let earliest = waiting().map(Crew::next_at).min();
        world.borrow_mut().now = earliest.unwrap_or(now);
        return;
    }
    let chosen = world.borrow_mut().chance.below(ready as u64) as usize;
    let crew = crews
        .iter_mut()
        .filter(|crew| !crew.is_done() && crew.next_at() <= now)
        .nth(chosen)
        .unwrap();
    let id = crew.host.id;
    let Some(call) = &mut crew.call else {
        let is_on_demand = world.borrow_mut().chance.one_in(6);
        world.borrow_mut().judge.demands += u64::from(is_on_demand);
        return crew.begin(is_on_demand);
    };
    {
        let mut world = world.borrow_mut();
        let weather = world.weather;
        if world.chance.one_in(weather.crashes) {
            world.note(|| format!("worker {id}: ends"));
            crew.call = None;
            crew.ready_at = world.now + world.chance.below(weather.gap_ms);
            return;
        }
        if world.chance.one_in(weather.stalls) {
            world.note(|| format!("worker {id}: stands still"));
            crew.ready_at = world.now + world.chance.below(90_000);
            return;
        }
        (world.is_awake, world.wakes_at) = (false, u64::MAX);
    }
    let mut context = Context::from_waker(Waker::noop());
    let polled = call.as_mut().poll(&mut context);
    let mut world = world.borrow_mut();
    match polled {
        Poll::Pending => (crew.is_awake, crew.wakes_at) = (world.is_awake, world.wakes_at),
        Poll::Ready(result) => {
            world.note(|| format!("worker {id}: {result:?}"));
            world.judge_result(id, &result);
            crew.call = None;
            let gap_ms = world.weather.gap_ms;
            crew.ready_at = world.now + world.chance.below(gap_ms);
        }
    }
}

/// Runs one future alone, to its end.
fn finish<T>(world: &Shared, future: impl Future<Output = T>) -> T {
    let mut future = Box::pin(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        {
            let mut world = world.borrow_mut();
            (world.is_awake, world.wakes_at) = (false, u64::MAX);
        }
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        let mut world = world.borrow_mut();
        if !world.is_awake {
            world.now = world.now.max(world.wakes_at);
        }
    }
}
