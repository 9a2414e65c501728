//! Where an answer is there and cannot be written.

use std::fs::File;
use std::io;
use std::process::Stdio;

use atlassian_simulator::{Fault, On};

use super::connected;
use crate::home::Ran;
use crate::stage::Stage;

const COMMENT: [&str; 4] = ["api", "/rest/api/2/issue/DEMO-1/comment", "-f", "body=Seen"];

/// The command, with a standard output that takes nothing.
fn run_into(stage: &Stage, arguments: &[&str], stdout: impl Into<Stdio>) -> Ran {
    let mut command = stage.home.command(arguments);
    command.stdout(stdout).output().unwrap().into()
}

fn full_disk() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

fn comments(stage: &Stage) -> usize {
    let ran = stage.run(&["api", "/rest/api/2/issue/DEMO-1/comment", "--jq", ".total"]);
    ran.done().trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_write_the_answer_to_a_change_says_that_it_was_made() {
    let stage = connected().await;
    let before = comments(&stage);
    let told = "jira-host: Jira answered 201, so this was carried out, but its answer is not \
                all written: cannot write to standard output: ";
    let ran = run_into(&stage, &COMMENT, full_disk());
    assert!(ran.failed(1).starts_with(told), "{ran:#?}");
    assert!(
        ran.stderr
            .contains("\nhint: look at what became of it before you repeat it"),
        "{ran:#?}"
    );

    let into_file = [&COMMENT[..], &["-o", "/dev/full"]].concat();
    let ran = stage.run(&into_file);
    let told = told.replace("standard output", "`/dev/full`");
    assert!(ran.failed(1).starts_with(&told), "{ran:#?}");
    assert_eq!(comments(&stage), before + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn so_says_who_asked_for_a_list_and_made_a_change() {
    let stage = connected().await;
    for form in ["--paginate", "--stream"] {
        let ran = run_into(&stage, &[&COMMENT[..], &[form]].concat(), full_disk());
        let told = "jira-host: Jira answered 201, so this was carried out, but its answer is not \
                    all written: cannot write to standard output: ";
        assert!(ran.failed(1).starts_with(told), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_only_reads_has_carried_nothing_out() {
    let stage = connected().await;
    let search = ["api", "/search/jql", "-f", "jql=project=DEMO"];
    let forms: [&[&str]; 2] = [&[], &["--paginate"]];
    for form in forms {
        let ran = run_into(&stage, &[&search[..], form].concat(), full_disk());
        let told = "jira-host: cannot write to standard output: ";
        assert!(ran.failed(1).starts_with(told), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_answer_nobody_reads_is_told_as_made_too() {
    let stage = connected().await;
    let (unread, stdout) = io::pipe().unwrap();
    drop(unread);
    let ran = run_into(&stage, &COMMENT, stdout);
    let told = "jira-host: Jira answered 201, so this was carried out, but its answer is not \
                all written\n";
    assert!(ran.failed(141).starts_with(told), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expression_that_fails_after_a_change_says_that_it_was_made() {
    let stage = connected().await;
    let ran = stage.run(&[&COMMENT[..], &["--jq", ".id.none"]].concat());
    let told = ran.failed(1);
    assert!(
        told.contains("Jira answered 201, so this was carried out"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_reads_fails_as_any_command_that_cannot_write() {
    let stage = connected().await;
    let ran = run_into(&stage, &["api", "/myself"], full_disk());
    let told = "jira-host: cannot write to standard output: ";
    assert!(ran.failed(1).starts_with(told), "{ran:#?}");
    let (unread, stdout) = io::pipe().unwrap();
    drop(unread);
    let ran = run_into(&stage, &["api", "/myself"], stdout);
    assert_eq!(ran.failed(141), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn so_does_every_other_command() {
    let stage = connected().await;
    let commands: [&[&str]; 4] = [
        &["status"],
        &["status", "--json"],
        &["config", "show"],
        &["gdpr", "sweep", "--dry-run"],
    ];
    for command in commands {
        let ran = run_into(&stage, command, full_disk());
        let told = ran.failed(1);
        assert!(
            told.contains("cannot write to standard output: No space"),
            "{told}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_cannot_be_written_is_a_refusal() {
    let stage = connected().await;
    let ran = run_into(&stage, &["api", "/issue/NONE-1"], full_disk());
    assert!(ran.failed(4).contains("Jira answered 404"), "{ran:#?}");
    assert!(
        ran.stderr
            .contains("hint: what Jira says of it is not all written: "),
        "{ran:#?}"
    );
    let refusal = Fault::json(400, r#"{"errorMessages": ["No."]}"#);
    stage
        .simulator
        .script(On::method_path("POST", "/comment"), refusal);
    let (unread, stdout) = io::pipe().unwrap();
    drop(unread);
    let ran = run_into(&stage, &COMMENT, stdout);
    assert!(!ran.failed(4).contains("carried out"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_told_the_command_does_its_work_all_the_same() {
    let stage = connected().await;
    let before = comments(&stage);
    let tellings: [&[&str]; 3] = [
        &["--include"],
        &["--include", "--log-format", "json"],
        &["--verbose"],
    ];
    for telling in tellings {
        let mut command = stage.home.command(&[&COMMENT[..], telling].concat());
        let ran: Ran = command.stderr(full_disk()).output().unwrap().into();
        assert!(ran.done().contains("\"body\""), "{ran:#?}");
    }
    assert_eq!(comments(&stage), before + 3);
    let mut command = stage.home.command(&["api", "/issue/NONE-1", "--jq", "."]);
    let ran: Ran = command.stderr(full_disk()).output().unwrap().into();
    assert_eq!(ran.code, Some(4), "{ran:#?}");
}
