use atlassian_simulator::Settings;
use serde_json::json;

use crate::consent::connect;
use crate::home::{Home, Ran};
use crate::stage::Stage;

const SECRET: &str = "canary-secret-of-the-client";
const URI: &str = "http://127.0.0.1:8734/callback";

#[test]
fn an_application_is_stored_and_shown_without_its_secret() {
    let home = Home::new();
    let file = home.file("secret", &format!("{SECRET}\n"));
    let set = home.run(&[
        "app",
        "set",
        "--client-id",
        "id",
        "--client-secret-file",
        &file,
        "--redirect-uri",
        URI,
        "--no-report-personal-data",
    ]);
    assert_eq!(set.done(), "");
    assert!(set.stderr.contains("jira-host connect NAME"), "{set:#?}");
    let shown = home.run(&["app", "show", "--json"]);
    assert_eq!(
        shown.json(),
        json!({
            "client_id": "id",
            "redirect_uri": URI,
            "report_personal_data": false,
            "auth_origin": "https://auth.atlassian.com",
            "api_origin": "https://api.atlassian.com",
            "allowed_origins": [],
        })
    );
    let told = home.run(&["app", "show"]);
    for text in [
        set.stdout,
        set.stderr,
        shown.stdout,
        told.stdout,
        told.stderr,
    ] {
        assert!(!text.contains(SECRET), "{text}");
    }
}

#[test]
fn the_secret_comes_from_a_file_from_standard_input_or_from_the_environment() {
    let home = Home::new();
    let id = ["app", "set", "--client-id", "id", "--redirect-uri", URI];
    assert!(home.run(&id).failed(2).contains("lacks its client secret"));
    let stdin = [id.as_slice(), &["--client-secret-stdin"]].concat();
    home.run_with_input(&stdin, SECRET).done();

    let home = Home::new();
    let mut command = home.command(&id);
    let output = command.env("JIRA_HOST_CLIENT_SECRET", SECRET).output();
    assert!(output.unwrap().status.success());
}

#[test]
fn a_change_of_nothing_is_refused() {
    let home = Home::new();
    let nothing = home.run(&["app", "set"]);
    assert!(
        nothing.failed(2).contains("lacks a client id"),
        "{nothing:#?}"
    );
    let first = ["app", "set", "--client-id", "one", "--redirect-uri", URI];
    let first = [first.as_slice(), &["--client-secret-stdin"]].concat();
    home.run_with_input(&first, SECRET).done();
    for nothing in [&["app", "set"][..], &["app", "set", "--force"]] {
        let ran = home.run(nothing);
        let told = ran.failed(2);
        assert!(
            told.contains("nothing is given that is to change"),
            "{told}"
        );
        assert!(told.contains("hint: `jira-host app show`"), "{told}");
    }
    let mut command = home.command(&["app", "set"]);
    let output = command.env("JIRA_HOST_CLIENT_SECRET", SECRET).output();
    let by_variable: Ran = output.unwrap().into();
    assert_eq!(by_variable.done(), "");
}

#[test]
fn there_is_no_option_that_takes_the_secret_itself() {
    let home = Home::new();
    for arguments in [
        vec!["app", "set", "--client-secret", SECRET],
        vec!["app", "set", "--client-secret=canary-secret-of-the-client"],
    ] {
        let ran = home.run(&arguments);
        assert!(!ran.failed(2).contains(SECRET), "{ran:#?}");
    }
}

#[test]
fn what_is_no_secret_is_refused_and_not_repeated() {
    let home = Home::new();
    let id = [
        "app",
        "set",
        "--client-id",
        "id",
        "--redirect-uri",
        URI,
        "--client-secret-stdin",
    ];
    for input in ["", " \n", "canary two words", &"canary".repeat(1000)] {
        let ran = home.run_with_input(&id, input);
        assert!(!ran.failed(2).contains("canary"), "{ran:#?}");
    }
    assert!(!home.store().exists());
}

#[test]
fn what_is_not_given_is_kept_and_a_secret_belongs_to_its_client_id() {
    let home = Home::new();
    let first = ["app", "set", "--client-id", "one", "--redirect-uri", URI];
    let first = [first.as_slice(), &["--client-secret-stdin"]].concat();
    home.run_with_input(&first, SECRET).done();
    home.run(&["app", "set", "--no-report-personal-data"])
        .done();
    home.run(&["app", "set", "--redirect-uri", "http://localhost:1/"])
        .done();
    let shown = home.run(&["app", "show", "--json"]).json();
    assert_eq!(shown["client_id"], "one");
    assert_eq!(shown["report_personal_data"], false);
    assert_eq!(shown["redirect_uri"], "http://localhost:1/");
    home.run(&["app", "set", "--report-personal-data"]).done();
    let shown = home.run(&["app", "show", "--json"]).json();
    assert_eq!(shown["report_personal_data"], true);

    let other = home.run(&["app", "set", "--client-id", "two"]);
    assert!(
        other.failed(2).contains("lacks its client secret"),
        "{other:#?}"
    );
}

#[test]
fn wrong_origins_and_redirect_uris_are_refused() {
    let home = Home::new();
    for arguments in [
        ["--auth-origin", "http://auth.example"],
        ["--api-origin", "https://api.example/path"],
        ["--redirect-uri", "not a url"],
        ["--allow-origin", "*"],
    ] {
        let all = ["app", "set", "--client-id", "id", "--redirect-uri", URI];
        let all = [&all[..4], &["--client-secret-stdin"], &arguments[..]].concat();
        home.run_with_input(&all, SECRET).failed(2);
    }
    assert!(!home.store().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn origins_that_were_allowed_are_kept_until_others_are_given() {
    let stage = Stage::without_app(Settings::default()).await;
    let media = stage.simulator.media_origin();
    let set = stage.store_app(&["--allow-origin", media]);
    set.done();
    let hint = "hint: next, connect to a site: `jira-host connect NAME`\n";
    assert!(set.stderr.ends_with(hint), "{set:#?}");
    let allowed = |shown: serde_json::Value| shown["allowed_origins"].clone();
    let shown = stage.run(&["app", "show", "--json"]).json();
    assert_eq!(allowed(shown), json!([media]));
    stage.run(&["app", "set", "--report-personal-data"]).done();
    let shown = stage.run(&["app", "show", "--json"]).json();
    assert_eq!(allowed(shown), json!([media]));
    stage.store_app(&[]).done();
    let shown = stage.run(&["app", "show", "--json"]).json();
    assert_eq!(allowed(shown), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn client_id_and_origins_are_not_changed_under_connections() {
    let stage = Stage::set().await;
    let origin = ["app", "set", "--api-origin", "https://api.atlassian.com"];
    let stored = stage.run(&["app", "show", "--json"]).json();
    connect(&stage, &["demo"]).await.0.done();
    let refused = stage.run(&origin);
    let told = refused.failed(10);
    assert!(told.contains("such as demo"), "{told}");
    assert!(told.contains("the origin of the API"), "{told}");
    assert!(told.contains("jira-host disconnect demo"), "{told}");
    let client = [
        "app",
        "set",
        "--client-id",
        "other",
        "--client-secret-stdin",
    ];
    let refused = stage.home.run_with_input(&client, SECRET);
    assert!(refused.failed(10).contains("client id"), "{refused:#?}");
    let without_secret = stage.run(&client[..4]);
    assert_eq!(without_secret.failed(10), refused.stderr);
    assert_eq!(stage.run(&["app", "show", "--json"]).json(), stored);

    let again = stage.store_app(&[]);
    again.done();
    assert_eq!(again.stderr, "The application is stored.\n");
    let forced = [origin.as_slice(), &["--force"]].concat();
    stage.run(&forced).done();
    stage.run(&["disconnect", "demo"]).done();
    stage.store_app(&[]).done();
}

#[tokio::test(flavor = "multi_thread")]
async fn usual_origins_are_stored_as_those_that_nobody_gave() {
    let stage = Stage::set().await;
    let usual = [
        "app",
        "set",
        "--auth-origin",
        "https://auth.atlassian.com",
        "--api-origin",
        "https://api.atlassian.com",
    ];
    stage.run(&usual).done();
    let record = stage.app_record().await;
    assert_eq!(record.get("auth_origin"), None, "{record}");
    assert_eq!(record.get("api_origin"), None, "{record}");
}

#[test]
fn an_application_that_is_stored_is_answered_as_json() {
    let home = Home::new();
    let id = ["app", "set", "--json", "--client-id", "id"];
    let all = [&id[..], &["--redirect-uri", URI, "--client-secret-stdin"]].concat();
    let set = home.run_with_input(&all, SECRET);
    assert_eq!(set.json(), home.run(&["app", "show", "--json"]).json());
}

#[test]
fn without_an_application_it_is_told_how_to_get_one_or_do_without() {
    let home = Home::new();
    for command in [
        &["app", "show"][..],
        &["api", "/myself"],
        &["connect", "demo"],
    ] {
        let ran = home.run(command);
        let told = ran.failed(10);
        for part in [
            "no application is stored",
            "app set --client-id",
            "jira-host simulate",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
}
