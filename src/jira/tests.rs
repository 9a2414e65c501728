//! The orchestration against a fake outside: which effects, in which order.

#[path = "../../tests/fuzz/checks/mod.rs"]
mod checks;
mod connections;
mod exchange;
mod failures;
pub(super) mod fake;
mod found;
mod hostile;
mod inputs;
mod json;
mod oauth;
mod paging;
mod properties;
mod refresh;
mod retries;
mod retry;
mod schedule;
mod steps;
mod sweep;
mod tally;
mod trial;
mod unsettled;
