//! The faults that a test has ordered.

use crate::request::Request;
use crate::{Fault, On};

/// The faults that nobody has met yet, in the order they were scripted.
#[derive(Default)]
pub(crate) struct Script(Vec<(On, Fault)>);

impl Script {
    pub fn add(&mut self, on: On, fault: Fault) {
        self.0.push((on, fault));
    }

    /// The first fault for this request. It is used up.
    pub fn take(&mut self, request: &Request) -> Option<Fault> {
        let at = self.0.iter().position(|(on, _)| on.matches(request))?;
        Some(self.0.remove(at).1)
    }

    pub fn unmet(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|(on, fault)| format!("{on}: {fault:?}"))
            .collect()
    }
}
