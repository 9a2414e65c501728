//! The checks of what others write, for the targets of cargo-fuzz.
//!
//! `make fuzz` runs them, and `make test` those of the seeds. An input is text in
//! parts, with a NUL between them, so that the seeds can be read and written by
//! hand.

// The checks are of the connector's own tests, too, where this is its name.
use jira_connector::jira;

#[expect(missing_docs, reason = "the checks say what they check by their names")]
pub mod checks;
pub mod inputs;
