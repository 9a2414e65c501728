//! The simulator, asked over real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where its set-up fails"
)]

mod client;
mod secure;

mod authorize;
mod company;
mod control;
mod envelopes;
mod faults;
mod gateway;
mod lifecycle;
mod lists;
mod media;
mod orders;
mod platform;
mod quirks;
mod refresh;
mod reporting;
mod servicedesk;
mod strictness;
mod tls;
mod tokens;
mod transcript;
