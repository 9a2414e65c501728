//! What the built component imports and exports, its size, and what the
//! contract and the tests must have.

#![allow(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
#![allow(
    clippy::disallowed_methods,
    reason = "tests run on the host's side, which has files"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jira_host::Inspection;

/// Everything that the component can do. `types` and `sweep` hold no function.
const IMPORTS: [&str; 11] = [
    "jira:connector/secret-store@0.1.0",
    "jira:connector/sweep@0.1.0",
    "jira:connector/types@0.1.0",
    "wasi:clocks/monotonic-clock@0.2.0",
    "wasi:clocks/wall-clock@0.2.0",
    "wasi:http/outgoing-handler@0.2.0",
    "wasi:http/types@0.2.0",
    "wasi:io/error@0.2.0",
    "wasi:io/poll@0.2.0",
    "wasi:io/streams@0.2.0",
    "wasi:random/random@0.2.0",
];

const EXPORTS: [&str; 4] = [
    "api-request",
    "gdpr-sweep",
    "oauth-exchange",
    "servicedesk-request",
];

/// What hosts fetch, compile and keep. It is the size of today and a little
/// room; `host-test/benches/README.md` says what it is made of. Whoever passes it
/// looks at what was added before raising it.
const MAX_BYTES: usize = 880 * 1000;

/// Looked into once for all tests.
fn inspection() -> &'static Inspection {
    static INSPECTION: OnceLock<Inspection> = OnceLock::new();
    INSPECTION.get_or_init(|| Inspection::load(support::component()).unwrap())
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What is in one list and not in the other.
fn without<'a>(list: &[&'a str], other: &[&str]) -> Vec<&'a str> {
    let is_missing = |name: &&&str| !other.contains(*name);
    list.iter().filter(is_missing).copied().collect()
}

#[track_caller]
fn assert_same(what: &str, built: &[String], expected: &[&str], meaning: &str) {
    let built: Vec<&str> = built.iter().map(String::as_str).collect();
    let (more, fewer) = (without(&built, expected), without(expected, &built));
    assert!(
        more.is_empty() && fewer.is_empty() && built.len() == expected.len(),
        "the {what} of target/jira_connector.wasm are other ones.\n\
         new:  {more:?}\n\
         gone: {fewer:?}\n\
         Where this is meant, change wit/world.wit and the list in tests/world.rs together. \
         {meaning}\n\
         Where it is not meant, look for what was added to src/ or to the dependencies, and run \
         `make component` again."
    );
}

#[test]
fn the_imports_are_exactly_those_of_the_world() {
    let meaning = "A new import is something that every host must be able to give, and a hole in \
                   the sandbox until somebody has shown that it is none: add it to the list of \
                   `jira-host` (host-test/src/connector/inspection.rs) and to the README. A new \
                   version of an import shuts out hosts that have only the old one.";
    assert_same("imports", inspection().imports(), &IMPORTS, meaning);
}

#[test]
fn the_exports_are_exactly_those_of_the_world() {
    let meaning = "Callers find an export by its bare name: one that is gone or renamed breaks \
                   them, and a new one needs a module of its name in tests/component/.";
    assert_same("exports", inspection().exports(), &EXPORTS, meaning);
}

#[test]
fn the_component_stays_small() {
    let size = inspection().size();
    assert!(
        size <= MAX_BYTES,
        "target/jira_connector.wasm has {size} bytes, more than {MAX_BYTES}: see what was added \
         (`twiggy top`, or the dependencies in Cargo.toml); raise the limit in tests/world.rs if \
         it is worth it"
    );
}

#[test]
fn every_export_has_tests_of_its_name() {
    for export in inspection().exports() {
        let module = format!("tests/component/{}.rs", export.replace('-', "_"));
        assert!(
            root().join(&module).is_file(),
            "the export `{export}` has no tests: write {module}"
        );
    }
}

/// Our own files of the contract; the packages in `deps` are untouched.
fn contract() -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(root().join("wit")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "wit"))
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect();
    assert_eq!(files.len(), 4, "world, types, sweep and secret-store");
    files
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

#[test]
fn every_comment_of_the_contract_is_documentation() {
    for (path, text) in contract() {
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim_start();
            assert!(
                !line.starts_with("//") || line.starts_with("///"),
                "{}:{number}: a `//` comment is lost to whoever reads the bindings; write `///`",
                shown(&path)
            );
        }
    }
}

#[test]
fn the_shared_types_use_none_of_wasi() {
    for name in ["types.wit", "sweep.wit", "secret-store.wit"] {
        let text = fs::read_to_string(root().join("wit").join(name)).unwrap();
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("///"));
        for line in code {
            assert!(
                !line.contains("wasi:"),
                "wit/{name}: `{}` ties the types to one version of WASI; use an integer with its \
                 unit in the name",
                line.trim()
            );
        }
    }
}
