use atlassian_simulator::{Fault, Gate, On, Origin};

use super::ESCAPE;
use super::pty::{Seat, Terminal};
use crate::answers::download::{self, TEN};
use crate::answers::{connected, files, read};
use crate::stage::Stage;

const LIST: [&str; 3] = ["api", "/search/jql?jql=project%3DDEMO", "--paginate"];

/// A list of which no page comes until the gate opens.
async fn held_list(stage: &Stage) -> Gate {
    let gate = Gate::new();
    let first = On::method_path("GET", "/search/jql");
    stage.simulator.script(first, Fault::Hold(gate.clone()));
    gate
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_into_a_file_shows_how_far_it_is_and_then_nothing() {
    let stage = connected().await;
    let gate = held_list(&stage).await;
    let seat = Seat::at(&stage.home, &LIST).stdout_into(&stage.home, "list");
    let mut terminal = seat.begin();
    terminal.wait_for("waiting for the first pages");
    gate.open();
    let shown = terminal.end();
    shown.done();
    assert_eq!(shown.screen, "");
    assert!(read(&stage, "list").starts_with("[{\"id\":"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_seen_to_grow_needs_no_bar() {
    let stage = connected().await;
    let shown = Seat::at(&stage.home, &LIST).set("NO_COLOR", "1").run();
    assert!(
        shown.done().starts_with("[\r\n  {\r\n    \"id\": "),
        "{shown:#?}"
    );
    assert!(!shown.text.contains(ESCAPE), "{shown:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_bar_with_quiet_and_none_where_nobody_looks() {
    let stage = connected().await;
    let quiet = [&LIST[..], &["--quiet"]].concat();
    let json = [&LIST[..], &["--log-format", "json"]].concat();
    for arguments in [quiet, json] {
        let seat = Seat::at(&stage.home, &arguments);
        let shown = seat.stdout_into(&stage.home, "list").run();
        assert_eq!(shown.done(), "", "{arguments:?}");
    }
    let seat = Seat::at(&stage.home, &LIST);
    let seat = seat.stdout_into(&stage.home, "list");
    let shown = seat.stderr_into(&stage.home, "told").run();
    assert_eq!(shown.done(), "");
    assert_eq!(read(&stage, "told"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_for_each_request_stands_alone() {
    let stage = connected().await;
    let list = [&LIST[..], &["-v"]].concat();
    let seat = Seat::at(&stage.home, &list).stdout_into(&stage.home, "list");
    let shown = seat.run();
    shown.done();
    assert!(!shown.text.contains("waiting for"), "{shown:#?}");
    let first = shown
        .screen
        .lines()
        .find(|line| line.contains("/search/jql"));
    assert!(first.unwrap().starts_with("GET http"), "{shown:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_shows_how_far_it_is_and_then_only_the_answer() {
    let stage = connected().await;
    let gate = Gate::new();
    let attached = On::method_path("POST", "/issue/DEMO-1/attachments");
    stage.simulator.script(attached, Fault::Hold(gate.clone()));
    let long = stage.home.path().join("long.txt");
    std::fs::write(long, vec![b'a'; 3 << 20]).unwrap();
    let path = "/issue/DEMO-1/attachments";
    let seat = Seat::at(&stage.home, &["api", path, "--upload", "long.txt"]);
    let mut terminal = seat.stdout_into(&stage.home, "answer").begin();
    terminal.wait_for("100% 3.00 MiB of 3.00 MiB");
    gate.open();
    let shown = terminal.end();
    shown.done();
    assert_eq!(shown.screen, "");
    assert!(read(&stage, "answer").contains("long.txt"));
}

/// A download of three pieces that has got the first of them.
async fn half_a_download(stage: &Stage, columns: u16) -> (Terminal, Gate) {
    let gate = Gate::new();
    let second = On::origin(Origin::Media).after(1);
    stage.simulator.script(second, Fault::Hold(gate.clone()));
    let path = download::content(stage, "DEMO-1");
    let arguments = [&["api", &path, "-o", "got"], &TEN[..]].concat();
    let mut terminal = Seat::at(&stage.home, &arguments).columns(columns).begin();
    terminal.wait_for("33%");
    gate.reached().await;
    (terminal, gate)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_shows_how_far_it_is_on_one_line_however_wide() {
    let stage = download::connected().await;
    for columns in [40, 200] {
        let (terminal, gate) = half_a_download(&stage, columns).await;
        gate.open();
        let shown = terminal.end();
        shown.done();
        assert_eq!(shown.screen, "", "{columns}");
        assert!(!shown.text.contains('\n'), "{columns}: {shown:#?}");
    }
    assert_eq!(files(&stage), ["got"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_shows_how_far_it_is_and_then_what_it_came_to() {
    let stage = connected().await;
    let gate = Gate::new();
    let report = On::method_path("POST", "/app/report-accounts/");
    stage.simulator.script(report, Fault::Hold(gate.clone()));
    let mut terminal = Seat::at(&stage.home, &["gdpr", "sweep"]).begin();
    terminal.wait_for("looking for accounts that are due");
    gate.reached().await;
    gate.open();
    let shown = terminal.end();
    shown.done();
    assert!(shown.screen.starts_with("Sweep "), "{shown:#?}");
    assert!(!shown.screen.contains("looking"), "{shown:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_shows_whom_it_waits_for_and_then_what_it_found() {
    let stage = connected().await;
    let gate = Gate::new();
    let who = On::method_path("GET", "/myself");
    stage.simulator.script(who, Fault::Hold(gate.clone()));
    let mut terminal = Seat::at(&stage.home, &["doctor"]).begin();
    terminal.wait_for("asking Jira by the connection demo");
    gate.open();
    let shown = terminal.end();
    shown.done();
    assert!(shown.screen.contains("demo: ready"), "{shown:#?}");
    assert!(!shown.screen.contains("asking"), "{shown:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_through_the_whole_store_says_so_and_then_what_it_did() {
    let stage = connected().await;
    for (arguments, doing, done) in [
        (&["store", "check"][..], "reading every entry", "is whole"),
        (
            &["store", "export", "backup"],
            "reading every entry",
            "Exported ",
        ),
        (
            &["store", "import", "backup", "--replace"],
            "bringing in every entry",
            "Imported ",
        ),
        (
            &["store", "rotate-key"],
            "sealing every entry anew",
            "Sealed ",
        ),
    ] {
        let shown = Seat::at(&stage.home, arguments).run();
        shown.done();
        assert!(shown.text.contains(doing), "{shown:#?}");
        assert!(shown.screen.contains(done), "{shown:#?}");
        assert!(!shown.screen.contains(doing), "{shown:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_download_with_130_and_nothing_half_written() {
    let stage = download::connected().await;
    stage.home.file("got", "before");
    let (mut terminal, gate) = half_a_download(&stage, 80).await;
    terminal.press_ctrl_c();
    terminal.end().failed(130);
    gate.open();
    assert_eq!(read(&stage, "got"), "before");
    assert_eq!(files(&stage), ["got"]);
}
