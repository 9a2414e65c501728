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
mod home;
mod interruption;
mod redis;
#[path = "../support/redis_server.rs"]
mod redis_server;
mod requests;
mod running;
mod stage;
mod usage;
