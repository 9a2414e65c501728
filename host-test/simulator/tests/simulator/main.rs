//! The simulator, asked over real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where its set-up fails"
)]

mod client;

mod authorize;
mod faults;
mod gateway;
mod lifecycle;
mod media;
mod platform;
mod refresh;
mod servicedesk;
mod strictness;
mod tokens;
mod transcript;
