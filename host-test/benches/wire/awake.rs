//! Processors that stay awake.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crate::Result;

/// Keeps all processors at something that everything else comes before, for as
/// long as this lives. On a machine with nothing else to do a processor falls
/// asleep between a request and its answer, and to wake it takes longer the longer
/// it slept: whoever computes in between would be charged for the machine's rest.
pub(crate) struct Awake {
    is_over: Arc<AtomicBool>,
    keepers: Vec<JoinHandle<()>>,
}

impl Awake {
    pub(crate) fn keep() -> Result<Awake> {
        let mut awake = Awake {
            is_over: Arc::new(AtomicBool::new(false)),
            keepers: Vec::new(),
        };
        for _ in 0..thread::available_parallelism()?.get() {
            let is_over = Arc::clone(&awake.is_over);
            let keeper = thread::Builder::new().spawn(move || {
                step_back();
                while !is_over.load(Ordering::Relaxed) {
                    thread::yield_now();
                }
            })?;
            awake.keepers.push(keeper);
        }
        Ok(awake)
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        for keeper in self.keepers.drain(..) {
            // It has nothing to tell.
            let _ = keeper.join();
        }
    }
}

/// Lets this thread have only what nobody else wants. Where that cannot be asked
/// for, it gives way all the same, at every step.
fn step_back() {
    #[cfg(unix)]
    {
        const LEAST: i32 = 19;
        let _ = rustix::process::nice(LEAST);
    }
}
