//! Secret stores: the rules that every one of them keeps, and what is said of a
//! file, its key and its processes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop where its set-up fails"
)]

#[macro_use]
mod rules;

mod broken_file;
mod command;
mod durable;
mod kept_keys;
mod memory;
mod model;
mod one_key_file;
mod place;
mod processes;
mod rotation;
mod sealing;
mod sqlite;
mod transfer;
mod unusable;
