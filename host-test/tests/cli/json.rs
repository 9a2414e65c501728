//! `--json`, with every command that there is.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::consent::connect;
use crate::examples::help::{self, Page};
use crate::home::Home;
use crate::stage::Stage;

/// Those whose result is JSON when that is asked for, with what is typed, in an
/// order in which each has something to do.
const RESULTS: [(&str, &[&str]); 24] = [
    ("app show", &["app", "show"]),
    ("status", &["status"]),
    ("use", &["use", "demo"]),
    ("api", &["api", "/myself"]),
    ("servicedesk", &["servicedesk", "/request/SUP-1"]),
    (
        "account add",
        &[
            "account",
            "add",
            "--retrieved-at",
            "2026-01-05T09:00:00Z",
            "gone",
        ],
    ),
    ("account list", &["account", "list"]),
    ("account show", &["account", "show", "gone"]),
    ("gdpr sweep", &["gdpr", "sweep"]),
    ("gdpr status", &["gdpr", "status"]),
    ("gdpr log", &["gdpr", "log"]),
    ("gdpr actions", &["gdpr", "actions"]),
    ("gdpr acknowledge", &["gdpr", "acknowledge", ACTION]),
    ("account forget", &["account", "forget", "gone"]),
    ("store check", &["store", "check"]),
    ("store export", &["store", "export", "export"]),
    ("store import", &["store", "import", "export", "--replace"]),
    ("store rotate-key", &["store", "rotate-key"]),
    ("doctor", &["doctor"]),
    ("config show", &["config", "show"]),
    ("inspect", &["inspect"]),
    ("disconnect", &["disconnect", "demo"]),
    // A person consents, and a server goes on: these have tests of their own.
    ("connect", &[]),
    ("simulate", &[]),
];

/// The id of an action, which is gone already.
const ACTION: &str = "gone/0";

/// Those that have no result but words, and say so.
const WORDS: [(&str, &[&str]); 4] = [
    ("demo", &["demo"]),
    ("completions", &["completions", "bash"]),
    ("man", &["man"]),
    ("gdpr schedule", &["gdpr", "schedule"]),
];

#[test]
fn it_is_known_of_every_command_whether_its_result_can_be_json() {
    let known = RESULTS.iter().chain(&WORDS).map(|(name, _)| *name);
    let mut known: BTreeSet<_> = known.map(str::to_owned).collect();
    assert!(known.insert("app set".to_owned()));
    let pages = help::pages(&Home::new());
    let there = pages.iter().filter(|page| !page.leads_on());
    let there: BTreeSet<_> = there.map(Page::command).collect();
    assert_eq!(known, there);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_that_has_a_result_gives_it_as_one_document() {
    let stage = Stage::without_app(Default::default()).await;
    let document = |name: &str, text: &str| -> Value {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}: {text}"))
    };
    let set = stage.store_app(&["--json"]);
    document("app set", set.done());
    let arguments = ["demo", "--service-management", "--json"];
    let (connected, _) = connect(&stage, &arguments).await;
    document("connect", connected.done());
    for (name, arguments) in RESULTS {
        if !arguments.is_empty() {
            let ran = stage.run(&[arguments, &["--json"]].concat());
            document(name, ran.done());
        }
    }
}

#[test]
fn a_command_that_has_only_words_refuses_and_says_so() {
    let home = Home::new();
    for (name, arguments) in WORDS {
        let ran = home.run(&[arguments, &["--json"]].concat());
        let told = ran.failed(2);
        assert!(
            told.contains("nothing of it to give as JSON"),
            "{name}: {told}"
        );
    }
}
