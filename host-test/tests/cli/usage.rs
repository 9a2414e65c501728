use atlassian_simulator::Settings;

use crate::consent::connect;
use crate::home::Home;
use crate::stage::Stage;
use crate::support;

#[test]
fn the_demo_comes_out_as_it_should_and_tells_no_secret() {
    let ran = Home::new().run(&["demo"]);
    let told = ran.done();
    assert_eq!(ran.stderr, "");
    for step in 1..=12 {
        assert!(
            told.contains(&format!("{step}. ")),
            "step {step} is missing:\n{told}"
        );
    }
    assert_eq!(told.matches("shows").count(), 12, "{told}");
    assert!(
        !told.contains('\u{1b}'),
        "there is colour where no terminal is"
    );
    assert!(!told.contains(&Settings::default().client_secret));
}

#[test]
fn a_component_is_inspected() {
    let ran = Home::new().run(&["inspect"]);
    for part in [
        "size",
        "imports",
        "wasi:http/outgoing-handler",
        "exports",
        "api-request",
    ] {
        assert!(ran.done().contains(part), "{part} is missing: {ran:#?}");
    }
    assert_eq!(ran.stderr, "");
    assert!(!ran.stdout.contains("not given"), "{ran:#?}");
    let path = support::component();
    let ran = Home::new().run(&["inspect", "--json", path.to_str().unwrap()]);
    let told = ran.json();
    assert_eq!(told["not_given"], serde_json::json!([]));
    assert_eq!(told["contract_version"], "0.1.0");
    assert!(told["wasmtime_version"].is_string(), "{told}");
}

/// What the environment has need not be typed.
#[test]
fn the_usage_that_is_told_has_nothing_from_the_environment() {
    let home = Home::new();
    let ran = home.run(&["use"]);
    let told = ran.failed(2);
    assert!(told.contains("Usage: jira-host use <NAME>"), "{told}");
}

/// What the contract calls one way is typed in another.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_component_says_to_do_is_told_as_it_is_typed() {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    for (words, code, typed) in [
        (
            &["api", "/rest/servicedeskapi/request"][..],
            2,
            "`jira-host servicedesk`",
        ),
        (&["servicedesk", "/rest/api/3/myself"], 2, "`jira-host api`"),
        (&["api", "/myself", "-H", "Cookie: a=b"], 2, "`--cookie`"),
        (
            &["api", "/myself", "--connection", "other"],
            3,
            "`jira-host connect`",
        ),
        (&["servicedesk", "/request"], 10, "`--service-management`"),
    ] {
        let ran = stage.run(words);
        assert!(ran.failed(code).contains(typed), "{ran:#?}");
    }
}

#[test]
fn a_wrong_command_is_an_error_of_usage() {
    let home = Home::new();
    home.run(&["nonsense"]).failed(2);
    home.run(&[]).failed(2);
    home.run(&["api"]).failed(2);
    home.run(&["demo", "--json"]).failed(2);
    for lone in ["--page-size", "--max-items", "--max-pages", "--in-flight"] {
        let ran = home.run(&["api", "/label", lone, "3"]);
        assert!(ran.failed(2).contains("--paginate|--stream"), "{ran:#?}");
        home.run(&["api", "/label", "--paginate", lone, "0"])
            .failed(2);
    }
    home.run(&["connect", "demo", "--timeout", "601"]).failed(2);
}

#[test]
fn what_is_no_number_that_can_be_is_refused_with_one_that_can() {
    let home = Home::new();
    let seconds = "it must be a number of seconds from 1 to 600, such as 30";
    let list = ["api", "/label", "--stream"];
    for (command, option, typed, told) in [
        (&["connect", "demo"][..], "--timeout", "601", seconds),
        (&["api", "/label"], "--timeout", "10s", seconds),
        (
            &["api", "/label"],
            "--max-bytes",
            "1M",
            "it must be a number of bytes, such as 1048576",
        ),
        (&list, "--max-items", "0", "it must be a number from 1 on"),
        (
            &list,
            "--page-size",
            "5001",
            "it must be a number from 1 to 5000",
        ),
        (
            &["gdpr", "sweep"],
            "--timeout",
            "1h",
            "it must be a number of seconds from 1 to 3600, such as 30",
        ),
        (
            &["simulate"],
            "--latency",
            "-1",
            "it must be a number of milliseconds, such as 200",
        ),
    ] {
        let ran = home.run(&[command, &[&format!("{option}={typed}")]].concat());
        let begin = format!("error: invalid value '{typed}' for '{option} ");
        assert!(ran.failed(2).starts_with(&begin), "{ran:#?}");
        assert!(ran.stderr.contains(told), "{ran:#?}");
    }
}

#[test]
fn the_help_tells_the_exit_codes() {
    let ran = Home::new().run(&["--help"]);
    let help = ran.done();
    for code in [
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "130",
    ] {
        let is_told = help
            .lines()
            .any(|line| line.trim_start().starts_with(&format!("{code}  ")));
        assert!(is_told, "{code} is missing:\n{help}");
    }
}

#[test]
fn a_store_of_an_unknown_scheme_is_no_file_and_its_password_is_not_shown() {
    let home = Home::new();
    let store = "valkey://:canary@cache.example/0?store=a";
    for command in [&["status"][..], &["store", "check"], &["config", "show"]] {
        let ran = home.run(&[&["--store", store], command].concat());
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        let told = &ran.stderr;
        assert!(told.contains("begins with `rediss://`"), "{told}");
        assert!(
            !told.contains("canary") && !ran.stdout.contains("canary"),
            "{ran:#?}"
        );
    }
    assert!(!home.path().join("valkey:").exists());
}

#[test]
fn every_fault_of_the_simulator_is_in_its_help_by_the_name_that_is_told() {
    let home = Home::new();
    let help = home.run(&["simulate", "--help"]).done().to_owned();
    let ran = home.run(&["simulate", "--fault", "GET /issue explode"]);
    let told = ran.failed(2);
    let (_, names) = told.split_once("expected one of ").unwrap();
    let names: Vec<_> = names.split('`').skip(1).step_by(2).collect();
    assert!(names.contains(&"retry-after"), "{told}");
    for name in names {
        let is_in_help = ["`", "="]
            .iter()
            .any(|end| help.contains(&format!("`{name}{end}")));
        assert!(is_in_help, "{name}: {help}");
    }
}

#[test]
fn a_redirect_uri_that_app_set_refuses_is_refused_by_simulate() {
    let home = Home::new();
    let uri = ["--redirect-uri", "foo"];
    let simulated = home.run(&[&["simulate"], &uri[..]].concat());
    let told = simulated.failed(2);
    let begin = "jira-host: the redirect URI `foo` is no URL: ";
    assert!(told.starts_with(begin), "{told}");
    let id = ["app", "set", "--client-id", "id", "--client-secret-stdin"];
    let stored = home.run_with_input(&[&id[..], &uri].concat(), "secret");
    assert_eq!(stored.failed(2), told);
}
