use crate::consent::connect;
use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_command_line_of_curl_has_the_request_and_a_place_for_the_token() {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    stage.home.file("it's.json", "{\"a\": 1}");
    stage.home.file("a \"b\".txt", "a");
    let curl = |arguments: &[&str], input: &str| {
        let arguments = [arguments, &["--curl"]].concat();
        let ran = stage.home.run_with_input(&arguments, input);
        let line = ran.done().strip_suffix('\n').unwrap().to_owned();
        assert!(
            line.contains("--header \"Authorization: Bearer $JIRA_TOKEN\""),
            "{line}"
        );
        (shlex::split(&line).unwrap(), ran.stderr)
    };
    let follows = |words: &[String], pair: [&str; 2]| words.windows(2).any(|it| it == pair);

    let (words, _) = curl(&["api", "/search/jql", "-q", "jql=a = 'b'"], "");
    let url = words.last().unwrap();
    assert!(
        url.ends_with("/rest/api/3/search/jql?jql=a%20%3D%20%27b%27"),
        "{url}"
    );
    assert!(!words.iter().any(|word| word == "--request"), "{words:?}");
    assert!(follows(&words, ["--header", "accept: application/json"]));
    let (words, _) = curl(&["api", "/myself", "-X", "HEAD"], "");
    assert!(words.iter().any(|word| word == "--head"), "{words:?}");
    let (words, _) = curl(&["api", "/echo", "-f", "a=it's $HOME"], "");
    assert!(follows(&words, ["--request", "POST"]), "{words:?}");
    assert!(
        follows(&words, ["--data-binary", "{\"a\":\"it's $HOME\"}"]),
        "{words:?}"
    );
    let (words, _) = curl(&["api", "/echo", "--input", "it's.json"], "");
    assert!(
        follows(&words, ["--data-binary", "@it's.json"]),
        "{words:?}"
    );
    let text = [
        "api",
        "/echo",
        "-H",
        "Content-Type: text/plain",
        "--input",
        "-",
    ];
    let (words, _) = curl(&text, "@home");
    assert!(follows(&words, ["--data-raw", "@home"]), "{words:?}");
    let (words, note) = curl(&text, "a\0b");
    assert!(follows(&words, ["--data-binary", "@-"]), "{words:?}");
    assert!(note.contains("the body, 3 bytes, does not fit"), "{note}");
    let (words, _) = curl(
        &[
            "api",
            "/issue/DEMO-1/attachments",
            "--upload",
            "a \"b\".txt",
        ],
        "",
    );
    let part = "file=@\"a \\\"b\\\".txt\";type=text/plain;filename=\"a \\\"b\\\".txt\"";
    assert!(follows(&words, ["--form", part]), "{words:?}");
    assert!(
        !words.iter().any(|word| word.contains("boundary")),
        "{words:?}"
    );
    let (words, _) = curl(&["api", "/myself", "-o", "a b", "--timeout", "7"], "");
    assert!(words.contains(&"--location".to_owned()), "{words:?}");
    assert!(follows(&words, ["--output", "a b"]), "{words:?}");
    assert!(follows(&words, ["--max-time", "7"]), "{words:?}");
    assert!(!stage.home.path().join("a b").exists());
    let (words, note) = curl(&["api", "/label", "--paginate", "--no-follow"], "");
    assert!(!words.contains(&"--location".to_owned()), "{words:?}");
    assert!(note.contains("the first page alone"), "{note}");
    let ran = stage.run(&["api", "/myself", "--curl", "--json"]);
    assert!(ran.json()["curl"].as_str().unwrap().starts_with("curl "));
}
