//! A sandboxed Jira Cloud integration as a WebAssembly component.
//!
//! The contract is in `wit/`; this crate is what stands behind it.
//!
//! - [`jira`] knows everything about Jira and nothing about WebAssembly. It is
//!   tested natively.
//! - `component` knows everything about WebAssembly and nothing about Jira: it
//!   converts types and drives futures. It is compiled for wasm targets with
//!   the feature `component` only (on by default), so that another component
//!   can use the logic without inheriting these exports.
//!
//! In scope: OAuth 2.0 (3LO) with rotating refresh tokens, authorised requests
//! to the Jira platform and Jira Service Management, what their answers mean, the
//! personal data reports to Atlassian and the erasures that follow from them.
//!
//! Out of scope: sockets, TLS, name resolution, keeping secrets, timers, clocks
//! and randomness. The host provides those; nothing here asks the operating system
//! for anything.

#[cfg(all(target_family = "wasm", feature = "component"))]
mod component;
pub mod jira;
