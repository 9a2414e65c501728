//! Several machines with one store.

use atlassian_simulator::Settings;

use crate::consent::connect;
use crate::home::Home;
use crate::redis_server::{DURABLE, RedisServer};
use crate::stage::Stage;

/// A machine that has the team's store and its key.
fn share(home: &mut Home, server: &RedisServer) {
    home.set("JIRA_HOST_STORE", &server.url("team"));
    home.set("JIRA_HOST_KEY", &"11".repeat(32));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_of_one_machine_is_one_of_the_other_and_is_refreshed_once() {
    let Some(server) = RedisServer::start() else {
        return;
    };
    let mut stage = Stage::without_app(Settings::default()).await;
    share(&mut stage.home, &server);
    stage.store_app(&[]).done();
    connect(&stage, &["demo"]).await.0.done();

    let mut other = Home::new();
    share(&mut other, &server);
    let status = other.run(&["status", "demo", "--json"]).json();
    assert_eq!(status["state"], "ready");

    stage.simulator.expire_access_tokens();
    let asked = stage.simulator.transcript().len();
    let ask = |home: &Home| home.command(&["api", "/myself"]).spawn().unwrap();
    for asking in [ask(&stage.home), ask(&other)] {
        let output = asking.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let transcript = stage.simulator.transcript();
    let is_refresh = |line: &&String| line.contains("grant_type=refresh_token");
    let refreshes = transcript.iter().skip(asked).filter(is_refresh);
    assert_eq!(refreshes.count(), 1, "{transcript:#?}");
}

#[test]
fn a_password_that_is_empty_leaves_it_to_the_file_that_has_one() {
    let settings = [&DURABLE[..], &["--requirepass", "word"]].concat();
    let Some(server) = RedisServer::start_with(&settings) else {
        return;
    };
    let mut home = Home::new();
    share(&mut home, &server);
    home.set("JIRA_HOST_REDIS_PASSWORD", "");
    let without = home.run(&["status"]);
    assert!(without.failed(9).contains("password"), "{without:#?}");
    let file = home.file("password", "word\n");
    home.set("JIRA_HOST_REDIS_PASSWORD_FILE", &file);
    home.run(&["status"]).done();
    home.set("JIRA_HOST_REDIS_PASSWORD_FILE", "");
    assert_eq!(home.run(&["status"]).stderr, without.stderr);
}
