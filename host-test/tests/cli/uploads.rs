use std::fs::{self, File};

use atlassian_simulator::Recorded;

use crate::consent::connect;
use crate::stage::Stage;

async fn connected() -> Stage {
    let stage = Stage::set().await;
    let (ran, _) = connect(&stage, &["demo", "--service-management"]).await;
    ran.done();
    stage
}

fn header(request: &Recorded, name: &str) -> Vec<String> {
    let headers = request.headers.iter();
    let named = headers.filter(|(it, _)| it.eq_ignore_ascii_case(name));
    named.map(|(_, value)| value.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_attached_and_come_back_as_they_were() {
    let stage = connected().await;
    let bytes: Vec<u8> = (0..=255).cycle().take(3_000).collect();
    let name = "größe \"x\"; y=1\n.png";
    fs::write(stage.home.path().join(name), &bytes).unwrap();
    stage.home.file("empty", "");
    let path = "/issue/DEMO-3/attachments";
    let ran = stage.run(&["api", path, "--upload", name, "--upload", "empty"]);
    let files = ran.json();
    assert_eq!(files.as_array().unwrap().len(), 2);
    assert_eq!(files[0]["filename"], "größe %22x%22; y=1%0A.png");
    assert_eq!(files[0]["mimeType"], "image/png");
    assert_eq!(files[0]["size"], 3_000);
    assert_eq!(files[1]["filename"], "empty");
    assert_eq!(files[1]["mimeType"], "application/octet-stream");
    let content = format!("/attachment/content/{}", files[0]["id"].as_str().unwrap());
    let back = stage
        .home
        .command(&["api", &content, "-q", "redirect=false"]);
    assert_eq!({ back }.output().unwrap().stdout, bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_a_post_with_the_header_that_jira_wants() {
    let stage = connected().await;
    stage.home.file("a.txt", "a");
    let upload = ["--upload", "a.txt"];
    stage.run(&[&["api", "/echo"], &upload[..]].concat()).done();
    let sent = stage.simulator.requests().pop().unwrap();
    assert_eq!(sent.method, "POST");
    assert_eq!(header(&sent, "x-atlassian-token"), ["no-check"]);
    assert!(header(&sent, "content-type")[0].starts_with("multipart/form-data; boundary="));
    let own = [
        "api",
        "/echo",
        "-X",
        "PUT",
        "-H",
        "x-atlassian-token: nocheck",
    ];
    stage.run(&[&own[..], &upload].concat()).done();
    let sent = stage.simulator.requests().pop().unwrap();
    assert_eq!(sent.method, "PUT");
    assert_eq!(header(&sent, "x-atlassian-token"), ["nocheck"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_handed_in_to_a_service_desk_and_attached_to_a_request() {
    let stage = connected().await;
    stage.home.file("a.txt", "a");
    let desk = "/servicedesk/15/attachTemporaryFile";
    let refused = stage.run(&["servicedesk", desk, "--upload", "a.txt"]);
    assert_eq!(refused.code, Some(4), "{refused:#?}");
    let hint = "hint: if the operation is experimental, opt in with `--experimental`\n";
    assert!(refused.stderr.ends_with(hint), "{refused:#?}");
    let ran = stage.run(&["servicedesk", desk, "--experimental", "--upload", "a.txt"]);
    let taken = ran.json();
    let id = taken["temporaryAttachments"][0]["temporaryAttachmentId"].as_str();
    let field = format!("temporaryAttachmentIds[]={}", id.unwrap());
    let request = "/request/SUP-1/attachment";
    stage
        .run(&["servicedesk", request, "-f", &field, "-F", "public=true"])
        .done();
    let listed = stage.run(&["servicedesk", request]).json();
    assert_eq!(listed["values"][0]["filename"], "a.txt");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_too_long_for_the_site_is_answered_by_it() {
    let stage = connected().await;
    let long = File::create(stage.home.path().join("long.bin")).unwrap();
    long.set_len(80 << 20).unwrap();
    let path = "/issue/DEMO-3/attachments";
    let ran = stage.run(&["api", path, "--upload", "long.bin"]);
    assert_eq!(ran.code, Some(4), "{ran:#?}");
    assert!(ran.stdout.contains("too large"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_cannot_be_is_refused_before_anything_is_sent() {
    let stage = connected().await;
    stage.home.file("a.json", "{}");
    // It takes no room on the disk.
    let huge = File::create(stage.home.path().join("huge.bin")).unwrap();
    huge.set_len(200 << 20).unwrap();
    let larger = File::create(stage.home.path().join("larger.bin")).unwrap();
    larger.set_len((256 << 20) + 1).unwrap();
    let before = stage.simulator.transcript().len();
    for (code, arguments, named) in [
        (
            2,
            vec!["--upload", "a.json", "--input", "a.json"],
            "--input <FILE>",
        ),
        (2, vec!["--upload", "a.json", "-f", "a=1"], "--raw-field"),
        (2, vec!["--upload", "a.json", "-F", "a=1"], "--field"),
        (2, vec!["--upload", "nowhere"], "cannot read `nowhere`"),
        (2, vec!["--upload", "."], "it is a directory"),
        (2, vec!["--upload", "a.json", "-X", "GET"], "takes no body"),
        (
            2,
            vec!["--upload", "a.json", "-H", "Content-Type: text/plain"],
            "leave out the header `Content-Type`",
        ),
        (8, vec!["--input", "larger.bin"], "268435456 at most"),
        (8, vec!["-F", "a=@larger.bin"], "268435456 at most"),
        (
            8,
            vec!["--upload", "huge.bin", "--upload", "huge.bin"],
            "268435456 at most; nothing was sent",
        ),
    ] {
        let ran = stage.run(&[vec!["api", "/echo"], arguments].concat());
        let told = ran.failed(code);
        assert!(told.contains(named), "{told}");
    }
    assert_eq!(stage.simulator.transcript().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_that_is_no_json_is_named() {
    let stage = connected().await;
    stage.home.file("empty.json", " \n");
    stage.home.file("cut.json", "{");
    for (input, told) in [
        ("empty.json", "`empty.json` is empty"),
        ("-", "standard input is empty"),
        ("cut.json", "the body, from `cut.json`, is not JSON: "),
    ] {
        let ran = stage.run(&["api", "/echo", "--input", input]);
        assert!(ran.failed(2).contains(told), "{ran:#?}");
    }
}
