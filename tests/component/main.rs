//! The built component, called through its host, against the simulated
//! Atlassian on loopback.
//!
//! One module for each export, and three for what goes across them: the renewal
//! of tokens, the sandbox, and lists that come in pages.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where its set-up fails"
)]
#![allow(clippy::disallowed_types, reason = "tests run on the host's side")]

mod bad_servers;
mod canary;
mod clock;
mod load;
mod people;
mod processes;
mod stage;
mod store;
#[path = "../support/mod.rs"]
mod support;

mod api_request;
mod gdpr_sweep;
mod oauth_exchange;
mod paging;
mod refresh;
mod retries;
mod sandbox;
mod servicedesk_request;
