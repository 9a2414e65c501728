//! The binary, as it is started by a person.

#![allow(clippy::unwrap_used, reason = "a test may stop where its set-up fails")]

mod support;

use std::process::{Command, Output};

use atlassian_simulator::Settings;

fn jira_host(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jira-host"))
        .args(arguments)
        .env_clear()
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_demo_comes_out_as_it_should_and_tells_no_secret() {
    let component = support::component();
    let output = jira_host(&["demo", "--component", component.to_str().unwrap()]);
    let (told, errors) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(
        (output.status.code(), errors.as_str()),
        (Some(0), ""),
        "{told}"
    );
    for step in 1..=9 {
        assert!(
            told.contains(&format!("{step}. ")),
            "step {step} is missing:\n{told}"
        );
    }
    assert_eq!(told.matches("shows").count(), 9, "{told}");
    assert!(
        !told.contains('\u{1b}'),
        "there is colour where no terminal is"
    );
    assert!(!told.contains(&Settings::default().client_secret));
}

#[test]
fn the_demo_without_a_component_says_how_to_get_one() {
    let output = jira_host(&["demo", "--component", "nowhere.wasm"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "");
    let errors = text(&output.stderr);
    assert!(errors.starts_with("jira-host: cannot read the component `nowhere.wasm`: "));
    assert!(errors.ends_with("hint: run `make component` to build it, or name another file\n"));
}

#[test]
fn a_component_is_inspected() {
    let component = support::component();
    let output = jira_host(&["inspect", component.to_str().unwrap()]);
    let told = text(&output.stdout);
    assert_eq!(
        (output.status.code(), text(&output.stderr)),
        (Some(0), String::new())
    );
    for part in [
        "size",
        "imports",
        "wasi:http/outgoing-handler",
        "exports",
        "api-request",
    ] {
        assert!(told.contains(part), "{part} is missing:\n{told}");
    }
    assert!(!told.contains("not given"), "{told}");
}

#[test]
fn a_wrong_command_is_an_error_of_usage() {
    let output = jira_host(&["nonsense"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stdout), "");
}
