use atlassian_simulator::{Fault, Gate, On, Origin};

use super::{files, read};
use crate::home::Ran;
use crate::running::Running;
use crate::stage::Stage;

const CONTENT: &str = "wall,metres\nnorth,12.5\neast,7\n";

/// So long that the content comes in three pieces.
pub const TEN: [&str; 2] = ["--max-bytes", "10"];

/// A connection that may fetch what is at the media store.
pub async fn connected() -> Stage {
    let mut stage = super::connected().await;
    let media = stage.simulator.media_origin().to_owned();
    stage.home.set("JIRA_HOST_ALLOW_ORIGIN", &media);
    stage
}

/// Where the content of the first attachment of this issue is.
pub fn content(stage: &Stage, issue: &str) -> String {
    let expression = ".fields.attachment[0].id";
    let ran = stage.run(&["api", &format!("/issue/{issue}"), "--jq", expression]);
    format!("/attachment/content/{}", ran.done().trim_end())
}

/// Attaches a file to an issue, and answers where its content is.
fn attach(stage: &Stage, issue: &str, file: &str) -> String {
    let form = format!(
        "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\
         Content-Type: application/x-thing\r\n\r\n{file}\r\n--xyz--\r\n"
    );
    let path = format!("/issue/{issue}/attachments");
    let arguments = [
        "api",
        &path,
        "-H",
        "Content-Type: multipart/form-data; boundary=xyz",
        "-H",
        "X-Atlassian-Token: no-check",
        "--input",
        "-",
    ];
    stage.home.run_with_input(&arguments, &form).done();
    content(stage, issue)
}

fn download(stage: &Stage, path: &str, options: &[&str]) -> Ran {
    stage.run(&[&["api", path, "-o", "got"], options].concat())
}

/// The ranges that were asked for at this origin.
fn ranges(stage: &Stage, origin: Origin) -> Vec<String> {
    let requests = stage.simulator.requests();
    let there = requests.iter().filter(|request| request.origin == origin);
    let headers = there.flat_map(|request| &request.headers);
    headers
        .filter(|(name, _)| name.eq_ignore_ascii_case("range"))
        .map(|(_, value)| value.clone())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_in_pieces_wherever_it_is() {
    let stage = connected().await;
    let path = content(&stage, "DEMO-1");
    let asked = ["bytes=0-9", "bytes=10-19", "bytes=20-29"];
    assert_eq!(download(&stage, &path, &TEN).done(), "");
    assert_eq!(read(&stage, "got"), CONTENT);
    assert_eq!(ranges(&stage, Origin::Media), asked);
    let direct = [&TEN[..], &["-q", "redirect=false"]].concat();
    assert_eq!(download(&stage, &path, &direct).done(), "");
    assert_eq!(read(&stage, "got"), CONTENT);
    assert_eq!(ranges(&stage, Origin::Api)[3..], asked);
    assert_eq!(ranges(&stage, Origin::Media).len(), 3);
    assert_eq!(files(&stage), ["got"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_may_be_longer_than_a_piece() {
    let stage = connected().await;
    let long = "0123456789abcdef".repeat(512 * 1024) + "end";
    let path = attach(&stage, "DEMO-3", &long);
    assert_eq!(download(&stage, &path, &[]).done(), "");
    assert!(read(&stage, "got") == long);
    assert_eq!(
        ranges(&stage, Origin::Media),
        ["bytes=0-8388607", "bytes=8388608-16777215"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_file_is_a_file() {
    let stage = connected().await;
    let path = attach(&stage, "DEMO-3", "");
    let ran = download(&stage, &path, &["-i"]);
    assert_eq!(ran.done(), "");
    assert_eq!(read(&stage, "got"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_a_range_gets_that_one() {
    let stage = connected().await;
    let path = content(&stage, "DEMO-1");
    download(&stage, &path, &["-H", "Range: bytes=5-10"]).done();
    assert_eq!(read(&stage, "got"), "metres");
    assert_eq!(ranges(&stage, Origin::Media), ["bytes=5-10"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_of_the_first_piece_is_told_and_no_other() {
    let stage = connected().await;
    let path = content(&stage, "DEMO-1");
    let ran = download(&stage, &path, &[&TEN[..], &["-i"]].concat());
    assert_eq!(ran.stderr.matches("HTTP 206").count(), 1, "{ran:#?}");
    assert!(
        ran.stderr.contains("content-range: bytes 0-9/30"),
        "{ran:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_ranges_are_ignored_the_file_comes_whole_or_not_at_all() {
    let stage = connected().await;
    let path = content(&stage, "DEMO-1");
    let ignored = || {
        stage
            .simulator
            .order("GET /file ignore-range".parse().unwrap())
    };
    ignored();
    assert_eq!(download(&stage, &path, &["--max-bytes", "30"]).done(), "");
    assert_eq!(read(&stage, "got"), CONTENT);
    ignored();
    let ran = download(&stage, &path, &["--max-bytes", "29"]);
    let told = ran.failed(8);
    assert!(
        told.contains("this answer does not come in pieces: "),
        "{told}"
    );
    assert!(
        told.contains("hint: accept it whole with `--max-bytes`"),
        "{told}"
    );
    assert_eq!(read(&stage, "got"), CONTENT);
    assert_eq!(files(&stage), ["got"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_meanwhile_is_never_a_mixture() {
    let stage = connected().await;
    let path = content(&stage, "DEMO-1");
    let later = || On::origin(Origin::Media).after(1);
    let tag = vec![("etag".to_owned(), "\"other\"".to_owned())];
    for fault in [
        Fault::Headers(tag),
        Fault::IgnoreRange,
        Fault::status(416, &[("content-range", "bytes */5")]),
    ] {
        stage.simulator.script(later(), fault);
        let ran = download(&stage, &path, &TEN);
        assert!(
            ran.failed(1)
                .contains("the file changed while it was fetched"),
            "{ran:#?}"
        );
        assert!(files(&stage).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_that_was_not_asked_for_is_not_documented() {
    let stage = connected().await;
    let path = content(&stage, "DEMO-1");
    for range in ["bytes 1-10/30", "bytes 0-9/*", "nonsense"] {
        let wrong = vec![("content-range".to_owned(), range.to_owned())];
        stage
            .simulator
            .script(On::origin(Origin::Media), Fault::Headers(wrong));
        let ran = download(&stage, &path, &TEN);
        assert!(ran.failed(7).contains(&format!("`{range}`")), "{ran:#?}");
    }
    assert!(files(&stage).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_fails_or_is_interrupted_leaves_what_was_there() {
    let stage = connected().await;
    stage.home.file("got", "before");
    let ran = download(&stage, "/attachment/content/1", &[]);
    assert_eq!(ran.code, Some(4), "{ran:#?}");
    assert!(ran.stdout.contains("does not exist"), "{ran:#?}");

    let path = content(&stage, "DEMO-1");
    let later = On::origin(Origin::Media).after(1);
    stage
        .simulator
        .script(later.clone(), Fault::status(403, &[]));
    let ran = download(&stage, &path, &TEN);
    let told = ran.failed(4);
    assert!(
        told.contains("after 10 bytes, of which nothing is kept: "),
        "{told}"
    );

    let gate = Gate::new();
    stage.simulator.script(later, Fault::Hold(gate.clone()));
    let arguments = [&["api", &path, "-o", "got"], &TEN[..]].concat();
    let running = Running::begin(&stage, &arguments);
    gate.reached().await;
    running.interrupt();
    assert_eq!(running.end().failed(130), "");
    gate.open();
    assert_eq!(read(&stage, "got"), "before");
    assert_eq!(files(&stage), ["got"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_is_for_all_pieces() {
    let stage = connected().await;
    let path = content(&stage, "DEMO-1");
    let later = On::origin(Origin::Media).after(1);
    stage.simulator.script(later, Fault::Stall);
    let ran = download(
        &stage,
        &path,
        &[&TEN[..], &["--timeout", "1", "--no-retry"]].concat(),
    );
    assert!(ran.failed(6).contains("`--timeout SECONDS`"), "{ran:#?}");
    assert!(files(&stage).is_empty());
}
