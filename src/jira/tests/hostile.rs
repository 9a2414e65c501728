use core::fmt::Write;

use proptest::{prelude::*, sample::select, test_runner::Config};

use super::fake::{APP, site};
use crate::jira::{
    app::App,
    fields,
    http::Method,
    path::Api,
    request::{CheckedRequest, tests::request},
};

const PIECES: &[&str] = &[
    "/",
    "/",
    "//",
    "\\",
    "..",
    ".",
    "...",
    "%2e",
    "%2E",
    "%252e",
    "%25%32%65",
    "%2f",
    "%2F",
    "%252f",
    "%5c",
    "%255c",
    ";",
    ";a=b",
    "?",
    "&",
    "=",
    "#",
    "%23",
    "%3f",
    "@",
    ":",
    "%",
    "%%",
    "%zz",
    "%0",
    "%00",
    "%0d%0a",
    "\r\n",
    "\n",
    "\t",
    "\0",
    " ",
    "+",
    "%20",
    "%c0%ae",
    "%e0%80%ae",
    "%u002e",
    "\u{ff0e}",
    "\u{2024}",
    "\u{ff0f}",
    "ü",
    "http://",
    "https:",
    "evil.example",
    "user@evil.example",
    "//evil.example",
    "ex",
    "jira",
    "other",
    "rest",
    "api",
    "3",
    "servicedeskapi",
    "REST",
    "jsm",
    "issue",
    "DEMO-1",
    "*",
    "[",
    "]",
    "{",
    "}",
    "|",
    "^",
    "`",
    "\"",
    "<",
    ">",
    "'",
    "~",
    "$",
    ",",
    "!",
];

fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![4 => select(PIECES).prop_map(String::from), 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// All that a chain of servers could make of a path: decoded any number of
/// times, backslashes taken for slashes, parameters stripped, dots resolved.
fn readings(path: &str) -> Vec<Vec<u8>> {
    let mut levels = vec![path.as_bytes().to_vec()];
    for _ in 0..8 {
        let last = levels.last().unwrap();
        let next: Vec<u8> = percent_encoding::percent_decode(last).collect();
        if next == *last {
            break;
        }
        levels.push(next);
    }
    levels
}

/// How far below its beginning a path stays at the least, dots resolved.
fn lowest_depth(path: &[u8]) -> i32 {
    let mut depth = 0;
    let mut lowest = i32::MAX;
    for segment in path.split(|byte| matches!(byte, b'/' | b'\\')) {
        let name = segment.split(|&byte| byte == b';').next().unwrap();
        match name {
            b"" | b"." => {}
            b".." => depth -= 1,
            _ => depth += 1,
        }
        if name == b".." {
            lowest = lowest.min(depth);
        }
    }
    lowest.min(depth)
}

proptest! {
    #![proptest_config(Config { cases: 40_000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_path_leads_out_of_the_site(start in select(&["/", "", "/rest/", "/jsm/", "/issue/"][..]), text in hostile_text()) {
        let url_path = format!("{start}{text}");
        let api_origin = App::parse(APP.as_bytes()).unwrap().api_origin;
        for api in [Api::Platform, Api::ServiceDesk] {
            let Ok(checked) = CheckedRequest::check(api, request(Method::Get, &url_path)) else { continue };
            let url = checked.to_http(&site("acme"), &api_origin).url;
            prop_assert_eq!(url.origin().ascii_serialization(), "https://api.atlassian.com");
            prop_assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
            let below = url.path().strip_prefix("/ex/jira/acme");
            prop_assert!(below.is_some_and(|path| path.starts_with("/rest/") || path.starts_with("/jsm")), "{}", url);
            for reading in readings(url.path()) {
                prop_assert!(lowest_depth(&reading) >= 4, "{} as {:?}", url, String::from_utf8_lossy(&reading));
                prop_assert!(!reading.iter().any(u8::is_ascii_control), "{}", url);
            }
            prop_assert!(url.as_str().bytes().all(|byte| byte.is_ascii_graphic()), "{}", url);
        }
    }

    #[test]
    fn no_header_or_cookie_says_what_only_the_connection_may(
        pairs in prop::collection::vec((hostile_name(), hostile_text()), 0..4),
        cookies in prop::collection::vec((hostile_name(), hostile_text()), 0..4),
    ) {
        let Ok(headers) = fields::check(&pairs, &cookies) else { return Ok(()) };
        let mut wire = String::new();
        for (name, value) in headers.iter() {
            write!(wire, "{name}: {value}\r\n").unwrap();
        }
        let lines: Vec<_> = wire.split_terminator("\r\n").collect();
        prop_assert_eq!(lines.len(), headers.iter().count(), "a line was smuggled into {:?}", wire);
        for line in lines {
            prop_assert!(line.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')), "{line:?}");
            let name = line.split(':').next().unwrap().trim();
            prop_assert!(!["authorization", "host", "content-length", "transfer-encoding", "connection"].contains(&name));
        }
        let cookie_lines = headers.iter().filter(|(name, _)| *name == "cookie").count();
        prop_assert_eq!(cookie_lines, usize::from(!cookies.is_empty()));
    }
}

fn hostile_name() -> impl Strategy<Value = String> {
    let known = select(
        &[
            "authorization",
            "Authorization ",
            "HOST",
            "content-length",
            "cookie",
            "Cookie\t",
            "x-a",
            "x:a",
            "x a",
            "transfer-encoding",
            "accept",
            "connection",
            "x\r\nhost",
            "",
            "ü",
        ][..],
    );
    prop_oneof![3 => known.prop_map(String::from), 1 => hostile_text()]
}
