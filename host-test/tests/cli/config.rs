use atlassian_simulator::{CANARY, Settings};
use serde_json::{Value, json};

use crate::consent::connect;
use crate::home::{Home, Ran};
use crate::stage::Stage;

/// The configuration file of a home, where nothing else is said.
fn configure(home: &Home, text: &str) {
    let folder = if cfg!(target_os = "macos") {
        "Library/Preferences"
    } else {
        ".config"
    };
    let folder = home.path().join(folder).join("jira-host");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), text).unwrap();
}

fn run_with(home: &Home, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let mut command = home.command(arguments);
    command.envs(variables.iter().copied());
    command.output().unwrap().into()
}

fn shown(ran: &Ran, setting: &str) -> (Value, String) {
    let setting = &ran.json()["settings"][setting];
    let source = setting["source"].as_str().unwrap().to_owned();
    (setting["value"].clone(), source)
}

#[test]
fn an_option_goes_before_a_variable_and_a_variable_before_the_file() {
    let home = Home::new();
    configure(
        &home,
        "store = '/file.db'\nallow_origin = ['https://file.example']",
    );
    let show = ["config", "show", "--json"];
    let ran = home.run(&show);
    assert_eq!(shown(&ran, "store"), (json!("/file.db"), "file".into()));
    let variables = [("JIRA_HOST_STORE", "/variable.db")];
    let ran = run_with(&home, &variables, &show);
    assert_eq!(
        shown(&ran, "store"),
        (json!("/variable.db"), "environment".into())
    );
    let typed = [&show[..], &["--store", "/typed.db"]].concat();
    let ran = run_with(&home, &variables, &typed);
    assert_eq!(shown(&ran, "store"), (json!("/typed.db"), "flag".into()));
    let origins = json!(["https://file.example"]);
    assert_eq!(shown(&ran, "allow_origin"), (origins, "file".into()));
    assert_eq!(shown(&ran, "ca"), (Value::Null, "default".into()));
}

#[test]
fn every_setting_may_come_from_the_file_and_from_the_environment() {
    let home = Home::new();
    configure(
        &home,
        "store = 'a.db'\ncomponent = 'a.wasm'\nca = 'a.pem'\n\
         allow_origin = ['https://a.example', 'https://b.example']\n\
         allow_address = ['10.0.0.0/8']\nproxy_from_environment = true\n\
         connection = 'a'\nverbosity = 'quiet'\nlog_format = 'json'\n",
    );
    let mut command = home.command(&["config", "show", "--json"]);
    command.env_remove("JIRA_HOST_COMPONENT");
    let from_file: Ran = command.output().unwrap().into();
    let variables = [
        ("JIRA_HOST_STORE", "b.db"),
        ("JIRA_HOST_COMPONENT", "b.wasm"),
        ("JIRA_HOST_CA", "b.pem"),
        (
            "JIRA_HOST_ALLOW_ORIGIN",
            "https://c.example,https://d.example",
        ),
        ("JIRA_HOST_ALLOW_ADDRESS", "10.1.0.0/16"),
        ("JIRA_HOST_PROXY_FROM_ENVIRONMENT", "no"),
        ("JIRA_HOST_CONNECTION", "b"),
        ("JIRA_HOST_VERBOSITY", "verbose"),
        ("JIRA_HOST_LOG_FORMAT", "text"),
    ];
    let from_environment = run_with(&home, &variables, &["config", "show", "--json"]);
    let settings = from_file.json()["settings"].clone();
    for (setting, _) in settings.as_object().unwrap() {
        if setting == "key" {
            continue;
        }
        let (value, source) = shown(&from_file, setting);
        assert_eq!(source, "file", "{setting}");
        let (other, source) = shown(&from_environment, setting);
        assert_eq!(source, "environment", "{setting}");
        assert_ne!(value, other, "{setting}");
    }
    let folder = from_file.json()["file"].as_str().unwrap().to_owned();
    let beside = folder.replace("config.toml", "a.pem");
    assert_eq!(shown(&from_file, "ca").0, json!(beside));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_that_is_empty_counts_as_not_set() {
    let mut stage = Stage::set().await;
    let show = ["config", "show", "--json"];
    let before = stage.run(&show).json();
    for variable in [
        "JIRA_HOST_STORE",
        "JIRA_HOST_CA",
        "JIRA_HOST_ALLOW_ORIGIN",
        "JIRA_HOST_ALLOW_ADDRESS",
        "JIRA_HOST_PROXY_FROM_ENVIRONMENT",
        "JIRA_HOST_CONFIG",
        "JIRA_HOST_CONNECTION",
        "JIRA_HOST_VERBOSITY",
        "JIRA_HOST_LOG_FORMAT",
        "JIRA_HOST_KEY",
        "JIRA_HOST_NEW_KEY",
        "JIRA_HOST_CLIENT_SECRET",
        "JIRA_HOST_STROE",
    ] {
        stage.home.set(variable, "");
        assert_eq!(stage.run(&show).json(), before, "{variable}");
    }
    stage.run(&["store", "check"]).done();
    stage.run(&["app", "set", "--report-personal-data"]).done();
    let doctor = stage.run(&["doctor", "--offline"]);
    assert!(!doctor.done().contains("JIRA_HOST_"), "{doctor:#?}");
}

#[test]
fn a_file_that_cannot_be_used_ends_the_command_and_its_text_is_not_shown() {
    let home = Home::new();
    for (text, why) in [
        ("\nstroe = 'canary'", "line 2: unknown field `stroe`"),
        ("store = 'canary", "line 1: "),
        ("quiet = true", "unknown field `quiet`"),
    ] {
        configure(&home, text);
        let ran = home.run(&["status"]);
        let told = ran.failed(10);
        assert!(told.contains(why) && told.contains("hint: "), "{told}");
        assert!(!told.contains(CANARY), "{told}");
    }
    home.run(&["--config", "nowhere.toml", "status"]).failed(10);
    let shown = home.run(&["config", "show"]);
    assert_eq!(shown.code, Some(10), "{shown:#?}");
    assert!(shown.stdout.contains("verbosity"), "{shown:#?}");
    home.run(&["completions", "bash"]).done();
}

#[test]
fn a_file_is_named_by_option_or_variable() {
    let home = Home::new();
    let file = home.file("mine.toml", "connection = 'mine'");
    let show = ["config", "show", "--json"];
    let ran = home.run(&[&show[..], &["--config", &file]].concat());
    assert_eq!(shown(&ran, "connection").0, "mine");
    let ran = run_with(&home, &[("JIRA_HOST_CONFIG", &file)], &show);
    assert_eq!(shown(&ran, "connection").0, "mine");
}

#[test]
fn no_password_and_no_key_is_shown() {
    let home = Home::new();
    // As base64 these are 32 bytes.
    let key = format!("{}Xq7CanA", CANARY.repeat(3));
    let [store, proxy] = [
        "redis://ada:{}@127.0.0.1:1/0",
        "http://ada:{}@proxy.example",
    ]
    .map(|url| url.replace("{}", CANARY));
    let variables = [
        ("JIRA_HOST_STORE", store.as_str()),
        ("JIRA_HOST_KEY", &key),
        ("HTTPS_PROXY", &proxy),
        ("JIRA_HOST_PROXY_FROM_ENVIRONMENT", "true"),
    ];
    for arguments in [
        &["config", "show"][..],
        &["config", "show", "--json"],
        &["--help"],
        &["api", "--help"],
        &["man"],
        &["completions", "fish"],
        &["doctor", "--offline"],
        &["doctor", "--offline", "--json"],
    ] {
        let ran = run_with(&home, &variables, arguments);
        let told = ran.stdout + &ran.stderr;
        assert!(!told.contains(CANARY), "{arguments:?} {told}");
    }
}

#[test]
fn no_password_that_was_typed_is_shown_in_commands_to_type() {
    let home = Home::new();
    let store = format!("redis://ada:{CANARY}@127.0.0.1:1/0");
    // It could not run anyway.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for command in [&["simulate", "--port", &port][..], &["doctor", "--offline"]] {
        let ran = home.run(&[command, &["--store", &store]].concat());
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        let told = ran.stdout + &ran.stderr;
        assert!(told.contains("no password belongs there"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connection_of_a_request_may_be_configured() {
    let stage = Stage::set().await;
    connect(&stage, &["one"]).await.0.done();
    connect(&stage, &["two"]).await.0.done();
    stage.run(&["api", "/myself"]).failed(2);
    configure(&stage.home, "connection = 'one'");
    stage.run(&["api", "/myself"]).done();
    let nobody = [("JIRA_HOST_CONNECTION", "nobody")];
    run_with(&stage.home, &nobody, &["api", "/myself"]).failed(3);
    run_with(&stage.home, &nobody, &["api", "/myself", "-c", "two"]).done();
    let chosen = stage.run(&["use", "two"]);
    chosen.done();
    assert!(
        chosen
            .stderr
            .contains("requests still go by one: the file says so"),
        "{chosen:#?}"
    );
    let table = stage.run(&["config", "show"]);
    let line = table
        .done()
        .lines()
        .find(|line| line.starts_with("connection"));
    assert!(line.unwrap().contains(" one "), "{table:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn origins_that_were_kept_with_the_application_are_shown() {
    let stage = Stage::without_app(Settings::default()).await;
    let (kept, other) = ("https://kept.example", "https://other.example");
    stage.store_app(&["--allow-origin", kept]).done();
    let show = ["config", "show", "--json"];
    let ran = stage.run(&show);
    assert_eq!(
        shown(&ran, "allow_origin"),
        (json!([kept]), "chosen".into())
    );
    assert_eq!(
        ran.json()["settings"]["allow_origin"]["place"],
        "jira-host app set"
    );
    let ran = stage.run(&[&show[..], &["--allow-origin", other]].concat());
    let both = json!([kept, other]);
    assert_eq!(shown(&ran, "allow_origin"), (both, "flag".into()));
    assert_eq!(
        ran.json()["settings"]["allow_origin"]["place"],
        "--allow-origin and jira-host app set"
    );
}

#[test]
fn a_file_that_cannot_be_used_is_there_all_the_same() {
    let home = Home::new();
    let file = home.file("c.toml", "this is = = none");
    let ran = home.run(&["config", "show", "--json", "--config", &file]);
    let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(shown["file_exists"], true, "{ran:#?}");
}

#[test]
fn a_value_that_is_not_valid_is_told_with_the_variable_that_it_is_from() {
    let home = Home::new();
    let variables = [("JIRA_HOST_VERBOSITY", "loud"), ("JIRA_HOST_CA", "a.pem")];
    let ran = run_with(&home, &variables, &["status"]);
    let told = "error: invalid value 'loud' for 'JIRA_HOST_VERBOSITY'";
    assert!(ran.failed(2).starts_with(told), "{ran:#?}");
    let ran = run_with(&home, &variables, &["status", "--verbosity=louder"]);
    let told = "error: invalid value 'louder' for '--verbosity <LEVEL>'";
    assert!(ran.failed(2).starts_with(told), "{ran:#?}");
}

#[test]
fn what_is_wrong_with_the_store_is_said_and_all_else_is_shown() {
    let home = Home::new();
    let mut command = home.command(&["config", "show"]);
    let ran: Ran = command
        .env("JIRA_HOST_STORE", "redis://")
        .output()
        .unwrap()
        .into();
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("the address of the store"), "{ran:#?}");
    let row = ran
        .stdout
        .lines()
        .find(|line| line.trim_start().starts_with("store"));
    assert!(row.unwrap().contains("JIRA_HOST_STORE"), "{ran:#?}");
    assert!(ran.stdout.contains("log_format"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_are_damaged_are_told_and_hide_no_connection() {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    let mut settings = stage.home.store().into_os_string();
    settings.push(".settings.json");
    std::fs::write(settings, "{").unwrap();
    let ran = stage.run(&["status"]);
    assert!(ran.done().contains("demo"), "{ran:#?}");
    assert!(
        ran.stderr
            .contains("which connection is the default is not known"),
        "{ran:#?}"
    );
    let ran = stage.run(&["config", "show"]);
    assert!(
        ran.stdout.contains("log_format") && ran.code != Some(0),
        "{ran:#?}"
    );
}
