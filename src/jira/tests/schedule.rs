//! Many workers over one store and a model of Atlassian's token server, in an
//! order that chance decides: every effect of every worker is a point at which
//! others may come in between, time may pass, or the worker may end.
//!
//! A schedule is its seed and nothing else: the one that a failure prints can
//! be run again.

mod chance;
mod judge;
mod run;
mod scenarios;
mod server;
mod weather;
mod worker;
mod world;

use std::{
    io::Write,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use self::{run::Schedule, weather::Weather};

/// How many seeds each kind of weather gets.
const SEEDS: u64 = 2_000;

/// So many schedules are promised.
const LEAST: u64 = 10_000;

/// Prints a line of its own that the test runner does not swallow.
pub fn announce(line: &str) {
    let _: std::io::Result<()> = writeln!(std::io::stderr().lock(), "\n{line}");
}

#[test]
fn no_schedule_loses_a_grant() {
    let todo: Vec<_> = Weather::all()
        .into_iter()
        .flat_map(|weather| (0..SEEDS).map(move |seed| (weather, seed)))
        .collect();
    let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
    let failures = thread::scope(|scope| {
        let work = || {
            while let Some((weather, seed)) =
                todo.get(next.fetch_add(1, Ordering::Relaxed) as usize)
            {
                if let Err(violation) = Schedule::new(*weather, *seed).run() {
                    next.store(todo.len() as u64, Ordering::Relaxed);
                    return Some(violation);
                }
                done.fetch_add(1, Ordering::Relaxed);
            }
            None
        };
        let threads = thread::available_parallelism().map_or(2, Into::into);
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let ended = running.into_iter().map(|thread| thread.join().unwrap());
        ended.flatten().collect::<Vec<_>>()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let done = done.into_inner();
    announce(&format!("schedules: {done}"));
    assert!(done >= LEAST);
}
