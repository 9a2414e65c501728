use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use super::register::{ADA, RETRIEVED, RETRIEVED_UNIX_MS};
use crate::home::Home;
use crate::running::Running;
use crate::stage::Stage;

#[test]
fn accounts_are_entered_listed_shown_and_forgotten() {
    let home = Home::new();
    let add = [
        "account",
        "add",
        "--retrieved-at",
        RETRIEVED,
        "--cloud-id",
        "c-1",
        "a",
        "b",
    ];
    let ran = home.run(&add);
    assert_eq!(ran.done(), "");
    assert_eq!(
        ran.stderr,
        "2 accounts are new in the register, 0 were there.\n"
    );
    let list = home.run(&["account", "list"]);
    let lines: Vec<_> = list.done().lines().collect();
    assert!(lines[0].starts_with("ACCOUNT"), "{list:#?}");
    assert!(
        lines[1].starts_with("a ") && lines[1].contains(RETRIEVED),
        "{list:#?}"
    );
    let show = home.run(&["account", "show", "b"]);
    for part in [RETRIEVED, "c-1", "reported", "due"] {
        assert!(show.done().contains(part), "{part}: {show:#?}");
    }
    let forget = home.run(&["account", "forget", "b", "c"]);
    assert_eq!(forget.done(), "");
    assert!(forget.stderr.starts_with("1 account left"), "{forget:#?}");
    let gone = home.run(&["account", "show", "b"]);
    assert!(
        gone.failed(2).contains("b is not in the register"),
        "{gone:#?}"
    );
}

#[test]
fn accounts_come_from_a_file_of_lines() {
    let home = Home::new();
    let lines = format!(
        "{}\n\n{}\n",
        json!({"account_id": "712020%3Aa", "retrieved_at_unix_ms": RETRIEVED_UNIX_MS}),
        json!({"account_id": "b", "retrieved_at_unix_ms": RETRIEVED_UNIX_MS, "cloud_ids": ["c-1"]}),
    );
    let added = home.run_with_input(&["account", "add", "--input", "-", "--json"], &lines);
    assert_eq!(
        added.json(),
        json!({"added": 2, "renewed": 0, "refused": []})
    );
    let file = home.file("accounts", &lines);
    let renewed = home.run(&["account", "add", "--input", &file, "--json"]);
    assert_eq!(renewed.json()["renewed"], 2);
    let list = home.run(&["account", "list", "--json"]).json();
    let ids: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["account_id"])
        .collect();
    assert_eq!(ids, ["712020:a", "b"]);
    assert_eq!(list[1]["retrieved_at_unix_ms"], RETRIEVED_UNIX_MS);
    let long = format!("\n{}", " ".repeat(64 * 1024 + 1)) + "{}";
    let wrong = home.run_with_input(&["account", "add", "--input", "-"], &long);
    let told = "line 2 is longer than 64 KiB";
    assert!(wrong.failed(2).contains(told), "{wrong:#?}");
    std::fs::write(home.path().join("bytes"), b"\xff\n").unwrap();
    let wrong = home.run(&["account", "add", "--input", "bytes"]);
    assert!(
        wrong.failed(2).contains("line 1 is no account"),
        "{wrong:#?}"
    );
    let wrong = home.run(&["account", "add", "--input", "."]);
    assert!(wrong.failed(2).contains("cannot read `.`: "), "{wrong:#?}");
}

#[test]
fn a_line_that_is_no_account_is_told_with_its_place_and_what_was_entered_before() {
    let home = Home::new();
    let add = ["account", "add", "--input", "-"];
    let line = |id: &str| {
        let line = json!({"account_id": id, "retrieved_at_unix_ms": RETRIEVED_UNIX_MS});
        format!("{line}\n")
    };
    let wrong = home.run_with_input(&add, "{account: 1}\n");
    assert_eq!(
        wrong.failed(2),
        "jira-host: line 1 is no account: key must be a string, at column 2\n\
         hint: no account was entered\n"
    );
    let cut = home.run_with_input(&add, &(line("a") + "{\"account_id\":\n"));
    assert_eq!(
        cut.failed(2),
        "jira-host: line 2 is no account: EOF while parsing a value, at column 14\n\
         hint: no account was entered\n"
    );
    let marked = home.run_with_input(&add, &format!("\u{feff}{}", line("a")));
    let told = "line 1 begins with a byte order mark, so it is no account\nhint: save it as UTF-8";
    assert!(marked.failed(2).contains(told), "{marked:#?}");
    let at_once: String = (0..1_000).map(|id| line(&format!("a{id}"))).collect();
    let wrong = home.run_with_input(&add, &(at_once + "no account"));
    assert_eq!(
        wrong.failed(2),
        "jira-host: line 1001 is no account: expected ident, at column 2\n\
         hint: 1,000 accounts of the lines before were entered\n"
    );
}

#[test]
fn an_account_that_is_refused_is_2_and_the_others_are_entered() {
    let home = Home::new();
    let ran = home.run(&[
        "account",
        "add",
        "--retrieved-at",
        RETRIEVED,
        "unknown",
        "a",
    ]);
    let told = ran.failed(2);
    assert!(told.contains("1 account is new"), "{ran:#?}");
    assert!(told.contains("refused: unknown: "), "{ran:#?}");
    assert!(told.ends_with("; all others were taken\n"), "{ran:#?}");
    home.run(&["account", "show", "a"]).done();
    home.run(&["account", "add", "a"]).failed(2);
    home.run(&["account", "add", "--retrieved-at", "yesterday", "a"])
        .failed(2);
}

/// Whoever watches must learn that it watches another store than was meant.
#[test]
fn the_status_of_a_store_that_is_not_there_is_an_error() {
    let home = Home::new();
    let ran = home.run(&["gdpr", "status"]);
    assert!(ran.failed(9).contains("there is no store at"), "{ran:#?}");
    assert!(!home.store().exists());
    home.run(&["account", "add", "--retrieved-at", RETRIEVED, "a"])
        .done();
    let ran = home.run(&["gdpr", "status"]);
    assert!(ran.done().starts_with("The next sweep is due"), "{ran:#?}");
}

#[test]
fn a_time_that_is_refused_is_told_as_it_was_typed() {
    let home = Home::new();
    for (time, why) in [
        ("2130-01-05T09:00:00Z", "in the future"),
        ("1999-12-31T23:59:59Z", "before there was any Jira; "),
    ] {
        let ran = home.run(&["account", "add", "--retrieved-at", time, "a"]);
        let told = ran.failed(2);
        let refused = format!("refused: a: {time} is {why}");
        assert!(told.contains(&refused), "{told}");
        assert!(
            told.ends_with("jira-host: 1 account was refused\n"),
            "{told}"
        );
    }
}

#[test]
fn an_empty_register_is_told_and_makes_no_store() {
    let home = Home::new();
    let list = home.run(&["account", "list"]);
    assert_eq!(
        (list.done(), list.stderr.as_str()),
        (
            "",
            "No account is in the register.\nhint: who keeps data of accounts enters them: \
             `jira-host account add --help`\n"
        )
    );
    assert_eq!(home.run(&["account", "list", "--json"]).json(), json!([]));
    assert!(!home.store().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_consented_is_in_the_register() {
    let stage = Stage::connected().await;
    let shown = stage.run(&["account", "show", ADA, "--json"]).json();
    assert_eq!(shown["connections"][0]["connection"], "demo");
    let ran = stage.run(&["account", "forget", ADA]);
    assert!(ran.stderr.contains("1 stay"), "{ran:#?}");
}

#[test]
fn ctrl_c_ends_a_command_that_waits_for_more_accounts() {
    let home = Home::new();
    let mut command = home.command(&["account", "add", "--input", "-"]);
    let mut adding = Running::of(command.stdin(Stdio::piped()).spawn().unwrap());
    let mut stdin = adding.stdin();
    let more_than_a_pipe_holds = format!("{:1023}\n", "").repeat(1024);
    stdin.write_all(more_than_a_pipe_holds.as_bytes()).unwrap();
    adding.interrupt();
    assert_eq!(adding.end().failed(130), "");
    drop(stdin);
}

#[test]
fn ctrl_c_ends_a_list_of_accounts_that_nobody_reads() {
    let home = Home::new();
    let more_than_a_pipe_holds = (0..1_000).map(|number| format!("{number:0>120}"));
    let ids: Vec<_> = more_than_a_pipe_holds.collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let add = ["account", "add", "--retrieved-at", RETRIEVED];
    home.run(&[&add[..], &ids].concat()).done();
    for list in [&["account", "list"][..], &["account", "list", "--json"]] {
        let mut listing = Running::of(home.command(list).spawn().unwrap());
        listing.wrote();
        listing.interrupt();
        assert_eq!(listing.end_unread(), Some(130), "{list:?}");
    }
}
