//! The orchestration against a fake outside: which effects, in which order.

mod connections;
mod exchange;
mod failures;
pub(super) mod fake;
mod hostile;
mod oauth;
mod paging;
mod properties;
mod refresh;
mod retries;
mod retry;
mod schedule;
mod sweep;
mod unsettled;
