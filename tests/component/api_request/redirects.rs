use atlassian_simulator::{Fault, Origin, Settings};
use jira_host::types::{Action, Authorize, Error, ErrorKind, Limit, Method, RedirectMode, Request};

use crate::people::connected;
use crate::stage::{DEMO, Stage, assert_answered, error, json};

const CONTENT: &[u8] = b"wall,metres\nnorth,12.5\neast,7\n";

async fn attachment(stage: &Stage) -> String {
    let issue = Request::get(DEMO, "/issue/DEMO-1").with_query("fields", "attachment");
    let issue = json(&stage.api(&issue).await.unwrap().body);
    let id = issue["fields"]["attachment"][0]["id"].as_str().unwrap();
    format!("/attachment/content/{id}")
}

fn redirect(status: u16, location: &str) -> Fault {
    Fault::status(status, &[("location", location), ("atl-traceid", "trace")])
}

/// An answer that cannot be followed.
fn unfollowed(status: u16, why: &str) -> Error {
    let kind = ErrorKind::UnexpectedResponse("location".to_owned());
    let message = format!("Jira answered {status}, which cannot be followed: {why}");
    Error {
        attempts: 1,
        ..error(kind, Action::Report, &message)
    }
}

#[tokio::test]
async fn an_attachment_is_fetched_from_the_media_store_without_any_credential() {
    let stage = Stage::connected().await;
    let path = attachment(&stage).await;
    let request = Request::get(DEMO, path)
        .with_header("X-Own", "mine")
        .with_header("Accept", "text/csv")
        .with_header("Range", "bytes=0-3")
        .with_cookie("mine", "1");
    let response = stage.api(&request).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (206, &CONTENT[..4]));
    assert_eq!(response.attempts, 1);

    let download = stage.last_request();
    assert_eq!(
        (download.origin, download.method.as_str()),
        (Origin::Media, "GET")
    );
    let mut names: Vec<&str> = download
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    let sent = ["accept", "accept-encoding", "host", "range", "user-agent"];
    assert_eq!(names, sent);
}

#[tokio::test]
async fn an_attachment_arrives_byte_for_byte_by_both_ways() {
    let stage = Stage::connected().await;
    let path = attachment(&stage).await;
    let response = stage.api(&Request::get(DEMO, path.clone())).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (200, CONTENT));
    let direct = Request::get(DEMO, path).with_query("redirect", "false");
    let response = stage.api(&direct).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (200, CONTENT));
    assert_eq!(stage.last_request().origin, Origin::Api);
}

#[tokio::test]
async fn a_redirect_is_answered_where_it_shall_not_be_followed() {
    let stage = Stage::connected().await;
    let path = attachment(&stage).await;
    let request = Request::get(DEMO, path).with_redirect(RedirectMode::Manual);
    let response = stage.api(&request).await.unwrap();
    assert_eq!(response.status, 303);
    let location = response.headers.iter().find(|(name, _)| name == "location");
    assert!(
        location
            .unwrap()
            .1
            .starts_with(stage.simulator.media_origin())
    );
    for status in [300, 301, 302, 304, 305, 307, 308] {
        let request = Request::get(DEMO, format!("/status/{status}"));
        let response = stage
            .api(&request.with_redirect(RedirectMode::Manual))
            .await;
        assert_eq!(response.unwrap().status, status);
    }
}

#[tokio::test]
async fn a_link_to_the_site_is_followed_through_the_gateway() {
    let stage = Stage::connected().await;
    let mark = stage.mark();
    let request = Request::post(DEMO, "/project/SUP/delete");
    let response = stage.api(&request).await.unwrap();
    assert_eq!(json(&response.body)["description"], "Delete project SUP");
    assert_eq!(
        stage.sent_since(mark),
        [
            "api POST {site}/rest/api/3/project/SUP/delete access#1 -> 303",
            "api GET {site}/rest/api/3/task/1 access#1 -> 200",
        ]
    );
}

#[tokio::test]
async fn five_redirects_are_followed_and_a_sixth_is_refused() {
    let stage = Stage::connected().await;
    let response = stage.api(&Request::get(DEMO, "/redirect/5")).await.unwrap();
    assert_eq!(json(&response.body)["arrived"], true);
    assert_eq!(response.attempts, 1);
    for (method, may_have_been_done, action) in [
        (Method::Get, false, Action::FixRequest),
        (Method::Delete, true, Action::Report),
    ] {
        let mark = stage.mark();
        let limit = Limit {
            name: "redirects".to_owned(),
            value: 5,
        };
        let message = "the answer was still a redirect after 5 of them";
        let expected = Error {
            attempts: 1,
            may_have_been_done,
            ..error(ErrorKind::LimitExceeded(limit), action, message)
        };
        let request = Request::new(method, DEMO, "/redirect/6");
        assert_eq!(stage.api(&request).await.unwrap_err(), expected);
        assert_eq!(stage.sent_since(mark).len(), 6);
    }
}

#[tokio::test]
async fn the_status_decides_with_which_method_it_goes_on() {
    let stage = Stage::connected().await;
    for (method, status, expected) in [
        (Method::Post, 301, "GET"),
        (Method::Post, 302, "GET"),
        (Method::Post, 303, "GET"),
        (Method::Delete, 303, "GET"),
        (Method::Put, 302, "PUT"),
        (Method::Post, 307, "POST"),
        (Method::Post, 308, "POST"),
        (Method::Head, 303, "HEAD"),
    ] {
        let mut request =
            Request::new(method, DEMO, "/redirect/1").with_query("status", status.to_string());
        if method != Method::Head {
            request = request.with_body("twice");
        }
        stage.api(&request).await.unwrap();
        let last = stage.last_request();
        assert_eq!(last.method, expected, "{method:?} {status}");
        let is_repeated = !matches!(expected, "GET" | "HEAD");
        assert_eq!(last.body, if is_repeated { &b"twice"[..] } else { b"" });
        assert_eq!(last.header("content-type").is_some(), is_repeated);
        assert_eq!(last.header("authorization"), Some("Bearer access#1"));
    }
}

#[tokio::test]
async fn a_redirect_that_leads_nowhere_is_refused_without_its_link() {
    let stage = Stage::connected().await;
    let insecure = "its Location is not https, or has user information";
    let media = stage
        .simulator
        .media_origin()
        .replace("http://", "http://user:hush@");
    for (location, why) in [
        ("http://files.example/?token=hush", insecure),
        ("ftp://files.example/?token=hush", insecure),
        (media.as_str(), insecure),
        ("https://user:hush@files.example/", insecure),
        ("http://[hush", "its Location is not a URL"),
    ] {
        stage.script("GET", "/myself", redirect(302, location));
        let error = stage.api(&Request::get(DEMO, "/myself")).await.unwrap_err();
        assert!(!format!("{error:?}").contains("hush"), "{error:?}");
        assert_answered(error, &unfollowed(302, why));
    }
    let nowhere = Fault::status(302, &[("atl-traceid", "trace")]);
    stage.script("GET", "/myself", nowhere);
    let error = stage.api(&Request::get(DEMO, "/myself")).await.unwrap_err();
    assert_answered(error, &unfollowed(302, "it has no Location"));
}

#[tokio::test]
async fn a_change_is_not_repeated_on_another_origin() {
    let stage = Stage::connected().await;
    let location = format!("{}/file/hush", stage.simulator.media_origin());
    let mark = stage.mark();
    stage.script("POST", "/issue", redirect(307, &location));
    let request = Request::post(DEMO, "/issue").with_json_object("{}");
    let error = stage.api(&request).await.unwrap_err();
    let why = "it would take a body, or a change, to another origin";
    let expected = Error {
        may_have_been_done: true,
        ..unfollowed(307, why)
    };
    assert_answered(error, &expected);
    assert_eq!(stage.sent_since(mark).len(), 1);
}

#[tokio::test]
async fn a_link_to_another_site_is_not_followed() {
    let stage = Stage::set(Settings::two_sites()).await;
    stage
        .consent(Authorize::new(DEMO), crate::people::allow())
        .await
        .unwrap();
    connected(
        stage
            .choose(DEMO, Some("https://example.atlassian.net"))
            .await,
    );
    let other = &stage.simulator.settings().sites[1].cloud_id;
    let location = format!("/ex/jira/{other}/rest/api/3/myself");
    stage.script("GET", "/myself", redirect(302, &location));
    let mark = stage.mark();
    let error = stage.api(&Request::get(DEMO, "/myself")).await.unwrap_err();
    let why = "it leads to the gateway, but not to this site";
    assert_answered(error, &unfollowed(302, why));
    assert_eq!(stage.sent_since(mark).len(), 1);
}

#[tokio::test]
async fn a_refusal_by_another_origin_says_nothing_of_the_grant() {
    let stage = Stage::connected().await;
    let path = attachment(&stage).await;
    let mark = stage.mark();
    stage.script("GET", "/binary", Fault::status(401, &[]));
    let error = stage.api(&Request::get(DEMO, path)).await.unwrap_err();
    assert!(
        matches!(&error.kind, ErrorKind::Api(api) if api.status == 401),
        "{error:?}"
    );
    assert_eq!(
        stage.sent_since(mark).len(),
        2,
        "no token is renewed for it"
    );
}

#[tokio::test]
async fn what_was_done_before_a_redirect_is_not_denied_by_what_came_after() {
    for status in [404, 429, 503] {
        let stage = Stage::connected().await;
        stage.script("GET", "/task/1", Fault::status(status, &[]));
        let delete = Request::post(DEMO, "/project/SUP/delete").without_retries();
        let error = stage.api(&delete).await.unwrap_err();
        assert!(error.may_have_been_done, "{error:?}");
        assert_ne!(error.action, Action::Retry, "{error:?}");
        assert!(!error.message.contains("nothing was done"), "{error:?}");
    }
}

#[tokio::test]
async fn a_signed_url_is_in_no_error() {
    let stage = Stage::connected().await;
    let path = attachment(&stage).await;
    let manual = Request::get(DEMO, path.clone()).with_redirect(RedirectMode::Manual);
    let response = stage.api(&manual).await.unwrap();
    let location = response
        .headers
        .into_iter()
        .find(|(name, _)| name == "location")
        .unwrap()
        .1;
    let token = location
        .split("token=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    assert_eq!(token.len(), 300);
    for fault in [
        Fault::CutBeforeAnswer,
        Fault::CutInBody,
        Fault::status(403, &[]),
        Fault::status(302, &[("location", &location)]),
        Fault::Raw(b"nonsense\r\n\r\n".to_vec()),
    ] {
        stage.script("GET", &path, redirect(302, &location));
        stage.script("GET", "/binary", fault);
        let request = Request::get(DEMO, path.as_str())
            .with_max_response_bytes(29)
            .without_retries();
        let error = stage.api(&request).await.unwrap_err();
        assert!(!format!("{error:?} {error}").contains(token), "{error}");
        assert!(!format!("{error:?} {error}").contains("/binary"), "{error}");
    }
}
