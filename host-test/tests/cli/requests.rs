use atlassian_simulator::{Fault, On};
use serde_json::Value;

use crate::consent::connect;
use crate::stage::Stage;

async fn connected() -> Stage {
    let stage = Stage::set().await;
    connect(&stage, &["demo", "--service-management"])
        .await
        .0
        .done();
    stage
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_on_standard_output_and_nothing_else_is() {
    let stage = connected().await;
    let ran = stage.run(&["api", "/issue/DEMO-1", "-q", "fields=summary"]);
    assert_eq!(json(ran.done())["key"], "DEMO-1");
    assert_eq!(ran.stderr, "");
    let desk = stage.run(&["servicedesk", "/request/SUP-1/status"]);
    assert!(json(desk.done())["values"].is_array(), "{desk:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn query_headers_and_cookies_are_sent_as_given() {
    let stage = connected().await;
    stage.run(&[
        "api",
        "/issue/DEMO-1?expand=names",
        "-q",
        "fields=summary",
        "-q",
        "fields=status",
        "-H",
        "Accept-Language: de",
        "--cookie",
        "a=1",
    ]);
    let requests = stage.simulator.requests();
    let last = requests.last().unwrap();
    assert!(
        last.target
            .ends_with("?expand=names&fields=summary&fields=status"),
        "{last:?}"
    );
    let has = |name: &str, value: &str| {
        last.headers
            .iter()
            .any(|(n, v)| n.eq_ignore_ascii_case(name) && v == value)
    };
    assert!(
        has("accept-language", "de") && has("cookie", "a=1"),
        "{last:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_comes_from_a_file_or_standard_input_and_means_post() {
    let stage = connected().await;
    let issue = r#"{"fields": {"project": {"key": "DEMO"}, "issuetype": {"name": "Task"},
                   "summary": "From the command line"}}"#;
    let file = stage.home.file("issue.json", issue);
    let created = json(stage.run(&["api", "/issue", "--input", &file]).done());
    let path = format!("/issue/{}", created["key"].as_str().unwrap());
    let read = json(stage.run(&["api", &path]).done());
    assert_eq!(read["fields"]["summary"], "From the command line");
    let piped = stage
        .home
        .run_with_input(&["api", "/issue", "--input", "-"], issue);
    assert!(json(piped.done())["key"].is_string(), "{piped:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_json_is_not_sent_unless_its_type_is_given() {
    let stage = connected().await;
    let before = stage.simulator.transcript().len();
    let ran = stage
        .home
        .run_with_input(&["api", "/issue", "--input", "-"], "{summary: 1}");
    assert!(
        ran.failed(2).contains("hint: to send something else"),
        "{ran:#?}"
    );
    stage
        .run(&["api", "/issue", "--input", "nowhere.json"])
        .failed(2);
    stage.home.file("marked.json", "\u{feff}{}");
    let marked = stage.run(&["api", "/issue", "--input", "marked.json"]);
    assert_eq!(
        marked.failed(2),
        "jira-host: the body, from `marked.json`, begins with a byte order mark, so it is not \
         JSON\nhint: save it as UTF-8 without a byte order mark (BOM)\n"
    );
    assert_eq!(stage.simulator.transcript().len(), before);
    let typed = [
        "api",
        "/issue",
        "-H",
        "Content-Type: text/plain",
        "--input",
        "-",
    ];
    stage.home.run_with_input(&typed, "{summary: 1}");
    assert_eq!(stage.simulator.transcript().len(), before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn status_and_headers_are_told_beside_the_answer() {
    let stage = connected().await;
    let ran = stage.run(&["api", "-i", "/myself"]);
    assert!(json(ran.done())["accountId"].is_string());
    assert!(ran.stderr.starts_with("HTTP 200\n"), "{ran:#?}");
    assert!(
        ran.stderr.contains("content-type: application/json"),
        "{ran:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_refreshed_unnoticed() {
    let stage = connected().await;
    stage.simulator.expire_access_tokens();
    let ran = stage.run(&["api", "/myself"]);
    ran.done();
    assert_eq!(ran.stderr, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_not_sent_again_where_that_is_not_wanted() {
    let stage = connected().await;
    let unavailable = Fault::Answer {
        status: 503,
        headers: Vec::new(),
        body: Vec::new(),
    };
    for not_again in ["--no-retry", "--retry=0", "--retry-only-undone"] {
        let on = On::method_path("GET", "/myself");
        stage.simulator.script(on, unavailable.clone());
        let before = stage.simulator.transcript().len();
        stage.run(&["api", "/myself", not_again]).failed(4);
        assert_eq!(
            stage.simulator.transcript().len(),
            before + 1,
            "{not_again}"
        );
    }
    stage.run(&["api", "/myself", "--retry", "5"]).failed(2);
    stage
        .run(&["api", "/myself", "--retry", "1", "--no-retry"])
        .failed(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_sent_again_as_often_as_is_wanted() {
    let stage = connected().await;
    let busy = || Fault::Answer {
        status: 429,
        headers: vec![("Retry-After".to_owned(), "0".to_owned())],
        body: Vec::new(),
    };
    let on = || On::method_path("POST", "/echo");
    stage.simulator.script(on(), busy());
    let before = stage.simulator.transcript().len();
    let once = [
        "api",
        "/echo",
        "-f",
        "a=1",
        "--retry",
        "1",
        "--retry-only-undone",
    ];
    stage.run(&once).done();
    assert_eq!(stage.simulator.transcript().len(), before + 2);
    for _ in 0..2 {
        stage.simulator.script(on(), busy());
    }
    let ran = stage.run(&once);
    assert!(ran.failed(5).contains("(sent 2 times, with "), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_seen_enough_is_no_error_to_tell() {
    let stage = connected().await;
    let forms: [&[&str]; 3] = [&[], &["--pretty"], &["--jq", "repeat(.)"]];
    for form in forms {
        let long = format!("[{}1]", "1,".repeat(1 << 17));
        let myself = On::method_path("GET", "/myself");
        stage.simulator.script(myself, Fault::json(200, &long));
        let mut command = stage.home.command(&[&["api", "/myself"], form].concat());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), output.stderr.as_slice()),
            (Some(141), b"".as_slice())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_told_holds_a_secret() {
    let stage = Stage::set().await;
    let mut told = Vec::new();
    let (ran, page) = connect(&stage, &["demo", "--json"]).await;
    told.extend([ran.stdout, ran.stderr, page.body]);
    let mut secrets = stage.secrets().await;
    stage.simulator.expire_access_tokens();
    for arguments in [
        vec!["api", "-i", "/myself"],
        vec!["api", "-i", "/issue/NONE-1"],
        vec!["api", "-i", "/../auth"],
        vec![
            "api",
            "-i",
            "/project/search",
            "--stream",
            "--max-items",
            "1",
        ],
        vec!["api", "/myself", "--dry-run"],
        vec!["api", "/myself", "--dry-run", "--json"],
        vec!["api", "/myself", "--curl"],
        vec!["servicedesk", "/request/SUP-1"],
        vec!["status"],
        vec!["status", "demo"],
        vec!["status", "--json"],
        vec!["app", "show"],
        vec!["use", "demo"],
        vec!["store", "check"],
    ] {
        let ran = stage.run(&arguments);
        told.extend([ran.stdout, ran.stderr]);
    }
    secrets.extend(stage.secrets().await);
    stage.simulator.revoke_grants();
    stage.simulator.expire_access_tokens();
    let ran = stage.run(&["api", "/myself"]);
    told.push(ran.failed(3).to_owned());
    assert!(secrets.len() >= 5, "{}", secrets.len());
    for text in told {
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expression_of_jq_in_the_place_of_a_query_is_not_sent() {
    let stage = connected().await;
    let before = stage.simulator.transcript().len();
    for expression in [".values[] | select(.key==\"DEMO\")", ".key"] {
        let ran = stage.run(&["api", "/project/search", "-q", expression]);
        assert!(ran.failed(2).contains("goes with `--jq`"), "{ran:#?}");
    }
    assert_eq!(stage.simulator.transcript().len(), before);
}
