//! The orchestration against a fake outside: which effects, in which order.

mod connections;
mod exchange;
mod fake;
mod hostile;
mod oauth;
mod refresh;
mod sweep;
