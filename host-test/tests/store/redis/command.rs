//! `jira-host` with a store on a Redis server, as it is started by a person.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use atlassian_simulator::CANARY;

use crate::place::Place;
use crate::redis_server::RedisServer;

const SET: [&str; 7] = [
    "app",
    "set",
    "--client-id",
    "the-client",
    "--redirect-uri",
    "http://127.0.0.1:1/callback",
    "--client-secret-stdin",
];

/// A server, and a person with a home.
struct Person {
    server: RedisServer,
    place: Place,
}

struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Person {
    fn with(server: Option<RedisServer>) -> Option<Self> {
        let place = Place::new();
        server.map(|server| Person { server, place })
    }

    fn home(&self) -> PathBuf {
        self.place.file("home")
    }

    /// The folder where the key file is.
    fn data(&self) -> PathBuf {
        let data = match cfg!(target_os = "macos") {
            true => "Library/Application Support",
            false => ".local/share",
        };
        self.home().join(data).join("jira-host")
    }

    fn key_file(&self) -> PathBuf {
        let mut files = fs::read_dir(self.data()).unwrap();
        let path = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().path();
        let mut keys = files.by_ref().map(path);
        keys.find(|path| path.extension().is_some_and(|ending| ending == "key"))
            .unwrap()
    }

    fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
        let store = self.server.url("a");
        self.run_with_input(
            arguments,
            &[&[("JIRA_HOST_STORE", store.as_str())], environment].concat(),
            "",
        )
    }

    fn run_with_input(&self, arguments: &[&str], environment: &[(&str, &str)], input: &str) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jira-host"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home())
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Whoever refuses its arguments does not read.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ran = Ran {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        for shown in [&ran.stdout, &ran.stderr] {
            assert!(!shown.contains(CANARY), "{shown}");
        }
        ran
    }

    fn set(&self) {
        let store = self.server.url("a");
        let ran = self.run_with_input(
            &SET,
            &[("JIRA_HOST_STORE", &store)],
            &format!("{CANARY}-secret"),
        );
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
}

#[test]
fn a_first_session_is_as_with_a_file() {
    let Some(person) = Person::with(RedisServer::start()) else {
        return;
    };
    let ran = person.run(&["app", "show"], &[]);
    assert_eq!(ran.code, Some(10), "{}", ran.stderr);
    assert_eq!(
        person.server.command::<u32>(&["DBSIZE"]),
        0,
        "looking makes nothing"
    );

    person.set();
    let ran = person.run(&["app", "show"], &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("the-client"), "{}", ran.stdout);

    let ran = person.run(&["store", "check"], &[]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "KEYS  ENTRIES\napp   1\nall   1\n")
    );
    let store = person.server.address("a");
    let whole = format!("The store `{store}` is whole, and the key opens it.\n");
    assert_eq!(ran.stderr, whole);
}

#[test]
fn the_key_is_changed_and_the_store_goes_to_a_file_and_back() {
    let Some(person) = Person::with(RedisServer::start()) else {
        return;
    };
    person.set();
    let before = fs::read(person.key_file()).unwrap();
    let ran = person.run(&["store", "rotate-key"], &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let told = format!(
        "Sealed 1 entry under the new key; `{}` has",
        person.key_file().display()
    );
    assert!(ran.stderr.starts_with(&told), "{}", ran.stderr);
    assert_ne!(fs::read(person.key_file()).unwrap(), before);

    let text = |name| person.place.file(name).to_str().unwrap().to_owned();
    let (export, key, file) = (text("export"), text("export.key"), text("secrets.db"));
    let ran = person.run(&["store", "export", &export, "--key-file", &key], &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let import = ["store", "import", &export, "--key-file", &key];
    let ran = person.run(&[&import[..], &["--store", &file]].concat(), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ran = person.run(&import, &[]);
    assert_eq!(ran.code, Some(9));
    assert!(ran.stderr.contains("`app` among them"), "{}", ran.stderr);
    let ran = person.run(&[&import[..], &["--replace"]].concat(), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn the_key_may_be_in_the_environment_and_then_there_is_no_file() {
    let Some(person) = Person::with(RedisServer::start()) else {
        return;
    };
    let (store, key, next) = (person.server.url("a"), "11".repeat(32), "22".repeat(32));
    let environment = [
        ("JIRA_HOST_STORE", store.as_str()),
        ("JIRA_HOST_KEY", key.as_str()),
    ];
    let ran = person.run_with_input(&SET, &environment, &format!("{CANARY}-secret"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let environment = [
        ("JIRA_HOST_KEY", key.as_str()),
        ("JIRA_HOST_NEW_KEY", &next),
    ];
    let ran = person.run(&["store", "rotate-key"], &environment);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(!person.data().exists());
    let ran = person.run(&["store", "check"], &[("JIRA_HOST_KEY", &key)]);
    assert_eq!(ran.code, Some(9));
    let ran = person.run(&["store", "check"], &[("JIRA_HOST_KEY", &next)]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn a_password_comes_from_the_environment_or_a_file_and_not_from_the_arguments() {
    let settings = [
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        "--requirepass",
        CANARY,
    ];
    let Some(person) = Person::with(RedisServer::start_with(&settings)) else {
        return;
    };
    let file = person.place.file("password");
    fs::write(&file, format!("{CANARY}\n")).unwrap();
    let file = file.to_str().unwrap();
    let show = ["app", "show"];
    for environment in [
        ("JIRA_HOST_REDIS_PASSWORD", CANARY),
        ("JIRA_HOST_REDIS_PASSWORD_FILE", file),
    ] {
        let ran = person.run(&show, &[environment]);
        assert_eq!(ran.code, Some(10), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("no application is stored yet"),
            "{}",
            ran.stderr
        );
    }
    let ran = person.run(
        &show,
        &[("JIRA_HOST_REDIS_PASSWORD", &format!("{CANARY} guess"))],
    );
    assert_eq!(ran.code, Some(9));
    assert!(
        ran.stderr.contains("does not take this user and password"),
        "{}",
        ran.stderr
    );
    let ran = person.run(&show, &[("JIRA_HOST_REDIS_PASSWORD_FILE", "nowhere")]);
    assert_eq!(ran.code, Some(9));
    assert!(
        ran.stderr
            .contains("JIRA_HOST_REDIS_PASSWORD_FILE names cannot"),
        "{}",
        ran.stderr
    );

    let ran = person.run(
        &[
            "--store",
            &format!("redis://me:{CANARY}@127.0.0.1:1/"),
            "app",
            "show",
        ],
        &[],
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(
        ran.stderr.contains("put it into JIRA_HOST_REDIS_PASSWORD"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_wrong_address_is_told_and_no_help_shows_it() {
    let Some(person) = Person::with(RedisServer::start()) else {
        return;
    };
    let with = |arguments: &[&str], store: &str| {
        person.run_with_input(arguments, &[("JIRA_HOST_STORE", store)], "")
    };
    let ran = with(
        &["app", "show"],
        &format!("redis://me:{CANARY}@127.0.0.1/{CANARY}"),
    );
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    let told = "jira-host: the address of the store: the database is not a number; an address is ";
    assert!(ran.stderr.starts_with(told), "{}", ran.stderr);
    let ran = with(
        &["app", "show", "--help"],
        &format!("redis://me:{CANARY}@127.0.0.1/"),
    );
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains("JIRA_HOST_STORE"), "{}", ran.stdout);
    let ran = with(
        &["app", "show"],
        &format!("redis://me:{CANARY}@127.0.0.1:1/"),
    );
    assert_eq!(ran.code, Some(9));
    assert!(
        ran.stderr.contains("hint: see to it that the server runs"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_server_that_forgets_is_warned_of_when_something_is_stored_and_by_a_check() {
    let Some(person) = Person::with(RedisServer::start_with(&["--appendonly", "no"])) else {
        return;
    };
    let store = person.server.url("a");
    let ran = person.run_with_input(
        &SET,
        &[("JIRA_HOST_STORE", &store)],
        &format!("{CANARY}-secret"),
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let warning = "the server keeps no log of changes";
    assert_eq!(ran.stderr.matches(warning).count(), 1, "{}", ran.stderr);
    let ran = person.run(&["store", "check"], &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(
        ran.stderr.matches(&format!("warning: {warning}")).count(),
        1,
        "{}",
        ran.stderr
    );
    let ran = person.run(&["app", "show"], &[]);
    assert!(!ran.stderr.contains(warning), "{}", ran.stderr);
}
