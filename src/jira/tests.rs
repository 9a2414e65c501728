//! The orchestration against a fake outside: which effects, in which order.

mod connections;
mod exchange;
pub(super) mod fake;
mod hostile;
mod oauth;
mod refresh;
mod sweep;
