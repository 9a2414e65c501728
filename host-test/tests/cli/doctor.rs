use atlassian_simulator::{Decision, Settings};
use serde_json::Value;

use crate::consent::{Waiting, connect};
use crate::home::{Home, Ran};
use crate::proxy_server::{Manner, ProxyServer};
use crate::stage::Stage;

/// What was found by a check, with what is wrong and how to mend it.
fn found<'a>(told: &'a Value, check: &str, verdict: &str) -> Vec<&'a Value> {
    let findings = told["findings"].as_array().unwrap().iter();
    findings
        .filter(|it| it["check"] == check && it["verdict"] == verdict)
        .collect()
}

#[track_caller]
fn the_one<'a>(told: &'a Value, check: &str, verdict: &str) -> &'a Value {
    let found = found(told, check, verdict);
    assert_eq!(found.len(), 1, "{check} {verdict}: {told:#}");
    found[0]
}

#[track_caller]
fn told(ran: &Ran, code: i32) -> Value {
    assert_eq!(ran.code, Some(code), "{ran:#?}");
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(told["healthy"], code == 0);
    for finding in told["findings"].as_array().unwrap() {
        let is_well = ["ok", "skipped"].iter().any(|it| finding["verdict"] == *it);
        assert_eq!(finding["mend"].is_null(), is_well, "{finding:#}");
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_that_works_has_no_problem() {
    let settings = Settings {
        real_time: true,
        ..Settings::default()
    };
    let stage = Stage::set_with(settings).await;
    connect(&stage, &["demo", "--service-management"])
        .await
        .0
        .done();
    let ran = stage.run(&["doctor", "--json"]);
    let told = told(&ran, 0);
    for check in [
        "configuration",
        "proxy",
        "component",
        "key",
        "store",
        "application",
        "egress policy",
        "names",
        "connection",
        "clock",
        "connections",
        "scopes",
    ] {
        assert!(!found(&told, check, "ok").is_empty(), "{check}: {told:#}");
    }
    assert!(!found(&told, "TLS", "skipped").is_empty(), "{told:#}");
    let ran = stage.run(&["doctor"]);
    assert!(ran.done().lines().all(|line| !line.starts_with("problem")));
    for secret in stage.secrets().await {
        assert!(!ran.stdout.contains(&secret), "{ran:#?}");
    }
}

#[test]
fn an_empty_home_lacks_an_application_and_stays_empty() {
    let home = Home::new();
    let ran = home.run(&["doctor", "--json", "--offline"]);
    let told = told(&ran, 10);
    let missing = the_one(&told, "application", "problem");
    assert!(
        missing["mend"]
            .as_str()
            .unwrap()
            .contains("jira-host app set")
    );
    the_one(&told, "store", "warning");
    for check in ["key", "TLS", "connections", "scopes"] {
        the_one(&told, check, "skipped");
    }
    assert!(
        ran.stderr.starts_with("jira-host: there is a problem"),
        "{ran:#?}"
    );
    assert!(!home.store().exists());
}

#[test]
fn of_a_store_that_cannot_be_reached_nothing_is_said_but_that() {
    let home = Home::new();
    let store = "redis://127.0.0.1:1/0?store=x";
    let ran = home.run(&["doctor", "--json", "--offline", "--store", store]);
    let told = told(&ran, 9);
    let problem = the_one(&told, "store", "problem");
    assert!(
        problem["what"]
            .as_str()
            .unwrap()
            .contains("cannot be reached"),
        "{problem}"
    );
    for check in ["key", "application", "connections", "scopes"] {
        let skipped = the_one(&told, check, "skipped");
        let why = skipped["what"].as_str().unwrap();
        assert!(why.contains("the store cannot be read"), "{why}");
    }
    assert!(ran.stderr.contains("there is a problem"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_this_machine_is_told_with_how_to_mend_it() {
    let stage = Stage::set().await;
    let offline = ["doctor", "--json", "--offline"];
    let ran = stage.run(&[&offline[..], &["--component", "nowhere.wasm"]].concat());
    the_one(&told(&ran, 10), "component", "problem");
    let text = stage.home.file("text.wasm", "no component");
    let ran = stage.run(&[&offline[..], &["--component", &text]].concat());
    let none = told(&ran, 10);
    let none = the_one(&none, "component", "problem");
    assert_eq!(
        none["what"],
        format!("`{text}` is not a WebAssembly component")
    );
    assert_eq!(
        none["mend"],
        "run `make component` to build it, or name it with --component"
    );

    let mut command = stage.home.command(&offline);
    command.env("JIRA_HOST_KEY", "00".repeat(32));
    let ran: Ran = command.output().unwrap().into();
    the_one(&told(&ran, 9), "key", "problem");
    let mut command = stage.home.command(&offline);
    command.env("JIRA_HOST_KEY", "canary");
    let ran: Ran = command.output().unwrap().into();
    the_one(&told(&ran, 9), "key", "problem");
    assert!(!ran.stdout.contains("canary"), "{ran:#?}");

    let mut command = stage.home.command(&offline);
    command.env("JIRA_HOST_STROE", "canary");
    let ran: Ran = command.output().unwrap().into();
    let misspelt = told(&ran, 0);
    let misspelt = the_one(&misspelt, "configuration", "warning");
    assert!(
        misspelt["what"]
            .as_str()
            .unwrap()
            .contains("JIRA_HOST_STROE")
    );

    let broken = stage.home.file("broken.toml", "nonsense");
    let ran = stage.run(&[&offline[..], &["--config", &broken]].concat());
    the_one(&told(&ran, 10), "configuration", "problem");

    let ran = stage.run(&[&offline[..], &["--ca", "nowhere.pem"]].concat());
    the_one(&told(&ran, 10), "egress policy", "problem");
    let ran = stage.run(&[&offline[..], &["--allow-address", "0.0.0.0/0"]].concat());
    the_one(&told(&ran, 0), "egress policy", "warning");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_on_the_way_is_told_by_how_far_it_leads() {
    let stage = Stage::set().await;
    let network = |origin: &str| {
        let ran = stage.run(&["doctor", "--json", "--allow-origin", origin]);
        told(&ran, 6)
    };
    the_one(&network("http://127.0.0.1:1"), "connection", "problem");
    the_one(&network("https://10.0.0.1"), "egress policy", "problem");
    the_one(&network(&nowhere()), "names", "problem");

    let settings = Settings {
        tls: true,
        ..Settings::default()
    };
    let stage = Stage::set_with(settings).await;
    let ran = stage.run(&["doctor", "--json"]);
    let untrusted = told(&ran, 6);
    let untrusted = found(&untrusted, "TLS", "problem");
    assert!(untrusted[0]["mend"].as_str().unwrap().contains("--ca FILE"));
    let ca = stage.home.file("ca.pem", stage.simulator.ca_pem().unwrap());
    let ran = stage.run(&["doctor", "--json", "--ca", &ca]);
    assert!(!found(&told(&ran, 0), "TLS", "ok").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_is_told() {
    let stage = Stage::set().await;
    let origin = date_server(0);
    let move_there = [
        "app",
        "set",
        "--auth-origin",
        &origin,
        "--api-origin",
        &origin,
    ];
    stage.run(&[&move_there[..], &["--force"]].concat()).done();
    let ran = stage.run(&["doctor", "--json"]);
    let told = told(&ran, 10);
    let wrong = the_one(&told, "clock", "problem");
    assert!(wrong["what"].as_str().unwrap().contains("ahead"), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_and_their_scopes_are_looked_at() {
    let settings = Settings::two_sites();
    let stage = Stage::set_with(settings).await;
    let ran = stage.run(&["doctor", "--json", "--offline"]);
    let none = told(&ran, 0);
    the_one(&none, "connections", "warning");

    let waiting = Waiting::begin(&stage, &["demo"]);
    let allow = Decision::Allow { sites: Vec::new() };
    let redirect = waiting.redirect(&stage, allow).await;
    crate::browser::open(&redirect);
    waiting.end().failed(10);
    let ran = stage.run(&["doctor", "--json", "--offline"]);
    let unchosen = told(&ran, 10);
    let unchosen = the_one(&unchosen, "connections", "problem");
    assert!(unchosen["mend"].as_str().unwrap().contains("--site"));
    let site = "https://second.atlassian.net";
    stage.run(&["connect", "demo", "--site", site]).done();
    let ran = stage.run(&["doctor", "--json", "--offline"]);
    the_one(&told(&ran, 0), "scopes", "ok");

    stage.simulator.revoke_grants();
    stage.simulator.expire_access_tokens();
    let ran = stage.run(&["doctor", "--json"]);
    let dead = told(&ran, 3);
    let dead = the_one(&dead, "connections", "problem");
    assert_eq!(dead["mend"], "`jira-host connect demo`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_used_when_it_is_asked_for_and_judged() {
    let stage = Stage::set().await;
    let proxy = ProxyServer::with(Manner::Says("HTTP/1.1 403 Forbidden\r\n\r\n")).await;
    let origin = nowhere();
    let doctor = ["doctor", "--json", "--allow-origin", &origin];
    let run = |arguments: &[&str], url: &str| -> Ran {
        let mut command = stage.home.command(&[&doctor[..], arguments].concat());
        command.env("HTTPS_PROXY", url).output().unwrap().into()
    };
    let url = proxy.url("ada:canary@");
    the_one(&told(&run(&[], &url), 6), "names", "problem");
    assert_eq!(proxy.asked(), [""; 0]);

    let ran = run(&["--proxy-from-environment"], &url);
    let refused = told(&ran, 6);
    let mend = the_one(&refused, "connection", "problem")["mend"].clone();
    assert!(
        mend.as_str()
            .unwrap()
            .contains("does the proxy http://127.0.0.1"),
        "{mend}"
    );
    let authority = origin.trim_start_matches("https://");
    let connect = format!("CONNECT {authority}:443 ");
    assert!(proxy.asked()[0].starts_with(&connect));
    assert!(ran.stderr.contains("gives no tunnel"), "{ran:#?}");
    assert!(!(ran.stdout + &ran.stderr).contains("canary"));

    let ran = run(&["--proxy-from-environment"], "socks5://canary@proxy");
    let unusable = told(&ran, 10);
    the_one(&unusable, "proxy", "problem");
    assert!(!ran.stdout.contains("canary"), "{ran:#?}");
    let ran = run(&["--proxy-from-environment"], "");
    the_one(&told(&ran, 6), "proxy", "warning");
}

/// An origin whose name is too long for DNS, so that no server is asked for it.
fn nowhere() -> String {
    format!("https://{}.invalid", "a".repeat(64))
}

/// A server that thinks it is this second since 1970, and its origin.
fn date_server(second: i64) -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let date = jiff::Timestamp::from_second(second).unwrap();
    let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = write!(stream, "HTTP/1.1 200 OK\r\ndate: {date}\r\n\r\n");
        }
    });
    format!("http://{address}")
}
