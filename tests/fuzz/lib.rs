//! The checks of what others write, for the targets of cargo-fuzz.
//!
//! `make fuzz` runs them. An input is text in parts, with a NUL between them, so
//! that the seeds can be read and written by hand.

// The checks are of the connector's own tests, too, where this is its name.
use jira_connector::jira;

#[expect(missing_docs, reason = "the checks say what they check by their names")]
pub mod checks;

/// The parts of an input.
#[must_use]
pub fn parts(input: &str) -> Vec<&str> {
    input.split('\0').collect()
}

/// The parts of an input in pairs.
#[must_use]
pub fn pairs(parts: &[&str]) -> Vec<(String, String)> {
    let pair = |pair: &[&str]| match pair {
        [name, value] => ((*name).into(), (*value).into()),
        _ => (pair.concat(), String::new()),
    };
    parts.chunks(2).map(pair).collect()
}

/// A small number, the first part of an input.
#[must_use]
pub fn number(part: &str) -> usize {
    part.bytes().next().map_or(0, usize::from)
}
