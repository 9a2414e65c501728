use serde_json::Value;
use std::process::Child;

use atlassian_simulator::{Fault, Gate, On};

use super::{connected, items, told_cursor};
use crate::running::Running;
use crate::stage::Stage;

/// Short items, so that a pipe holds them all.
const LIST: &str = "/label items=520 cap=50";

fn hold(stage: &Stage, place: &str) -> Gate {
    let gate = Gate::new();
    let page = On::method_path("GET", "/label").asking("startAt", place);
    stage.simulator.script(page, Fault::Hold(gate.clone()));
    gate
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_is_written_while_the_rest_is_on_its_way() {
    let stage = connected(&[LIST]).await;
    for form in ["--paginate", "--stream"] {
        let gate = hold(&stage, "300");
        let mut running = Running::begin(&stage, &["api", "/label", form]);
        gate.reached().await;
        running.wrote();
        gate.open();
        running.end().done();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_leaves_a_document_and_the_way_on() {
    let stage = connected(&[LIST]).await;
    let list = ["api", "/label", "--paginate"];
    let forms: [&[&str]; 2] = [&[], &["--pretty"]];
    for form in forms {
        let gate = hold(&stage, "300");
        let running = Running::begin(&stage, &[&list[..], form].concat());
        gate.reached().await;
        running.interrupt();
        let ran = running.end();
        gate.open();
        assert_eq!(ran.code, Some(130), "{ran:#?}");
        assert_eq!(items(&ran.stdout).len(), 300);
        let cursor = told_cursor(&ran.stderr);
        let rest = [&list[..], &["--cursor", &cursor]].concat();
        assert_eq!(items(stage.run(&rest).done()).len(), 220);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_on_is_told_to_machines_too() {
    let stage = connected(&[LIST]).await;
    let gate = hold(&stage, "300");
    let list = ["api", "/label", "--paginate", "--log-format", "json"];
    let running = Running::begin(&stage, &list);
    gate.reached().await;
    running.interrupt();
    let ran = running.end();
    gate.open();
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    let told: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(
        (&told["message"], &told["exit_code"]),
        (&"interrupted".into(), &130.into())
    );
    let cursor = told_cursor(told["hint"].as_str().unwrap());
    let rest = stage.run(&["api", "/label", "--paginate", "--cursor", &cursor]);
    assert_eq!(items(rest.done()).len(), 220);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_seen_enough_ends_the_list_without_a_word() {
    let stage = connected(&["/search/jql items=100000"]).await;
    let forms: [&[&str]; 4] = [
        &["--paginate"],
        &["--stream"],
        &["--paginate", "--pretty"],
        &["--stream", "--jq", ".key"],
    ];
    for form in forms {
        let before = stage.simulator.transcript().len();
        let search = "/search/jql?jql=project%3DDEMO&fields=*all";
        let arguments = [&["api", search], form].concat();
        let mut child = stage.home.command(&arguments).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(ended(child), (Some(141), String::new()));
        let requests = stage.simulator.transcript().len() - before;
        assert!(requests < 20, "{requests} requests");
    }
}

fn ended(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}
