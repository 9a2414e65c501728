use atlassian_simulator::{Decision, Settings};
use jira_host::secrets::{Expect, SecretStore};

use crate::browser;
use crate::consent::{Waiting, connect, connect_as};
use crate::stage::Stage;

fn everything() -> Decision {
    Decision::Allow { sites: Vec::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_made_end_to_end() {
    let stage = Stage::set().await;
    let (ran, page) = connect(&stage, &["demo", "--service-management"]).await;
    assert_eq!(ran.done(), "");
    assert!(
        ran.stderr
            .contains("Connected: demo is at https://example.atlassian.net, as Ada Ohm."),
        "{ran:#?}"
    );
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("https://example.atlassian.net"),
        "{page:?}"
    );
    let status = stage.run(&["status", "demo", "--json"]).json();
    assert_eq!(status["state"], "ready");
    assert_eq!(status["service_management"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_for_the_browser_keeps_the_code_to_itself() {
    let stage = Stage::set().await;
    let (_, page) = connect(&stage, &["demo"]).await;
    for header in [
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "content-security-policy: default-src 'none'",
        "connection: close",
    ] {
        assert!(page.head.contains(header), "{header} is missing: {page:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_paths_methods_and_states_are_refused_and_the_wait_goes_on() {
    let stage = Stage::set().await;
    let waiting = Waiting::begin(&stage, &["demo"]);
    let uri = stage.simulator.settings().redirect_uri.clone();
    let elsewhere = uri.replace("/callback", "/favicon.ico");
    let redirect = waiting.redirect(&stage, everything()).await;
    let twice = format!("{redirect}&state=foreign");
    for (method, url, status) in [
        ("GET", elsewhere.as_str(), 404),
        ("HEAD", &redirect, 405),
        ("POST", &redirect, 405),
        ("GET", &uri, 400),
        ("GET", &format!("{uri}?code=stolen&state=foreign"), 400),
        ("GET", &twice, 400),
    ] {
        assert_eq!(browser::send(method, url).status, status, "{method} {url}");
    }
    assert_eq!(browser::open(&redirect).status, 200);
    waiting.end().done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_declines_ends_the_wait() {
    let stage = Stage::set().await;
    let (ran, page) = connect_as(&stage, &["demo"], Decision::Deny).await;
    assert!(
        ran.failed(3).contains("hint: `jira-host connect demo`"),
        "{ran:#?}"
    );
    assert!(page.body.contains("Not connected"), "{page:?}");
    assert_eq!(stage.run(&["status", "demo"]).code, Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_comes_back_it_says_what_may_be_wrong() {
    let stage = Stage::set().await;
    let waiting = Waiting::begin(&stage, &["demo", "--timeout", "1"]);
    let ran = waiting.end();
    let errors = ran.failed(3);
    for part in [
        "nobody came back",
        &stage.simulator.settings().redirect_uri,
        "Personal data reporting",
        "--no-report-personal-data",
        "then again: `jira-host connect demo`",
    ] {
        assert!(errors.contains(part), "{part} is missing: {errors}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_sites_one_is_chosen_without_another_consent() {
    let stage = Stage::set_with(Settings::two_sites()).await;
    let (ran, page) = connect(&stage, &["demo"]).await;
    let errors = ran.failed(10);
    assert!(errors.contains("https://second.atlassian.net"), "{errors}");
    let command = "jira-host connect demo --site https://example.atlassian.net";
    assert!(errors.contains(command), "{errors}");
    assert!(page.body.contains("choose the site"), "{page:?}");

    let site = "https://second.atlassian.net";
    let wrong = stage.run(&["connect", "demo", "--site", "https://third.atlassian.net"]);
    assert!(wrong.failed(2).contains(site), "{wrong:#?}");
    let ran = stage.run(&["connect", "demo", "--site", site, "--json"]);
    assert_eq!(ran.json()["site"]["url"], site);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_may_be_named_from_the_beginning() {
    let stage = Stage::set_with(Settings::two_sites()).await;
    let site = "https://second.atlassian.net";
    let (ran, _) = connect(&stage, &["demo", "--site", site, "--json"]).await;
    assert_eq!(ran.json()["site"]["url"], site);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_was_not_granted_is_an_error_that_lists_those_that_were() {
    let stage = Stage::set().await;
    let third = "https://third.atlassian.net";
    let (ran, _) = connect(&stage, &["demo", "--site", third]).await;
    let told = ran.failed(2);
    for part in [
        "\"https://third.atlassian.net\" is not among the sites of this grant: \
         https://example.atlassian.net",
        "the consent is saved, and `demo` is at https://example.atlassian.net",
    ] {
        assert!(told.contains(part), "{part} is missing: {told}");
    }

    let stage = Stage::set_with(Settings::two_sites()).await;
    let (ran, _) = connect(&stage, &["demo", "--site", third]).await;
    let told = ran.failed(2);
    for part in [
        "https://example.atlassian.net, https://second.atlassian.net",
        "hint: the consent is saved; name one of them: `jira-host connect demo --site URL`",
    ] {
        assert!(told.contains(part), "{part} is missing: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_connection_is_called_and_is_for_is_kept() {
    let stage = Stage::set().await;
    let (ran, _) = connect(
        &stage,
        &[
            "demo",
            "--display-name",
            "Support",
            "--description",
            "Answers customers",
            "--json",
        ],
    )
    .await;
    let status = ran.json();
    assert_eq!(status["display_name"], "Support");
    assert_eq!(status["description"], "Answers customers");
    assert_eq!(status["service_management"], false);
    let in_full = stage.run(&["status", "demo"]);
    assert!(in_full.done().contains("Answers customers"), "{in_full:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_given_stays_when_a_connection_is_renewed() {
    let settings = Settings::default();
    let more = "read:audit-log:jira";
    let mut scopes = settings.app_scopes.clone();
    scopes.push(more.to_owned());
    let stage = Stage::set_with(Settings {
        app_scopes: scopes,
        ..settings
    })
    .await;
    let called = ["--display-name", "Support", "--description", "Answers"];
    let made = [
        &["demo", "--service-management", "--scope", more],
        &called[..],
    ]
    .concat();
    let (ran, _) = connect(&stage, &[&made[..], &["--json"]].concat()).await;
    let before = ran.json();
    let (ran, _) = connect(&stage, &["demo", "--description", "Helps", "--json"]).await;
    let after = ran.json();
    for same in ["display_name", "service_management", "granted_scopes"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    assert_eq!(after["description"], "Helps");
    assert_eq!(after["missing_scopes"], serde_json::json!([]));
    stage.run(&["servicedesk", "/request/SUP-1"]).done();
}

/// Gives an entry of the store another value.
async fn overwrite(stage: &Stage, key: &str, value: &[u8]) {
    let store = stage.open_store();
    store.put(key, value.to_vec(), Expect::Any).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_damaged_is_made_anew_and_one_that_is_newer_is_left_alone() {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    overwrite(&stage, "tokens/demo", b"{").await;
    stage.run(&["status", "demo"]).failed(9);
    connect(&stage, &["demo"]).await.0.done();

    overwrite(&stage, "tokens/demo", br#"{"format":1000000}"#).await;
    let ran = stage.run(&["connect", "demo", "--timeout", "1"]);
    assert!(ran.failed(9).contains("use a newer connector"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_reports_are_asked_for_is_up_to_the_application_when_a_connection_is_renewed() {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    stage
        .run(&["app", "set", "--no-report-personal-data"])
        .done();
    let (ran, _) = connect(&stage, &["demo", "--json"]).await;
    let granted = ran.json()["granted_scopes"].to_string();
    assert!(!granted.contains("report:personal-data"), "{granted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_told_before_anything_is_begun() {
    let stage = Stage::set().await;
    let waiting = Waiting::begin(&stage, &["demo"]);
    let second = stage.run(&["connect", "other"]);
    assert!(
        second.failed(10).contains("cannot listen at 127.0.0.1:"),
        "{second:#?}"
    );
    waiting.interrupt();
    waiting.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_uri_that_leads_elsewhere_is_told_with_the_way_out() {
    let stage = Stage::set().await;
    let set = stage.run(&[
        "app",
        "set",
        "--redirect-uri",
        "https://your.service/callback",
    ]);
    set.done();
    assert!(set.stderr.contains("cannot do so"), "{set:#?}");
    let ran = stage.run(&["connect", "demo"]);
    assert!(
        ran.failed(10).contains("jira-host app set --redirect-uri"),
        "{ran:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_authority_is_trusted_only_where_it_is_named() {
    let settings = Settings {
        tls: true,
        ..Settings::default()
    };
    let stage = Stage::set_with(settings).await;
    let (ran, page) = connect(&stage, &["demo"]).await;
    assert!(
        ran.failed(6).contains("name it with `--ca FILE`"),
        "{ran:#?}"
    );
    assert!(page.body.contains("Not connected"), "{page:?}");

    let ca = stage.simulator.ca_pem().unwrap();
    let ca = stage.home.file("ca.pem", ca);
    let (ran, _) = connect(&stage, &["demo", "--ca", &ca]).await;
    ran.done();
    stage.run(&["--ca", &ca, "api", "/myself"]).done();
    stage
        .run(&["--ca", "nowhere.pem", "api", "/myself"])
        .failed(10);
}
