use jira_host::secrets::{Expect, SecretStore};
use serde_json::{Value, json};

use crate::consent::connect;
use crate::stage::Stage;

async fn connected() -> Stage {
    let stage = Stage::set().await;
    let (ran, _) = connect(&stage, &["demo", "--service-management"]).await;
    ran.done();
    stage
}

/// Everything that is stored.
async fn stored(stage: &Stage) -> Vec<(String, Vec<u8>)> {
    let store = stage.open_store();
    let mut all = Vec::new();
    for key in store.list("", None).await.unwrap().keys {
        let entry = store.get(&key).await.unwrap().unwrap();
        all.push((key, entry.value));
    }
    all
}

/// Changes the pair of tokens, and answers its version.
async fn change_tokens(stage: &Stage, change: impl FnOnce(&mut Value)) -> String {
    let store = stage.open_store();
    let entry = store.get("tokens/demo").await.unwrap().unwrap();
    let mut tokens: Value = serde_json::from_slice(&entry.value).unwrap();
    change(&mut tokens["value"]);
    let value = tokens.to_string().into_bytes();
    store.put("tokens/demo", value, Expect::Any).await.unwrap();
    store
        .get("tokens/demo")
        .await
        .unwrap()
        .unwrap()
        .version
        .to_string()
}

fn expire(tokens: &mut Value) {
    let issued = tokens["refreshed_at"].as_u64().unwrap();
    tokens["refreshed_at"] = (issued - 7_200_000).into();
    tokens["expires_at"] = (issued - 3_600_000).into();
}

/// Headers that are shown, or that were sent, in an order of their own.
fn sorted(headers: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut sorted: Vec<_> = headers
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .filter(|(name, _)| !["host", "content-length", "authorization"].contains(&name.as_str()))
        .collect();
    sorted.sort();
    sorted
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_is_what_is_sent() {
    let stage = connected().await;
    stage.home.file("body.txt", "{\"a\": 1.10}\r\n");
    let text = "Content-Type: text/plain";
    for arguments in [
        vec![
            "api",
            "/issue/DEMO-1?expand=names",
            "-q",
            "jql=a b&c",
            "--cookie",
            "a=1",
        ],
        vec![
            "api", "/echo", "-X", "PUT", "-H", text, "--input", "body.txt",
        ],
        vec![
            "api", "/echo", "-f", "a[b]=ü", "-F", "c[]=1.10", "-H", "X-Own: x",
        ],
        vec!["api", "/echo", "-X", "HEAD"],
        vec!["api", "/project/search", "--stream", "--page-size", "2"],
        vec!["servicedesk", "/servicedesk/15/customer", "--experimental"],
    ] {
        let before = stage.simulator.transcript().len();
        let ran = stage.run(&[&arguments[..], &["--dry-run", "--json"]].concat());
        let shown = ran.json();
        assert_eq!(stage.simulator.transcript().len(), before, "{arguments:?}");
        stage.run(&arguments).done();
        let requests = stage.simulator.requests();
        let sent = &requests[before];
        assert_eq!(shown["method"], sent.method);
        let url = format!("{}{}", stage.simulator.api_origin(), sent.target);
        assert_eq!(shown["url"], url);
        let body = String::from_utf8(sent.body.to_vec()).unwrap();
        assert_eq!(shown["body"]["text"].as_str().unwrap_or_default(), body);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let headers = shown["headers"].as_array().unwrap().iter();
        let headers = headers.map(|header| (text(&header["name"]), text(&header["value"])));
        assert_eq!(sorted(headers), sorted(sent.headers.iter().cloned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_in_words_what_would_be_done_and_no_token() {
    let stage = connected().await;
    let before = (stage.simulator.transcript().len(), stored(&stage).await);
    let change = [
        "api",
        "/issue/DEMO-1",
        "-X",
        "PUT",
        "-F",
        "update[labels][][add]=a",
    ];
    let ran = stage.run(&[&change[..], &["--retry", "1", "--dry-run"]].concat());
    let told = ran.done();
    for part in [
        "Nothing was sent. This would be:",
        "/rest/api/3/issue/DEMO-1\n",
        "authorization: Bearer [not shown]\n",
        "content-type: application/json\n",
        "35 bytes:\n",
        "{\"update\":{\"labels\":[{\"add\":\"a\"}]}}\n",
        "connection  demo\n",
        "sent again  at most once, and only where it was surely not carried out;\n",
        "twice may do it twice (not-idempotent)\n",
    ] {
        assert!(told.contains(part), "{part:?} is missing:\n{told}");
    }
    assert_eq!(ran.stderr, "");
    let list = [
        "api",
        "/label",
        "--paginate",
        "--max-items",
        "7",
        "--no-retry",
    ];
    let ran = stage.run(&[&list[..], &["--dry-run"]].concat());
    let told = ran.done();
    for part in [
        "list        this and the pages after it, by `startAt` (start-at),\n",
        "at most 7 items\n",
        "body        none\n",
        "sent again  never; it only reads (safe)\n",
    ] {
        assert!(told.contains(part), "{part:?} is missing:\n{told}");
    }
    for secret in stage.secrets().await {
        assert!(!told.contains(&secret));
    }
    let after = (stage.simulator.transcript().len(), stored(&stage).await);
    assert!(before == after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_the_beginning_of_a_long_body_and_nothing_of_what_is_no_text() {
    let stage = connected().await;
    let dry_run = |input: &str| {
        let text = "Content-Type: text/plain";
        let arguments = ["api", "/echo", "-H", text, "--input", "-", "--dry-run"];
        stage.home.run_with_input(&arguments, input)
    };
    let told = dry_run("a\0b");
    assert!(
        told.done()
            .contains("body        3 bytes, which are not text\n"),
        "{told:#?}"
    );
    let long = "ü".repeat(40_000);
    let told = dry_run(&long);
    assert!(
        told.done().contains("80,000 bytes, which begin so:\n"),
        "{told:#?}"
    );
    assert_eq!(told.done().matches('ü').count(), 32 * 1024);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_when_it_would_be_sent_again() {
    let stage = connected().await;
    for (arguments, class, at_most, only_undone) in [
        (&[][..], "safe", 4, false),
        (&["--retry", "2", "--retry-only-undone"], "safe", 2, true),
        (&["--retry", "0"], "safe", 0, false),
        (&["--no-retry"], "safe", 0, false),
        (&["-f", "a=b"], "not-idempotent", 4, true),
        (&["-X", "PUT", "-f", "a=b"], "idempotent", 4, false),
        (&["-X", "PUT", "-f", "update=b"], "not-idempotent", 4, true),
        (&["-X", "DELETE"], "idempotent", 4, false),
    ] {
        let ran = stage.run(&[&["api", "/echo", "--dry-run", "--json"], arguments].concat());
        let expected = json!({"class": class, "at_most": at_most, "only_undone": only_undone});
        assert_eq!(ran.json()["sent_again"], expected, "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_how_a_list_would_be_paged() {
    let stage = connected().await;
    let paging = |arguments: &[&str]| {
        let ran = stage.run(&[arguments, &["--paginate", "--dry-run", "--json"]].concat());
        ran.json()["list"]["paging"].clone()
    };
    assert_eq!(paging(&["api", "/project/search"]), "start-at");
    assert_eq!(
        paging(&["api", "/search/jql", "-q", "jql=a"]),
        "next-page-token"
    );
    assert_eq!(
        paging(&["api", "/search/jql", "-f", "jql=a"]),
        "next-page-token"
    );
    assert_eq!(paging(&["servicedesk", "/request"]), "start-limit");
    assert_eq!(paging(&["api", "/issue", "-f", "a=b"]), Value::Null);

    let ran = stage.run(&["api", "/issue", "-f", "a=b", "--paginate", "--dry-run"]);
    let told = ran.done();
    assert!(
        told.contains("list        this page alone: it cannot be asked for another\n"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn how_the_list_is_paged_in_the_end_is_as_the_dry_run_told() {
    let stage = connected().await;
    for arguments in [
        &["api", "/project/search"][..],
        &["api", "/users/search"],
        &["api", "/search/jql", "-q", "jql=project=DEMO"],
        &["servicedesk", "/servicedesk/15/customer", "--experimental"],
    ] {
        let before = stage.simulator.transcript().len();
        let list = [arguments, &["--paginate", "--page-size", "1"]].concat();
        let ran = stage.run(&[&list[..], &["--dry-run"]].concat());
        let told = ran.done();
        stage.run(&list).done();
        let second = &stage.simulator.requests()[before + 1];
        let place = told
            .split("by `")
            .nth(1)
            .unwrap()
            .split('`')
            .next()
            .unwrap();
        assert!(
            second.target.contains(&format!("{place}=")),
            "{} {told}",
            second.target
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_not_renewed_and_the_request_is_shown_all_the_same() {
    let stage = connected().await;
    change_tokens(&stage, expire).await;
    let before = (stage.simulator.transcript().len(), stored(&stage).await);
    let ran = stage.run(&["api", "/myself", "--dry-run"]);
    let told = ran.done();
    assert!(
        told.contains("has expired and would be renewed; it was not"),
        "{told}"
    );
    assert!(told.contains("/rest/api/3/myself"), "{told}");
    let shown = stage.run(&["api", "/myself", "--dry-run", "--json"]).json();
    assert_eq!(shown["renewed_first"], true);
    stage.run(&["api", "/myself", "--curl"]).done();
    let after = (stage.simulator.transcript().len(), stored(&stage).await);
    assert!(before == after);
    // The grant has come to no harm.
    stage.run(&["api", "/myself"]).done();
    let shown = stage.run(&["api", "/myself", "--dry-run", "--json"]).json();
    assert_eq!(shown["renewed_first"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_is_most_likely_over_is_told() {
    let stage = connected().await;
    change_tokens(&stage, |tokens| {
        const HUNDRED_DAYS_MS: u64 = 100 * 24 * 3_600_000;
        for name in ["refreshed_at", "expires_at"] {
            let then = tokens[name].as_u64().unwrap() - HUNDRED_DAYS_MS;
            tokens[name] = then.into();
        }
    })
    .await;
    let ran = stage.run(&["api", "/myself", "--dry-run"]);
    let told = ran.done();
    assert!(
        told.contains("as it seems a person must consent again"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_got_no_answer_is_told_and_left_as_it_is() {
    let stage = connected().await;
    let version = change_tokens(&stage, |_| {}).await;
    let spending = json!({"version": version, "since": 0, "last": 0});
    let journal = json!({"owner": "", "expires_at": 0, "spending": spending});
    let journal = json!({"format": 1, "value": journal})
        .to_string()
        .into_bytes();
    let put = stage
        .open_store()
        .put("leases/demo", journal, Expect::Any)
        .await;
    put.unwrap();
    let before = stored(&stage).await;
    let ran = stage.run(&["api", "/myself", "--dry-run"]);
    let told = ran.done();
    assert!(
        told.contains("as an earlier renewal got no answer"),
        "{told}"
    );
    assert!(before == stored(&stage).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_refused_by_a_preview_in_the_same_words() {
    let stage = connected().await;
    let refused = async |arguments: &[&str], code: i32| {
        for preview in ["--dry-run", "--curl"] {
            let plain = stage.run(arguments);
            let previewed = stage.run(&[arguments, &[preview]].concat());
            assert_eq!(previewed.failed(code), plain.failed(code), "{arguments:?}");
        }
    };
    refused(&["api", "/../../oauth/token"], 2).await;
    refused(&["api", "/myself", "-H", "Authorization: Bearer mine"], 2).await;
    refused(&["api", "/myself", "-X", "GET", "--input", "nowhere"], 2).await;
    refused(&["api", "/label", "--paginate", "--cursor", "none"], 2).await;
    refused(&["api", "/myself", "-c", "nobody"], 3).await;
    refused(&["api", "/myself", "-o", "nowhere/file"], 2).await;
    change_tokens(&stage, |tokens| {
        expire(tokens);
        tokens["refused"] = "invalid_grant".into();
    })
    .await;
    refused(&["api", "/myself"], 3).await;
    let ran = stage.run(&["api", "/myself", "--dry-run", "--curl"]);
    assert!(ran.failed(2).contains("cannot be used with"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expression_that_is_not_understood_is_refused_by_a_preview_too() {
    let stage = connected().await;
    for preview in ["--dry-run", "--curl"] {
        let ran = stage.run(&["api", "/myself", "--jq", ".a | |", preview]);
        assert!(ran.failed(2).contains("--jq"), "{ran:#?}");
    }
}
