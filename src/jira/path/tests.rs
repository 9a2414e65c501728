use super::*;

#[track_caller]
fn assert_path(api: Api, given: &str, expected: &str) {
    assert_eq!(Target::parse(api, given, &[]).unwrap().path, expected);
}

#[track_caller]
fn assert_refused(api: Api, given: &str, expected: &str) {
    let error = Target::parse(api, given, &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("url-path: {expected}"),
        "{given}"
    );
}

#[test]
fn paths_are_relative_to_their_api_or_taken_whole() {
    for (given, expected) in [
        ("/issue/DEMO-1", "/rest/api/3/issue/DEMO-1"),
        ("/rest/api/2/issue/DEMO-1", "/rest/api/2/issue/DEMO-1"),
        ("/rest/agile/1.0/board", "/rest/agile/1.0/board"),
        ("/restaurant", "/rest/api/3/restaurant"),
        ("/REST/api/2/x", "/rest/api/3/REST/api/2/x"),
        ("/jsmx", "/rest/api/3/jsmx"),
        ("/", "/rest/api/3/"),
    ] {
        assert_path(Api::Platform, given, expected);
    }
    for (given, expected) in [
        (
            "/request/SUP-1/status",
            "/rest/servicedeskapi/request/SUP-1/status",
        ),
        (
            "/rest/servicedeskapi/request",
            "/rest/servicedeskapi/request",
        ),
        ("/rest/servicedeskapi", "/rest/servicedeskapi"),
        ("/jsm/ops/api/v1/alerts", "/jsm/ops/api/v1/alerts"),
        (
            "/servicedesk/projectKey:ABC",
            "/rest/servicedeskapi/servicedesk/projectKey:ABC",
        ),
    ] {
        assert_path(Api::ServiceDesk, given, expected);
    }
}

#[test]
fn each_export_names_the_right_one_for_the_prefix_of_the_other_however_disguised() {
    let service_desk = "it belongs to Jira Service Management; call servicedesk-request";
    for path in [
        "/rest/servicedeskapi/request",
        "/rest/servicedeskapi",
        "/REST/ServiceDeskAPI/x",
        "/rest/%73ervicedeskapi/x",
        "/rest/%2573ervicedeskapi/x",
        "/rest/servicedeskapi;v=1/x",
        "/rest%2Fservicedeskapi/x",
        "/rest/;/servicedeskapi/x",
        "/rest/%2fservicedeskapi/x",
        "/jsm/assets/workspace/1/v1",
        "/jsm",
    ] {
        assert_refused(Api::Platform, path, service_desk);
    }
    for path in [
        "/rest/api/3/issue/DEMO-1",
        "/rest/agile/1.0/board",
        "/%72est/api/2/x",
    ] {
        assert_refused(
            Api::ServiceDesk,
            path,
            "it belongs to the Jira platform; call api-request",
        );
    }
}

#[test]
fn what_jira_needs_keeps_working() {
    for (given, expected) in [
        ("/user/712020:7bf3", "/rest/api/3/user/712020:7bf3"),
        ("/project/a%20b", "/rest/api/3/project/a%20b"),
        ("/project/a b", "/rest/api/3/project/a%20b"),
        (
            "/issue/DEMO-1/properties/a%2Fb",
            "/rest/api/3/issue/DEMO-1/properties/a%2Fb",
        ),
        ("/x/100%25", "/rest/api/3/x/100%25"),
        ("/x/...", "/rest/api/3/x/..."),
        ("/x/a..b", "/rest/api/3/x/a..b"),
        ("/x/.hidden", "/rest/api/3/x/.hidden"),
        ("/x/m\u{fc}ller", "/rest/api/3/x/m%C3%BCller"),
        ("/x/~!$&'()*+,;=:@", "/rest/api/3/x/~!$&'()*+,;=:@"),
        ("/x/[0]|{y}", "/rest/api/3/x/%5B0%5D%7C%7By%7D"),
    ] {
        assert_path(Api::Platform, given, expected);
    }
}

#[test]
fn dot_segments_are_refused_in_every_disguise() {
    for path in [
        "/..",
        "/.",
        "/a/../b",
        "/a/..",
        "/%2e%2e/a",
        "/.%2E/a",
        "/%2e",
        "/a/%252e%252e/b",
        "/a/%25252e./b",
        "/..;/a",
        "/..;x=y/a",
        "/%2e%2e;x/a",
        "/a%2f..%2fb",
        "/..%2f",
        "/%2f../",
        "/a%252f..%252fb",
    ] {
        assert_refused(Api::Platform, path, "it has a dot segment ('.' or '..')");
    }
}

#[test]
fn whatever_else_could_reach_another_place_is_refused_with_the_reason() {
    let no_start = "it must begin with '/', such as /issue/DEMO-1, and has no scheme and no host";
    for (path, why) in [
        ("", no_start),
        ("issue/DEMO-1", no_start),
        ("https://evil.example/", no_start),
        ("@evil.example/", no_start),
        ("?a=b", no_start),
        ("//evil.example/", "it has an empty segment ('//')"),
        ("/a//b", "it has an empty segment ('//')"),
        ("/\\evil.example", "it has a backslash"),
        ("/a/%5c..%5cb", "it has an encoded backslash"),
        (
            "/a#b",
            "it has a fragment ('#'); write %23 for the character",
        ),
        (
            "/a?b#c",
            "it has a fragment ('#'); write %23 for the character",
        ),
        ("/a\nb", "it has a control character"),
        ("/a%0d%0ab", "it has an encoded control character"),
        ("/a%2500", "it has an encoded control character"),
        ("/a?b\r\nc", "its query has a control character"),
        (
            "/a%",
            "it has a '%' without two hexadecimal digits; write %25 for the character",
        ),
        (
            "/a%2",
            "it has a '%' without two hexadecimal digits; write %25 for the character",
        ),
        (
            "/a%zz",
            "it has a '%' without two hexadecimal digits; write %25 for the character",
        ),
        (
            "/a?q=50%",
            "in its query, it has a '%' without two hexadecimal digits; write %25 for the character",
        ),
        (
            "/%2525252525",
            "a segment is percent-encoded more than 3 times",
        ),
    ] {
        assert_refused(Api::Platform, path, why);
    }
    assert_refused(
        Api::Platform,
        &format!("/{}", "a".repeat(MAX_PATH_BYTES)),
        "it is longer than 32768 bytes",
    );
}
