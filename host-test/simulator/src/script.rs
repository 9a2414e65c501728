//! The faults that were ordered.

use crate::request::Request;
use crate::{Fault, On};

/// A fault, who meets it, and how often yet; nothing for always.
struct Scripted {
    on: On,
    fault: Fault,
    /// How many requests still pass before the first meets it.
    passing: u32,
    left: Option<u32>,
}

/// The faults that can still be met, in the order they were scripted.
#[derive(Default)]
pub(crate) struct Script(Vec<Scripted>);

impl Script {
    pub fn add(&mut self, on: On, fault: Fault, times: Option<u32>) {
        if times != Some(0) {
            self.0.push(Scripted {
                passing: on.passing(),
                on,
                fault,
                left: times,
            });
        }
    }

    /// The first fault for this request. It is used up when it was met as often
    /// as it should.
    pub fn take(&mut self, request: &Request) -> Option<Fault> {
        let at = self.0.iter_mut().position(|s| s.meets(request))?;
        let scripted = self.0.get_mut(at)?;
        let fault = scripted.fault.clone();
        if let Some(left) = &mut scripted.left {
            *left -= 1;
            if *left == 0 {
                self.0.remove(at);
            }
        }
        Some(fault)
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// In words: what is still to be met, with those that are met always or not.
    pub fn told(&self, with_lasting: bool) -> Vec<String> {
        let told = self.0.iter().filter(|s| with_lasting || s.left.is_some());
        told.map(Scripted::told).collect()
    }
}

impl Scripted {
    /// Whether this request meets it. One that would, but comes too early, is
    /// counted.
    fn meets(&mut self, request: &Request) -> bool {
        let matches = self.on.matches(request);
        if matches && self.passing > 0 {
            self.passing -= 1;
            return false;
        }
        matches
    }

    fn told(&self) -> String {
        let (on, fault) = (&self.on, &self.fault);
        match self.left {
            Some(1) => format!("{on}: {fault:?}"),
            Some(left) => format!("{on}: {fault:?}, {left} times"),
            None => format!("{on}: {fault:?}, always"),
        }
    }
}
