//! Secret stores: the rules that every one of them keeps, what is said of those
//! that are sealed, and what of a file or a server alone.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop where its set-up fails"
)]

#[macro_use]
mod any_place;
#[macro_use]
mod rules;

mod broken_file;
mod command;
mod durable;
mod kept_keys;
mod memory;
mod model;
mod one_key_file;
mod past_the_store;
mod place;
mod processes;
mod redis;
#[path = "../support/redis_server.rs"]
mod redis_server;
mod rotation;
mod sealing;
mod sqlite;
mod transfer;
mod two_stores;
mod unusable;
