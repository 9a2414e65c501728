use atlassian_simulator::Settings;
use serde_json::Value;

use crate::consent::connect;
use crate::home::{Home, Ran};
use crate::stage::Stage;

async fn connected() -> Stage {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    stage
}

fn lines(text: &str) -> Vec<Value> {
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_leaves_notes_out_and_failures_in() {
    let stage = Stage::set().await;
    let (ran, _) = connect(&stage, &["demo", "--quiet"]).await;
    ran.done();
    assert!(!ran.stderr.contains("Connected"), "{ran:#?}");
    assert!(!ran.stderr.contains("hint"), "{ran:#?}");
    let chosen = stage.run(&["use", "demo", "--quiet"]);
    assert_eq!((chosen.done(), chosen.stderr.as_str()), ("", ""));
    let failed = stage.run(&["api", "/myself", "-c", "nobody", "--quiet"]);
    assert!(
        failed
            .failed(3)
            .contains("hint: `jira-host connect nobody`")
    );
    stage.run(&["status", "--quiet", "-v"]).failed(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn verbose_tells_a_line_for_each_request_without_its_query() {
    let stage = connected().await;
    stage.simulator.expire_access_tokens();
    let ran = stage.run(&["-v", "api", "/issue/DEMO-1", "-q", "fields=canary"]);
    assert!(ran.done().contains("DEMO-1"));
    let told: Vec<_> = ran.stderr.lines().collect();
    assert_eq!(told.len(), 5, "{ran:#?}");
    let api = format!("GET {}/ex/jira/", stage.simulator.api_origin());
    assert!(
        told[1].starts_with(&api) && told[1].contains("/issue/DEMO-1 -> 401 in "),
        "{told:?}"
    );
    let token = format!(
        "POST {}/oauth/token -> 200 in ",
        stage.simulator.auth_origin()
    );
    assert!(told[2].starts_with(&token), "{told:?}");
    assert!(told[3].contains("/issue/DEMO-1 -> 200 in ") && told[3].ends_with(" bytes"));
    assert!(told[4].starts_with("api-request: done after "), "{told:?}");
    assert!(!ran.stderr.contains("canary"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_json_every_line_on_standard_error_is_an_object() {
    let stage = connected().await;
    let ran = stage.run(&["--log-format", "json", "-v", "api", "/myself?a=canary"]);
    assert!(ran.done().contains("accountId"));
    let told = lines(&ran.stderr);
    let request = told
        .iter()
        .find(|line| line["http.request.method"] == "GET")
        .unwrap();
    assert_eq!(request["http.response.status_code"], 200);
    assert_eq!(request["server.address"], "127.0.0.1");
    assert!(
        request["url.path"]
            .as_str()
            .unwrap()
            .ends_with("/rest/api/3/myself")
    );
    assert_eq!(request["span"]["jira.connection"], "demo");
    assert!(request["timestamp"].is_string() && request["message"].is_string());
    assert!(!ran.stderr.contains("canary"), "{ran:#?}");

    let failed = stage.run(&["--log-format", "json", "api", "/myself", "-c", "nobody"]);
    let told = lines(failed.failed(3));
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["level"], "ERROR");
    assert_eq!(told[0]["exit_code"], 3);
    assert_eq!(told[0]["hint"], "`jira-host connect nobody`");
    let noted = stage.run(&["--log-format=json", "use", "demo"]);
    assert_eq!(lines(&noted.stderr)[0]["level"], "INFO");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_caught_is_told_as_such_and_not_as_denied() {
    let stage = connected().await;
    let preview = ["api", "/myself?a=canary", "--dry-run", "-v"];
    let ran = stage.run(&preview);
    ran.done();
    let caught = "/rest/api/3/myself -> caught, not sent\n";
    assert!(ran.stderr.contains(caught), "{ran:#?}");
    for wrong in ["denied", "transport", "canary"] {
        assert!(!ran.stderr.contains(wrong), "{ran:#?}");
    }
    let ran = stage.run(&[&preview[..], &["--log-format", "json"]].concat());
    let told = lines(&ran.stderr);
    let is_get = |line: &&Value| line["http.request.method"] == "GET";
    assert_eq!(told.iter().filter(is_get).count(), 1, "{ran:#?}");
    assert_eq!(stage.run(&preview[..3]).stderr, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_json_a_choice_of_sites_is_told_and_not_asked_for() {
    let stage = Stage::set_with(Settings::two_sites()).await;
    let (ran, _) = connect(&stage, &["demo", "--log-format", "json"]).await;
    let told = lines(ran.failed(10));
    let sites = told.iter().find(|line| {
        let message = line["message"].as_str().unwrap();
        message.starts_with("This consent reaches several sites:")
    });
    let sites = sites.unwrap()["message"].as_str().unwrap();
    assert!(sites.contains("https://second.atlassian.net"), "{sites}");
    let hint = told.last().unwrap()["hint"].as_str().unwrap();
    assert!(hint.contains("connect demo --site"), "{hint}");
}

#[test]
fn in_json_a_wrong_command_line_is_an_object_too() {
    let home = Home::new();
    for arguments in [
        &["--log-format", "json", "nonsense"][..],
        &["nonsense", "--log-format=json"],
        &["--log-format", "text", "api", "--log-format", "json"],
    ] {
        let ran = home.run(arguments);
        let told = lines(ran.failed(2));
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0]["exit_code"], 2);
    }
    let mut command = home.command(&["nonsense"]);
    command.env("JIRA_HOST_LOG_FORMAT", "json");
    let ran: Ran = command.output().unwrap().into();
    assert_eq!(lines(ran.failed(2)).len(), 1);
    let ran = home.run(&["nonsense", "--log-format", "text"]);
    assert!(ran.failed(2).starts_with("error: "), "{ran:#?}");
}

#[test]
fn in_json_the_demo_tells_nothing_beside_its_result() {
    let ran = Home::new().run(&["demo", "--log-format", "json"]);
    ran.done();
    assert_eq!(ran.stderr, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_json_the_head_of_an_answer_is_an_event() {
    let stage = connected().await;
    for (path, code, status) in [("/myself", 0, 200), ("/issue/NONE-1", 4, 404)] {
        let ran = stage.run(&["--log-format", "json", "api", "-i", path]);
        assert_eq!(ran.code, Some(code), "{ran:#?}");
        let told = lines(&ran.stderr);
        assert_eq!(told[0]["message"], format!("HTTP {status}"));
        assert_eq!(told[0]["http.response.status_code"], status);
        let types = &told[0]["http.response.header.content-type"];
        assert!(types[0].as_str().unwrap().starts_with("application/json"));
        assert!(told[0]["timestamp"].is_string() && told[0]["level"] == "INFO");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_verbose_tells_holds_a_secret() {
    let stage = Stage::set().await;
    let mut told = Vec::new();
    let mut secrets = Vec::new();
    for format in ["text", "json"] {
        let arguments = ["demo", "-v", "--log-format", format];
        let waiting = crate::consent::Waiting::begin(&stage, &arguments);
        let allow = atlassian_simulator::Decision::Allow { sites: Vec::new() };
        let redirect = waiting.redirect(&stage, allow).await;
        let code = redirect.split_once("code=").unwrap().1;
        secrets.push(code.split('&').next().unwrap().to_owned());
        crate::browser::open(&redirect);
        told.push(waiting.end().stderr);
        secrets.extend(stage.secrets().await);
        stage.simulator.expire_access_tokens();
        let ran = stage.run(&["-v", "--log-format", format, "api", "-i", "/myself"]);
        told.push(ran.stderr);
        secrets.extend(stage.secrets().await);
    }
    for text in told {
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{text}");
        }
    }
}
