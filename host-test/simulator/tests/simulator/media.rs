use crate::client::{App, Reply, try_send};
use serde_json::Value;
use std::time::Duration;

const CONTENT: &str = "wall,metres\nnorth,12.5\neast,7\n";

async fn attachment(app: &App) -> (String, String) {
    let issue = app.get("/rest/api/3/issue/DEMO-1").await.json();
    let id = issue["fields"]["attachment"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/rest/api/3/attachment/content/{id}");
    let reply = app.get(&path).await;
    assert_eq!(reply.status, 303);
    let location = reply.header("location");
    let target = location.strip_prefix(app.simulator.media_origin()).unwrap();
    (path, target.to_owned())
}

async fn download(app: &App, target: &str, headers: &[(&str, &str)]) -> Reply {
    let origin = app.simulator.media_origin();
    try_send(origin, "GET", target, headers, "").await.unwrap()
}

#[tokio::test]
async fn a_download_is_redirected_to_a_signed_url() {
    let app = App::ready().await;
    let (_, target) = attachment(&app).await;
    assert!(target.starts_with("/file/f17e0000-0000-4000-8000-000000000001/binary?token="));
    let file = download(&app, &target, &[]).await;
    assert_eq!((file.status, file.text().as_str()), (200, CONTENT));
    assert_eq!(file.header("content-type"), "text/csv");
}

#[tokio::test]
async fn media_refuses_what_is_not_signed_and_what_is_signed_no_more() {
    let app = App::ready().await;
    let (_, target) = attachment(&app).await;
    for wrong in [
        target.replace("token=", "token=A"),
        target.replace("&client=", "&other="),
        target.replace("000000000001/", "000000000002/"),
    ] {
        assert_eq!(download(&app, &wrong, &[]).await.status, 403);
    }
    app.simulator.advance(Duration::from_secs(600));
    assert_eq!(download(&app, &target, &[]).await.status, 403);
}

#[tokio::test]
async fn a_token_or_a_cookie_at_media_is_a_violation() {
    let app = App::ready().await;
    let (_, target) = attachment(&app).await;
    let bearer = format!("Bearer {}", app.access);
    for header in [("authorization", bearer.as_str()), ("cookie", "a=b")] {
        assert_eq!(download(&app, &target, &[header]).await.status, 403);
        let violation = app.simulator.requests().pop().unwrap().violation.unwrap();
        assert!(violation.ends_with("at the media origin"), "{violation}");
    }
}

#[tokio::test]
async fn both_ways_of_download_know_ranges() {
    let app = App::ready().await;
    let (path, target) = attachment(&app).await;
    for (range, status, body) in [
        ("bytes=0-3", 206, "wall"),
        ("bytes=24-", 206, "ast,7\n"),
        ("bytes=-2", 206, "7\n"),
        ("bytes=25-999", 206, "st,7\n"),
        ("bytes=30-", 416, ""),
        ("bytes=9-2", 200, CONTENT),
        ("lines=1-2", 200, CONTENT),
        ("bytes=0-1,3-4", 200, CONTENT),
    ] {
        let headers = [("range", range)];
        let there = download(&app, &target, &headers).await;
        let path = format!("{path}?redirect=false");
        let here = app.send("GET", &path, &headers, "").await;
        for reply in [there, here] {
            assert_eq!(
                (reply.status, reply.text().as_str()),
                (status, body),
                "{range}"
            );
        }
    }
    let reply = download(&app, &target, &[("range", "bytes=0-3")]).await;
    assert_eq!(reply.header("content-range"), "bytes 0-3/30");
}

#[tokio::test]
async fn a_range_of_what_is_another_content_now_is_all_of_it() {
    let app = App::ready().await;
    let (_, target) = attachment(&app).await;
    let tag = download(&app, &target, &[]).await.header("etag").to_owned();
    for (of, status) in [(tag.as_str(), 206), ("\"other\"", 200)] {
        let reply = download(&app, &target, &[("range", "bytes=0-3"), ("if-range", of)]).await;
        assert_eq!((reply.status, reply.header("etag")), (status, tag.as_str()));
    }
}

#[tokio::test]
async fn a_range_is_ignored_where_that_is_ordered() {
    let app = App::ready().await;
    let (_, target) = attachment(&app).await;
    let order = "GET /file ignore-range".parse().unwrap();
    app.simulator.order(order);
    for (status, body) in [(200, CONTENT), (206, "wall")] {
        let reply = download(&app, &target, &[("range", "bytes=0-3")]).await;
        assert_eq!((reply.status, reply.text().as_str()), (status, body));
    }
}

#[tokio::test]
async fn a_missing_attachment_is_not_found() {
    let app = App::ready().await;
    let reply = app.get("/rest/api/3/attachment/content/1").await;
    assert_eq!(reply.status, 404);
    assert!(reply.json()["errorMessages"][0].is_string());
}

const FORM: &str = "--xyz\r\n\
     Content-Disposition: form-data; name=\"file\"; filename=\"a b.bin\"\r\n\
     Content-Type: application/x-thing\r\n\r\none\r\ntwo\r\n\
     --xyz\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--xyz--\r\n";

const FORM_TYPE: (&str, &str) = ("content-type", "multipart/form-data; boundary=xyz");
const NO_CHECK: (&str, &str) = ("x-atlassian-token", "no-check");

#[tokio::test]
async fn a_file_can_be_uploaded_and_comes_back_as_it_was() {
    let app = App::ready().await;
    let path = "/rest/api/3/issue/DEMO-3/attachments";
    let reply = app.send("POST", path, &[FORM_TYPE, NO_CHECK], FORM).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let files = reply.json();
    assert_eq!(files.as_array().map(Vec::len), Some(1));
    assert_eq!(files[0]["filename"], "a b.bin");
    assert_eq!(files[0]["size"], 8);
    let content = files[0]["content"].as_str().unwrap();
    let content = content.strip_prefix(app.simulator.api_origin()).unwrap();
    let file = app.get(&format!("!{content}?redirect=false")).await;
    assert_eq!(file.text(), "one\r\ntwo");
    assert_eq!(file.header("content-type"), "application/x-thing");
    let issue: Value = app.get("/rest/api/3/issue/DEMO-3").await.json();
    assert_eq!(
        issue["fields"]["attachment"][0]["mimeType"],
        "application/x-thing"
    );
}

#[tokio::test]
async fn an_upload_without_its_header_its_form_or_its_file_is_refused() {
    let app = App::ready().await;
    let path = "/rest/api/3/issue/DEMO-3/attachments";
    let refused = app.send("POST", path, &[FORM_TYPE], FORM).await;
    assert_eq!(
        (refused.status, refused.text().as_str()),
        (403, "XSRF check failed")
    );
    let json = ("content-type", "application/json");
    let more = format!("{FORM}more");
    let other = FORM.replace("name=\"file\"", "name=\"files\"");
    let nameless = FORM.replace("; filename=\"a b.bin\"", "");
    for (status, headers, body) in [
        (415, [json, NO_CHECK], "{}"),
        (400, [FORM_TYPE, NO_CHECK], "no form"),
        (400, [FORM_TYPE, NO_CHECK], "--xyz\r\nfile"),
        (400, [FORM_TYPE, NO_CHECK], "--xyz--"),
        (
            400,
            [FORM_TYPE, NO_CHECK],
            FORM.trim_end_matches("--xyz--\r\n"),
        ),
        (400, [FORM_TYPE, NO_CHECK], &more),
        (400, [FORM_TYPE, NO_CHECK], &other),
        (400, [FORM_TYPE, NO_CHECK], &nameless),
    ] {
        let reply = app.send("POST", path, &headers, body.to_owned()).await;
        assert_eq!(reply.status, status, "{body}");
    }
    let path = "/rest/api/3/issue/DEMO-99/attachments";
    let reply = app.send("POST", path, &[FORM_TYPE, NO_CHECK], FORM).await;
    assert_eq!(reply.status, 404);
    let path = "/rest/api/3/issue/DEMO-3/attachments";
    let large = FORM.replace("one", &"1".repeat(20 * 1024 * 1024));
    let reply = app.send("POST", path, &[FORM_TYPE, NO_CHECK], large).await;
    assert_eq!(reply.status, 413);
}

#[tokio::test]
async fn a_name_may_have_a_semicolon_and_is_kept_as_it_was_written() {
    let app = App::ready().await;
    let path = "/rest/api/3/issue/DEMO-3/attachments";
    let form = FORM.replace("a b.bin", "a; name=x %22ü%22.bin");
    let reply = app.send("POST", path, &[FORM_TYPE, NO_CHECK], form).await;
    assert_eq!(reply.json()[0]["filename"], "a; name=x %22ü%22.bin");
}
