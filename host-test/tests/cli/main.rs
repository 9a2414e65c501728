//! The binary, as it is started by a person or a script: in an empty home, with
//! nothing in its environment, against the simulator.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop where its set-up fails"
)]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod app;
mod browser;
mod by_hand;
mod config;
mod connect;
mod connections;
mod consent;
mod curl;
mod doctor;
mod examples;
mod exits;
mod fields;
mod gdpr;
mod home;
mod interruption;
mod json;
mod manual;
mod paging;
mod previews;
#[path = "../support/proxy.rs"]
mod proxy_server;
mod redis;
#[path = "../support/redis_server.rs"]
mod redis_server;
mod requests;
mod running;
mod session;
#[path = "../support/signals.rs"]
mod signals;
mod stage;
mod telling;
#[cfg(target_os = "linux")]
mod terminal;
mod uploads;
mod usage;
