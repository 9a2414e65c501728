use super::ESCAPE;
use super::pty::Seat;
use crate::answers::{answer, answer_json, connected, files, read};
use crate::stage::Stage;

const MYSELF: [&str; 2] = ["api", "/myself"];

/// Something to read, which would be laid out in another way.
const JSON: &str = "{\"n\":1.10, \"b\":[true,null]}";

const SET_OUT: &str = "{\r\n  \"n\": 1.10,\r\n  \"b\": [\r\n    true,\r\n    null\r\n  ]\r\n}\r\n";

fn without_colour(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

async fn answering(json: &str) -> Stage {
    let stage = connected().await;
    answer_json(&stage, json);
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_set_out_and_has_colour() {
    let stage = answering(JSON).await;
    let shown = Seat::at(&stage.home, &MYSELF).run();
    assert!(
        shown.done().contains("\u{1b}[36m1.10\u{1b}[0m"),
        "{shown:#?}"
    );
    assert_eq!(without_colour(&shown.text), SET_OUT);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_colour_sees_none() {
    let stage = connected().await;
    for (variable, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        answer_json(&stage, JSON);
        let shown = Seat::at(&stage.home, &MYSELF).set(variable, value).run();
        assert_eq!(shown.done(), SET_OUT, "{variable}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_elsewhere_is_as_it_came_though_a_person_looks_on() {
    let stage = answering(JSON).await;
    let seat = Seat::at(&stage.home, &MYSELF);
    let shown = seat.stdout_into(&stage.home, "out").run();
    assert_eq!(shown.done(), "");
    assert_eq!(read(&stage, "out"), JSON);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_text_is_not_shown_and_the_way_out_is_told() {
    let stage = connected().await;
    for body in [&b"\xff\xd8\xff\xe0"[..], b"a\x1b[2Jb"] {
        answer(&stage, "image/jpeg", body);
        let shown = Seat::at(&stage.home, &MYSELF).set("NO_COLOR", "1").run();
        let told = shown.failed(1);
        assert!(
            told.contains("the answer is no text (image/jpeg, "),
            "{told}"
        );
        assert!(told.contains("`--output FILE`, or into a pipe"), "{told}");
        assert!(!told.contains(ESCAPE), "{told}");
    }
    answer(&stage, "image/jpeg", b"a\x1b[2Jb");
    let into_file = [&MYSELF[..], &["-o", "got"]].concat();
    Seat::at(&stage.home, &into_file).run().done();
    assert_eq!(read(&stage, "got"), "a\x1b[2Jb");
    assert_eq!(files(&stage), ["got"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_steers_a_terminal_is_escaped_in_json_and_replaced_in_a_text() {
    let stage = answering("{\"a\":\"\u{7f}\u{9b}2J\"}").await;
    let shown = Seat::at(&stage.home, &MYSELF).set("NO_COLOR", "1").run();
    assert!(
        shown.done().contains(r#""a": "\u007f\u009b2J""#),
        "{shown:#?}"
    );
    answer_json(&stage, r#"{"a":"b\u001b[2J"}"#);
    let bare = [&MYSELF[..], &["--jq", ".a"]].concat();
    assert_eq!(
        Seat::at(&stage.home, &bare).run().done(),
        "b\u{fffd}[2J\r\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_stands_out_where_it_is_seen_and_is_plain_elsewhere() {
    let stage = Stage::set().await;
    let shown = Seat::at(&stage.home, &MYSELF).run();
    let told = shown.failed(3);
    assert!(
        told.starts_with("\u{1b}[1m\u{1b}[31mjira-host:\u{1b}[0m "),
        "{told:?}"
    );

    let plain = Seat::at(&stage.home, &MYSELF).set("NO_COLOR", "1").run();
    assert!(plain.failed(3).starts_with("jira-host: "), "{plain:#?}");
    assert_eq!(plain.text, without_colour(told));

    let seat = Seat::at(&stage.home, &MYSELF);
    let shown = seat.stderr_into(&stage.home, "told").run();
    assert_eq!(shown.failed(3), "");
    assert_eq!(read(&stage, "told"), plain.text.replace("\r\n", "\n"));
}

#[test]
fn what_is_wrong_on_the_command_line_stands_out_too() {
    let home = crate::home::Home::new();
    let shown = Seat::at(&home, &["api"]).run();
    assert!(shown.failed(2).contains(ESCAPE), "{shown:#?}");
    let plain = Seat::at(&home, &["api"]).set("NO_COLOR", "1").run();
    assert_eq!(plain.failed(2), without_colour(&shown.text));
}
