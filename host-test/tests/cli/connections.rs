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
    assert!(
        lines[2].contains("ready") && lines[2].contains("Ada Ohm"),
        "{table:#?}"
    );
    let in_full = stage.run(&["status", "two"]);
    assert!(in_full.done().contains("The second"), "{in_full:#?}");

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
