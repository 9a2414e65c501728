use atlassian_simulator::{Origin, Recorded};
use jira_host::types::{ErrorKind, Method, Request};
use url::Url;

use crate::stage::{DEMO, Stage};

/// What a path may climb by. Each stands for itself and, in every combination
/// below, in the middle and at the end of a path.
const CLIMBS: [&str; 36] = [
    "..",
    ".",
    "%2e%2e",
    "%2E.",
    ".%2e",
    "%252e%252e",
    "%25252e%25252e",
    "..;",
    "..;a=b",
    "%2e%2e;x",
    "..%2f",
    "..%2F..",
    "..%5c",
    "..\\",
    "\\..",
    "%5c..%5c",
    "..%252f..",
    "%2f..",
    "..%00",
    "..%0d%0a",
    "..#",
    "..?",
    "//",
    "/\\/",
    "%2f%2f",
    "@evil.example",
    ":80",
    "..%ff",
    "..%c0%af",
    "%c0%ae%c0%ae",
    "\u{ff0e}\u{ff0e}",
    "..\u{2215}..",
    "..%e2%88%95..",
    "..%09",
    "..\t",
    "..%20",
];

const STARTS: [&str; 8] = [
    "",
    "/",
    "/issue/",
    "/rest/",
    "/rest/api/3/",
    "/rest/api/2/echo/",
    "/rest/servicedeskapi/",
    "/jsm/",
];

const ENDS: [&str; 4] = [
    "",
    "/",
    "/ex/jira/other/rest/api/3/myself",
    "/../../../oauth/token",
];

const WHOLE: [&str; 24] = [
    "https://evil.example/",
    "http://127.0.0.1/",
    "//evil.example/",
    "///evil.example/",
    "\\\\evil.example\\",
    "/\\evil.example",
    "/%5cevil.example",
    "/%2fevil.example",
    "/%2f%2fevil.example",
    "@evil.example/",
    ":1/",
    "javascript:alert(1)",
    "/\r\nHost: evil.example",
    "/ HTTP/1.1\r\nX: y",
    "/a?b\r\nX: y",
    "/a%0aX: y",
    "/a?b#c",
    "/#/../..",
    "?/../..",
    "*",
    " /a",
    "/a b HTTP/1.1",
    "/echo/\u{0}",
    "/ex/jira/other/rest/api/3/myself",
];

fn hostile() -> Vec<String> {
    let mut paths: Vec<String> = WHOLE.map(str::to_owned).to_vec();
    for start in STARTS {
        for climb in CLIMBS {
            paths.extend(ENDS.map(|end| format!("{start}{climb}{end}")));
        }
    }
    paths
}

/// However often it is decoded, and whatever is taken for a slash or for the
/// end of a segment, it stays below the site.
fn stays_below(target: &str, site: &str) -> bool {
    let path = target.split('?').next().unwrap();
    let mut reading = path.as_bytes().to_vec();
    for _ in 0..8 {
        if !climbs_no_higher(&reading, site) {
            return false;
        }
        reading = decoded_once(&reading);
    }
    let url = Url::parse("https://api.example")
        .unwrap()
        .join(target)
        .unwrap();
    url.host_str() == Some("api.example") && url.path().starts_with(site)
}

fn climbs_no_higher(path: &[u8], site: &str) -> bool {
    let text = String::from_utf8_lossy(path).replace('\\', "/");
    let mut place: Vec<&str> = Vec::new();
    for segment in text.split('/') {
        match segment
            .split(';')
            .next()
            .unwrap()
            .trim_matches(char::is_whitespace)
        {
            "" | "." => {}
            ".." if place.pop().is_none() => return false,
            ".." => {}
            name => place.push(name),
        }
    }
    format!("/{}/", place.join("/")).starts_with(site)
}

/// One level of percent-encoding undone.
fn decoded_once(bytes: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut decoded = Vec::new();
    let mut rest = bytes;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => digit(*high).zip(digit(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                decoded.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            None => decoded.push(first),
        }
    }
    decoded
}

#[test]
fn the_judge_of_paths_knows_what_climbs() {
    let site = "/ex/jira/one/";
    for inside in [
        "/ex/jira/one/rest",
        "/ex/jira/one/a%2Fb",
        "/ex/jira/one/a..b?/../..",
        "/ex/jira/one/a/..;/b",
    ] {
        assert!(stays_below(inside, site), "{inside}");
    }
    for outside in [
        "/ex/jira/two/rest",
        "/ex/jira/one/../two/",
        "/ex/jira/one/..%2ftwo/",
        "/ex/jira/one/a/%252e%252e/..;/",
        "/ex/jira/one/..\\",
        "/oauth/token",
    ] {
        assert!(!stays_below(outside, site), "{outside}");
    }
}

#[track_caller]
fn assert_inside(sent: &Recorded, site: &str, path: &str) {
    assert_eq!(sent.origin, Origin::Api, "{path:?}");
    assert!(
        stays_below(&sent.target, site),
        "{path:?} became {}",
        sent.target
    );
    assert_eq!(sent.violation, None, "{path:?}");
}

#[tokio::test]
async fn a_hostile_path_is_refused_or_stays_below_the_site() {
    let stage = Stage::connected().await;
    let site = stage.target("/");
    let (mut refused, mut sent) = (0, 0);
    for path in hostile() {
        for is_desk in [false, true] {
            let before = stage.simulator.requests().len();
            let request = Request::get(DEMO, path.as_str());
            let outcome = if is_desk {
                stage.desk(&request).await
            } else {
                stage.api(&request).await
            };
            let requests = stage.simulator.requests();
            let is_refused = matches!(
                &outcome,
                Err(error) if error.kind == ErrorKind::InvalidRequest("url-path".to_owned())
            );
            if is_refused {
                assert_eq!(requests.len(), before, "{path:?}");
                refused += 1;
            } else {
                assert_eq!(requests.len(), before + 1, "{path:?} {outcome:?}");
                assert_inside(&requests[before], &site, &path);
                sent += 1;
            }
        }
    }
    assert!(
        refused > 1_500 && sent > 100,
        "{refused} were refused, {sent} were sent"
    );
}

#[tokio::test]
async fn a_hostile_query_stays_a_query() {
    let stage = Stage::connected().await;
    let (site, hostile) = (
        stage.target("/rest/api/3/echo/a?"),
        [
            "/../..",
            "a&b=c",
            "#x",
            " HTTP/1.1\r\nX: y",
            "%2e%2e",
            "\u{0}",
            "//evil.example",
            "+",
        ],
    );
    for text in hostile {
        let request = Request::new(Method::Get, DEMO, "/echo/a").with_query(text, text);
        stage.api(&request).await.unwrap();
        let target = stage.last_request().target;
        assert!(target.starts_with(&site), "{target}");
        let url = Url::parse("https://api.example")
            .unwrap()
            .join(&target)
            .unwrap();
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        assert_eq!(pairs, [(text.to_owned(), text.to_owned())]);
    }
}
