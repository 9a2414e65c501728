use atlassian_simulator::{Fault, Gate, On};

use super::{answer, answer_json, connected};
use crate::running::Running;

#[tokio::test(flavor = "multi_thread")]
async fn each_result_is_a_line_and_a_text_is_bare() {
    let stage = connected().await;
    answer_json(
        &stage,
        r#"{"key":"DEMO-1","n":1.10,"big":12345678901234567890,"list":[{"a":null}]}"#,
    );
    let ran = stage.run(&[
        "api",
        "/myself",
        "--jq",
        ".key, .n, .big, .list, (.list[] | keys)",
    ]);
    assert_eq!(
        ran.done(),
        "DEMO-1\n1.10\n12345678901234567890\n[{\"a\":null}]\n[\"a\"]\n"
    );
    answer_json(&stage, r#"{"list":[1]}"#);
    let ran = stage.run(&["api", "/myself", "--jq", ".list, \"a\\tb\"", "--pretty"]);
    assert_eq!(ran.done(), "[\n  1\n]\na\tb\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_paginate_it_gets_the_whole_list_and_with_stream_each_item() {
    let stage = connected().await;
    stage
        .simulator
        .list("/label items=520 cap=50".parse().unwrap());
    let ran = stage.run(&["api", "/label", "--paginate", "--jq", "length, .[519]"]);
    let (length, last) = ran.done().trim_end().split_once('\n').unwrap();
    assert_eq!(length, "520");
    let ran = stage.run(&["api", "/label", "--stream", "--jq", "select(length > 0)"]);
    assert_eq!(ran.done().lines().count(), 520);
    assert_eq!(ran.done().lines().last(), Some(last));
    stage
        .simulator
        .list("/project/search items=0".parse().unwrap());
    let ran = stage.run(&["api", "/project/search", "--paginate", "--jq", "length"]);
    assert_eq!(ran.done(), "0\n");
    let ran = stage.run(&["api", "/issue/DEMO-1", "--paginate", "--jq", ".key"]);
    assert_eq!(ran.done(), "DEMO-1\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_list_that_is_cut_it_gets_what_came() {
    let stage = connected().await;
    stage
        .simulator
        .list("/label items=520 cap=50".parse().unwrap());
    let ran = stage.run(&[
        "api",
        "/label",
        "--paginate",
        "--max-items",
        "70",
        "--jq",
        "length",
    ]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(11), "70\n"));
    assert!(ran.stderr.contains("`--cursor "), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_is_told_before_anything_is_sent() {
    let stage = connected().await;
    let before = stage.simulator.transcript().len();
    for (expression, place) in [
        (".key |", "at its end: what is missing is a term"),
        (".key | nope", "at character 8: there is no function `nope`"),
        ("env.HOME", "at character 1: there is no function `env`"),
    ] {
        let ran = stage.run(&["api", "/myself", "--jq", expression]);
        assert!(ran.failed(2).contains(place), "{ran:#?}");
        assert!(ran.stderr.contains("\nhint: "), "{ran:#?}");
    }
    assert_eq!(stage.simulator.transcript().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expression_that_fails_has_written_what_came_before() {
    let stage = connected().await;
    let ran = stage.run(&["api", "/myself", "--jq", "1, error(\"no such thing\"), 2"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "1\n"));
    assert_eq!(
        ran.stderr,
        "jira-host: Jira has answered, and then the filter failed; it says: no such thing\n"
    );
    stage
        .simulator
        .list("/label items=60 cap=50".parse().unwrap());
    let ran = stage.run(&["api", "/label", "--stream", "--jq", "tonumber"]);
    assert!(ran.failed(1).contains("the filter failed"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_jira_is_not_filtered() {
    let stage = connected().await;
    let plain = stage.run(&["api", "/issue/NONE-1"]);
    let lists: [&[&str]; 3] = [&[], &["--paginate"], &["--stream"]];
    for list in lists {
        let ran = stage.run(&[&["api", "/issue/NONE-1", "--jq", ".key"], list].concat());
        assert_eq!(ran.code, Some(4), "{ran:#?}");
        if list.is_empty() {
            assert_eq!(ran.stdout, plain.stdout);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_body_has_no_result_and_no_json_cannot_be_filtered() {
    let stage = connected().await;
    answer(&stage, "application/json", b"");
    assert_eq!(stage.run(&["api", "/myself", "--jq", "."]).done(), "");
    answer(&stage, "text/html", b"<p>");
    let ran = stage.run(&["api", "/myself", "--jq", "."]);
    assert!(
        ran.failed(1)
            .contains("the answer cannot be filtered: it is not JSON")
    );
    answer_json(&stage, &"[".repeat(100_000));
    stage.run(&["api", "/myself", "--jq", "."]).failed(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_expression_tells_does_not_steer_a_terminal() {
    let stage = connected().await;
    answer_json(&stage, r#"{"name":"a\u001b[2J\tb","of":["\u009bc"]}"#);
    let told = "(.name, .of | debug, stderr) | empty";
    let ran = stage.run(&["api", "/myself", "--jq", told]);
    assert_eq!(ran.done(), "");
    let name = "a\u{fffd}[2J\tb\n".repeat(2);
    let of = "[\"\u{fffd}c\"]\n".repeat(2);
    assert_eq!(ran.stderr, name + &of);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_an_expression_without_end() {
    let stage = connected().await;
    let endless = "debug(\"begun\") | last(repeat(1))";
    let mut running = Running::begin(&stage, &["api", "/myself", "--jq", endless]);
    assert_eq!(running.line(), "begun\n");
    running.interrupt();
    running.end().failed(130);
    let mut running = Running::begin(&stage, &["api", "/myself", "--jq", "repeat(1)"]);
    running.wrote();
    running.interrupt();
    assert_eq!(running.end_unread(), Some(130));
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_before_the_list_is_whole_leaves_no_result_and_no_way_on() {
    let stage = connected().await;
    stage
        .simulator
        .list("/label items=520 cap=50".parse().unwrap());
    let gate = Gate::new();
    let page = On::method_path("GET", "/label").asking("startAt", "300");
    stage.simulator.script(page, Fault::Hold(gate.clone()));
    let running = Running::begin(&stage, &["api", "/label", "--paginate", "--jq", "length"]);
    gate.reached().await;
    running.interrupt();
    assert_eq!(running.end().failed(130), "");
    gate.open();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expression_that_halts_ends_the_list_and_what_was_written_stays() {
    let stage = connected().await;
    stage
        .simulator
        .list("/label items=520 cap=50".parse().unwrap());
    let items = stage.run(&["api", "/label", "--stream", "--jq", "."]);
    let items: Vec<&str> = items.done().lines().collect();
    let halting = format!("., if . == \"{}\" then halt else empty end", items[60]);
    let list = ["api", "/label", "--stream", "--in-flight", "1", "--jq"];
    let before = stage.simulator.transcript().len();
    let ran = stage.run(&[&list[..], &[&halting]].concat());
    assert_eq!(ran.done().lines().collect::<Vec<_>>(), items[..=60]);
    assert_eq!(stage.simulator.transcript().len() - before, 2);

    let failing = halting.replace("halt", "halt(3)");
    let ran = stage.run(&[&list[..], &[&failing]].concat());
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert_eq!(ran.stdout.lines().count(), 61);
    stage
        .run(&[&list[..], &[&halting, "-o", "answer"]].concat())
        .done();
    let written = std::fs::read_to_string(stage.home.path().join("answer")).unwrap();
    assert_eq!(written.lines().count(), 61);
}
