//! The binary, as it is started by a person or a script: in an empty home, with
//! nothing in its environment, against the simulator.

#![allow(clippy::unwrap_used, reason = "a test may stop where its set-up fails")]

#[path = "../support/mod.rs"]
mod support;

mod app;
mod browser;
mod connect;
mod connections;
mod consent;
mod exits;
mod gdpr;
mod home;
mod interruption;
mod paging;
mod requests;
mod running;
mod stage;
mod usage;
