use atlassian_simulator::{Fault, On, Settings};
use jira_host::secrets::{Expect, SecretStore};
use serde_json::json;

use crate::consent::connect;
use crate::home::{Home, Ran};
use crate::stage::Stage;
use crate::support;

#[test]
fn an_empty_home_has_no_connections_and_stays_empty() {
    let home = Home::new();
    let ran = home.run(&["status"]);
    assert_eq!(ran.done(), "");
    assert!(
        ran.stderr.contains("hint: `jira-host connect NAME`"),
        "{ran:#?}"
    );
    assert_eq!(home.run(&["status", "--json"]).json(), json!([]));
    home.run(&["app", "show"]).failed(10);
    home.run(&["disconnect", "demo"]).done();
    assert!(!home.store().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_listed_chosen_and_erased() {
    let stage = Stage::set().await;
    connect(&stage, &["one"]).await.0.done();
    connect(&stage, &["two", "--display-name", "The second"])
        .await
        .0
        .done();

    let several = stage.run(&["api", "/myself"]);
    assert!(
        several.failed(2).contains("jira-host use one"),
        "{several:#?}"
    );
    stage.run(&["use", "nobody"]).failed(3);
    stage.run(&["use", "two"]).done();
    stage.run(&["api", "/myself"]).done();

    let table = stage.run(&["status"]);
    let lines: Vec<_> = table.done().lines().collect();
    assert_eq!(lines.len(), 3, "{table:#?}");
    assert!(
        lines[0].contains("NAME") && lines[0].contains("CONSENT BY"),
        "{table:#?}"
    );
    assert!(
        lines[1].starts_with("   one") && lines[2].starts_with("*  two"),
        "{table:#?}"
    );
    for part in ["ready", " example.atlassian.net ", " 9 "] {
        assert!(lines[2].contains(part), "{part}: {table:#?}");
    }
    let in_full = stage.run(&["status", "two"]);
    for part in ["The second", "Ada Ohm", "none since the consent"] {
        assert!(in_full.done().contains(part), "{part}: {in_full:#?}");
    }

    let erased = stage.run(&["disconnect", "two", "--json"]).json();
    assert_eq!(erased["existed"], true);
    assert!(
        erased["revoke_url"]
            .as_str()
            .unwrap()
            .starts_with("https://")
    );
    stage.run(&["status", "two"]).failed(3);
    // The default went with it, and one is left.
    stage.run(&["api", "/myself"]).done();
    stage.run(&["disconnect", "one"]).done();
    let none = stage.run(&["api", "/myself"]);
    assert!(
        none.failed(3).contains("jira-host connect NAME"),
        "{none:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_connections_tells_what_is_missing_and_fits_into_100_columns() {
    let stage = Stage::set_with(Settings::two_sites()).await;
    let site = "https://second.atlassian.net";
    connect(&stage, &["customer-service", "--site", site])
        .await
        .0
        .done();
    let (unchosen, _) = connect(&stage, &["other"]).await;
    unchosen.failed(10);
    let answer = r#"{"access_token":"a","expires_in":90,"scope":"read:me read:jira-work"}"#;
    stage
        .simulator
        .script(On::token_endpoint(), Fault::json(200, answer));
    stage.simulator.expire_access_tokens();
    let connection = ["-c", "customer-service"];
    stage.run(&[&["api", "/myself"], &connection[..]].concat());

    let ran = stage.run(&["status"]);
    let table = ran.done();
    for line in table.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    let row = |name: &str| table.lines().find(|line| line.contains(name)).unwrap();
    for part in ["second.atlassian.net", "2 of 9", "in 1 minute"] {
        assert!(row("customer-service").contains(part), "{part}: {table}");
    }
    for part in ["choose a site", " - ", " 9 "] {
        assert!(row("other").contains(part), "{part}: {table}");
    }
    let (_, below) = table.split_once("not granted\n").unwrap();
    assert!(
        below.trim_start().starts_with("customer-service"),
        "{below}"
    );
    assert_eq!(below.lines().count(), 7, "{below}");

    stage.simulator.revoke_grants();
    stage.run(&["api", "/myself", "-c", "other"]);
    let refused = stage.run(&["status", "other", "--json"]).json();
    assert_eq!(refused["state"], "site-not-chosen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_counts_how_refreshes_ended() {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    let refreshes = || stage.run(&["status", "demo", "--json"]).json()["refreshes"].clone();
    assert_eq!(
        refreshes(),
        json!({"rotated": 0, "recovered": 0, "last": null})
    );
    stage.simulator.expire_access_tokens();
    stage.run(&["api", "/myself"]).done();
    let counted = refreshes();
    assert_eq!(
        (&counted["rotated"], &counted["last"]["outcome"]),
        (&json!(1), &json!("rotated"))
    );
    stage.simulator.expire_access_tokens();
    stage.simulator.revoke_grants();
    stage.run(&["api", "/myself"]).failed(3);
    let table = stage.run(&["status"]);
    assert!(table.done().contains("consent again"), "{table:#?}");
    let in_full = stage.run(&["status", "demo"]);
    assert!(
        in_full.done().contains("1 rotated, 0 recovered"),
        "{in_full:#?}"
    );
    assert!(in_full.stdout.contains(", reauthorize\n"), "{in_full:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_cannot_be_read_is_told_beside_the_others() {
    let stage = Stage::set().await;
    for name in ["one", "two"] {
        connect(&stage, &[name]).await.0.done();
    }
    let newer = br#"{"format":2,"value":{}}"#.to_vec();
    let store = stage.open_store();
    store.put("tokens/two", newer, Expect::Any).await.unwrap();
    drop(store);

    let table = stage.run(&["status"]);
    let lines: Vec<_> = table.done().lines().collect();
    assert!(lines[1].contains("ready"), "{table:#?}");
    assert!(lines[2].contains("unreadable"), "{table:#?}");
    for hint in ["`jira-host status two`", "`jira-host disconnect two`"] {
        assert!(table.stderr.contains(hint), "{table:#?}");
    }
    let all = stage.run(&["status", "--json"]).json();
    assert_eq!(
        (&all[0]["state"], &all[1]["state"]),
        (&json!("ready"), &json!("unreadable"))
    );
    let ran = stage.run(&["status", "two"]);
    let why = "the entry has format 2, this connector reads 1";
    assert!(ran.failed(9).contains(why), "{ran:#?}");

    let found = stage.run(&["doctor", "--offline"]);
    assert_eq!(found.code, Some(9), "{found:#?}");
    let told = "two: what is stored of it cannot be read";
    assert!(found.stdout.contains(told), "{found:#?}");
    assert!(found.stdout.contains("one: ready"), "{found:#?}");

    stage.run(&["disconnect", "two"]).done();
    assert_eq!(stage.run(&["status"]).done().lines().count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_consent_took_from_another_connection_is_told() {
    let stage = Stage::set().await;
    connect(&stage, &["desk", "--service-management"])
        .await
        .0
        .done();
    let (ran, _) = connect(&stage, &["plain"]).await;
    ran.done();
    assert!(ran.stderr.contains("from the connection desk"), "{ran:#?}");
    assert!(ran.stderr.contains("jira-host connect desk"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_store_is_another_world_and_is_in_the_commands_to_type() {
    let stage = Stage::set().await;
    let store = stage.home.path().join("my other.db");
    let store = store.to_str().unwrap();
    let ran = stage.run(&["--store", store, "api", "/myself"]);
    let quoted = format!("jira-host --store '{store}' app set");
    assert!(ran.failed(10).contains(&quoted), "{ran:#?}");
}

#[test]
fn a_hint_repeats_the_options_of_every_command_that_were_typed() {
    let home = Home::new();
    let component = support::component();
    let component = component.to_str().unwrap();
    let ran = home.run(&[
        "status",
        "--store",
        "my store.db",
        "--ca",
        "ca.pem",
        "--component",
        component,
        "--allow-origin",
        "https://one.example",
        "--allow-origin",
        "https://two.example",
        "--allow-address",
        "10.0.0.0/8",
    ]);
    ran.done();
    let hint = format!(
        "`jira-host --store 'my store.db' --ca ca.pem --component {component} \
         --allow-origin https://one.example --allow-origin https://two.example \
         --allow-address 10.0.0.0/8 connect NAME`"
    );
    assert!(ran.stderr.contains(&hint), "{ran:#?}");

    let mut command = home.command(&["status", "--store", "mine.db"]);
    let output = command.env("JIRA_HOST_STORE", "mine.db").output().unwrap();
    let ran: Ran = output.into();
    assert!(ran.stderr.contains("`jira-host connect NAME`"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_name_of_a_connection_is_told_by_what_was_typed() {
    let stage = Stage::set().await;
    for command in ["connect", "status", "disconnect", "use"] {
        let ran = stage.run(&[command, ""]);
        assert!(ran.failed(2).starts_with("jira-host: NAME: "), "{ran:#?}");
    }
    let ran = stage.run(&["api", "/myself", "--connection", ""]);
    let told = ran.failed(2);
    assert!(told.starts_with("jira-host: --connection: "), "{told}");
}
