use proptest::{prelude::*, sample::select};

use super::{
    checks::{headers, paths},
    trial::holds_in,
};

const CASES: u32 = 40_000;

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

#[test]
fn no_path_leads_out_of_the_site() {
    let start = select(&["/", "", "/rest/", "/jsm/", "/issue/"][..]);
    let params = prop::collection::vec((hostile_text(), hostile_text()), 0..2);
    holds_in(
        CASES,
        (start, hostile_text(), params),
        |(start, text, params)| {
            paths::no_path_leads_out_of_the_site(&format!("{start}{text}"), &params);
            Ok(())
        },
    );
}

#[test]
fn no_header_or_cookie_says_what_only_the_connection_may() {
    let pairs = || prop::collection::vec((hostile_name(), hostile_text()), 0..4);
    holds_in(CASES, (pairs(), pairs()), |(pairs, cookies)| {
        headers::no_header_or_cookie_says_what_only_the_connection_may(&pairs, &cookies);
        Ok(())
    });
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
