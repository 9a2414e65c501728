//! The seeds of the fuzz targets, and what fuzzing has found, each checked once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where its set-up fails"
)]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests run on the host's side, which has files"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

// The checks are of the connector's own tests, too, where this is its name.
use jira_connector::jira;

#[path = "fuzz/checks/mod.rs"]
mod checks;
#[path = "fuzz/inputs.rs"]
mod inputs;

const FUZZ: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz");

#[derive(Clone, Copy)]
enum Input {
    Text(fn(&str)),
    Bytes(fn(&[u8])),
}

const TARGETS: [(&str, Input); 10] = [
    ("answers", Input::Bytes(inputs::answers)),
    ("callbacks", Input::Text(inputs::callbacks)),
    ("cursors", Input::Text(inputs::cursors)),
    ("cycle_periods", Input::Text(inputs::cycle_periods)),
    ("documents", Input::Text(inputs::documents)),
    ("error_bodies", Input::Bytes(inputs::error_bodies)),
    ("headers", Input::Text(inputs::headers)),
    ("pages", Input::Text(inputs::pages)),
    ("paths", Input::Text(inputs::paths)),
    ("rate_limits", Input::Text(inputs::rate_limits)),
];

fn names(folder: impl AsRef<Path>) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        path.file_stem().unwrap().to_str().unwrap().to_owned()
    };
    entries.map(name).collect()
}

#[test]
fn every_target_is_here_and_has_seeds() {
    let here: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(here, names(format!("{FUZZ}/targets")));
    assert_eq!(here, names(format!("{FUZZ}/seeds")));
}

#[test]
fn what_must_hold_of_any_input_holds_of_every_seed() {
    for (name, input) in TARGETS {
        let folder = format!("{FUZZ}/seeds/{name}");
        let seeds = names(&folder);
        assert!(!seeds.is_empty(), "{name} has no seeds");
        for seed in seeds {
            let bytes = fs::read(format!("{folder}/{seed}")).unwrap();
            match input {
                Input::Bytes(check) => check(&bytes),
                Input::Text(check) => check(core::str::from_utf8(&bytes).unwrap()),
            }
        }
    }
}
