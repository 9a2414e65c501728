//! `jira-host simulate`, as it is started by a person and by a script.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where its set-up fails"
)]

#[path = "support/signals.rs"]
mod signals;
mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

/// A running simulator, which does not outlive its test.
struct Simulate {
    child: Child,
    stderr: BufReader<ChildStderr>,
}

impl Drop for Simulate {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(directory: &Path, arguments: &[&str]) -> Command {
    signals::let_be_heard();
    let mut command = Command::new(env!("CARGO_BIN_EXE_jira-host"));
    command
        .arg("simulate")
        .args(arguments)
        .env_clear()
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Starts it, and reads what it announces as JSON.
fn start(directory: &Path, arguments: &[&str]) -> (Simulate, Value) {
    let mut command = command(directory, arguments);
    command.args(["--json", "--port", "0"]);
    begin(command)
}

fn begin(mut command: Command) -> (Simulate, Value) {
    let mut child = command.spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let simulate = Simulate { child, stderr };
    let mut announced = serde_json::Deserializer::from_reader(stdout).into_iter();
    (simulate, announced.next().unwrap().unwrap())
}

impl Simulate {
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stderr.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Ends it by a signal: its exit code, and the rest of what it told.
    fn end(&mut self, signal: &str) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(sent.unwrap().success());
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

/// One request, and the whole answer as it came.
fn ask(mut connection: impl Read + Write, authority: &str, request: &str, body: &str) -> String {
    let length = body.len();
    let head = format!(
        "{request} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    connection.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // TLS may end without a word, which is an error beside all the bytes.
    let _ = connection.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

fn authority<'a>(announced: &'a Value, origin: &str) -> &'a str {
    let origin = announced[origin].as_str().unwrap();
    origin.split_once("://").unwrap().1
}

fn plain(announced: &Value, origin: &str, request: &str, body: &str) -> String {
    let authority = authority(announced, origin);
    ask(
        TcpStream::connect(authority).unwrap(),
        authority,
        request,
        body,
    )
}

#[test]
fn it_announces_how_to_connect_shows_requests_and_ends_well_with_ctrl_c() {
    let directory = tempfile::tempdir().unwrap();
    let (mut simulate, announced) = start(directory.path(), &["--sites", "2"]);
    assert_eq!(announced["sites"][1]["url"], "https://second.atlassian.net");
    assert_eq!(announced["app"]["auth_origin"], announced["auth_origin"]);
    assert_eq!(
        announced["app"]["redirect_uri"],
        "http://127.0.0.1:8734/callback"
    );
    assert_eq!(announced["ca_file"], Value::Null);

    let answer = plain(&announced, "api_origin", "GET /me", "");
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert_eq!(simulate.line(), "api GET /me -> 401");

    let (code, rest) = simulate.end("INT");
    assert_eq!(code, Some(0));
    assert_eq!(
        rest,
        "\nThe simulated Atlassian is gone, and all that was in it.\n"
    );
}

#[test]
fn the_commands_it_shows_are_on_a_store_of_their_own_and_take_the_secret_from_standard_input() {
    let directory = tempfile::tempdir().unwrap();
    let (_simulate, announced) = start(directory.path(), &[]);
    let commands = announced["commands"].as_array().unwrap();
    let commands: Vec<&str> = commands.iter().map(|c| c.as_str().unwrap()).collect();
    let secret = announced["app"]["client_secret"].as_str().unwrap();
    let set = commands[0]
        .strip_prefix(&format!("printf %s {secret} | "))
        .unwrap();
    let words = shlex::split(set).unwrap();
    assert_eq!(
        words[..5],
        ["jira-host", "--store", "simulated.db", "app", "set"]
    );
    for origin in ["auth_origin", "api_origin", "media_origin"] {
        assert!(words.contains(&announced[origin].as_str().unwrap().to_owned()));
    }
    assert!(!set.contains(secret));
    assert_eq!(
        commands[1],
        "jira-host --store simulated.db connect demo --service-management"
    );

    let mut from_environment = command(directory.path(), &["--json", "--port", "0"]);
    from_environment.env("JIRA_HOST_STORE", "real.db");
    let (_simulate, announced) = begin(from_environment);
    assert_eq!(
        announced["commands"][3],
        "jira-host --store simulated.db api /issue/DEMO-1"
    );

    let (_simulate, announced) = start(directory.path(), &["--store", "mine.db"]);
    assert_eq!(
        announced["commands"][3],
        "jira-host --store mine.db api /issue/DEMO-1"
    );
}

#[test]
fn the_commands_it_shows_are_a_whole_session() {
    let directory = tempfile::tempdir().unwrap();
    let (_simulate, announced) = start(directory.path(), &[]);
    let commands = announced["commands"].as_array().unwrap();
    let shown = |words: &str| {
        let mut lines = commands.iter().map(|line| line.as_str().unwrap());
        assert!(
            lines.any(|line| line.contains(&format!(" {words}"))),
            "{words} is missing: {commands:#?}"
        );
    };
    for words in [
        "app set",
        "connect demo",
        "status",
        "api /issue/DEMO-1",
        "api /label --paginate",
        "servicedesk /request/SUP-1",
        "doctor",
        "account add",
        "gdpr sweep --dry-run",
        "gdpr status",
    ] {
        shown(words);
    }
    // Those that need no consent are typed into a shell as they are.
    let path = Path::new(env!("CARGO_BIN_EXE_jira-host")).parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", path.display());
    for command in commands.iter().map(|line| line.as_str().unwrap()) {
        if command.contains(" app set ") || command.contains(" account add ") {
            let mut shell = Command::new("sh");
            shell.args(["-c", command]).current_dir(directory.path());
            shell
                .env_clear()
                .env("PATH", &path)
                .env("HOME", directory.path());
            shell.env("JIRA_HOST_COMPONENT", support::component());
            let ran = shell.output().unwrap();
            assert!(ran.status.success(), "{command}: {ran:?}");
        }
    }
    assert!(directory.path().join("simulated.db").exists());
}

#[test]
fn in_json_all_that_it_tells_is_an_object_a_line() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = command(directory.path(), &["--port", "0", "--log-format", "json"]);
    let mut child = command.spawn().unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let mut simulate = Simulate { child, stderr };
    let announced: Value = serde_json::from_str(&simulate.line()).unwrap();
    let message = announced["message"].as_str().unwrap();
    assert!(
        message.starts_with("A simulated Atlassian runs"),
        "{message}"
    );
    let api = message
        .lines()
        .find(|line| line.contains("API at"))
        .unwrap();
    let (_, authority) = api.split_once("http://").unwrap();
    let stream = TcpStream::connect(authority).unwrap();
    ask(stream, authority, "GET /me", "");
    let request: Value = serde_json::from_str(&simulate.line()).unwrap();
    assert_eq!(request["message"], "api GET /me -> 401");
    let (code, rest) = simulate.end("TERM");
    assert_eq!(code, Some(0));
    let farewell: Value = serde_json::from_str(&rest).unwrap();
    assert!(farewell["message"].is_string(), "{farewell}");
}

#[test]
fn to_a_person_it_speaks_on_standard_error_alone() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = command(directory.path(), &["--port", "0"]).spawn().unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let mut simulate = Simulate { child, stderr };
    let mut told = String::new();
    while !told.ends_with("Requests:\n\n") {
        assert_ne!(simulate.stderr.read_line(&mut told).unwrap(), 0, "{told}");
    }
    assert!(told.starts_with("A simulated Atlassian runs on this machine, until Ctrl-C.\n"));
    for part in [
        "https://example.atlassian.net",
        "\"client_id\"",
        "connect demo",
        "curl --data",
    ] {
        assert!(told.contains(part), "{part} is missing:\n{told}");
    }
    assert_eq!(simulate.end("TERM").0, Some(0));
    let mut stdout = String::new();
    let mut rest = simulate.child.stdout.take().unwrap();
    rest.read_to_string(&mut stdout).unwrap();
    assert_eq!(stdout, "");
}

#[test]
fn faults_are_ordered_on_the_command_line_and_while_it_runs() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = [
        "--fault",
        "GET /me status=503 retry-after=date",
        "--fault",
        "* /me cut",
    ];
    let (mut simulate, announced) = start(directory.path(), &arguments);
    let answer = plain(&announced, "api_origin", "GET /me", "");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains(" GMT\r\n"), "{answer}");
    assert_eq!(plain(&announced, "api_origin", "GET /me", ""), "");

    let fault = r#"{"path": "/me", "fault": {"status": 429, "retry_after": 7}}"#;
    let ordered = plain(&announced, "auth_origin", "POST /_simulator/faults", fault);
    assert!(ordered.starts_with("HTTP/1.1 201 "), "{ordered}");
    let answer = plain(&announced, "api_origin", "GET /me", "");
    assert!(answer.contains("retry-after: 7\r\n"), "{answer}");
    for told in ["503 (scripted)", "cut before answer", "429 (scripted)"] {
        assert_eq!(simulate.line(), format!("api GET /me -> {told}"));
    }
}

#[test]
fn lists_are_set_on_the_command_line() {
    let directory = tempfile::tempdir().unwrap();
    let list = "/label items=700 cap=50";
    let (_simulate, announced) = start(directory.path(), &["--list", list]);
    let set = plain(&announced, "auth_origin", "GET /_simulator/lists", "");
    assert!(set.contains(list), "{set}");
    let nonsense = ended(directory.path(), &["--list", "/label items=many"]);
    assert_eq!(nonsense.status.code(), Some(2));
}

#[test]
fn with_tls_the_certificate_to_trust_is_on_disk_for_as_long_as_the_run() {
    let directory = tempfile::tempdir().unwrap();
    let (mut simulate, announced) = start(directory.path(), &["--tls"]);
    let file = Path::new(announced["ca_file"].as_str().unwrap());
    let pem = std::fs::read(file).unwrap();
    assert_eq!(announced["ca_pem"].as_str().unwrap().as_bytes(), pem);
    let connect = announced["commands"][1].as_str().unwrap();
    assert!(connect.contains("simulated-ca.pem"), "{connect}");

    let authority = authority(&announced, "auth_origin");
    let answer = ask(trusting(&pem, authority), authority, "GET /_simulator", "");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");

    assert_eq!(simulate.end("INT").0, Some(0));
    assert!(!file.exists());
}

fn trusting(pem: &[u8], authority: &str) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(pem).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    StreamOwned::new(connection, TcpStream::connect(authority).unwrap())
}

#[test]
fn a_port_that_is_taken_and_an_order_that_makes_no_sense_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let (_simulate, announced) = start(directory.path(), &[]);
    let (_, port) = announced["auth_origin"]
        .as_str()
        .unwrap()
        .rsplit_once(':')
        .unwrap();
    let taken = ended(directory.path(), &["--port", port]);
    let told = String::from_utf8(taken.stderr).unwrap();
    assert_eq!(taken.status.code(), Some(10));
    assert!(
        told.contains(&format!("cannot listen on 127.0.0.1:{port}")),
        "{told}"
    );
    assert!(told.contains("hint: choose other ports"), "{told}");

    let nonsense = ended(directory.path(), &["--fault", "GET /issue explode"]);
    let told = String::from_utf8(nonsense.stderr).unwrap();
    assert_eq!(nonsense.status.code(), Some(2));
    assert!(told.contains("unknown field `explode`"), "{told}");
    assert_eq!(
        ended(directory.path(), &["--sites", "6"]).status.code(),
        Some(2)
    );
}

fn ended(directory: &Path, arguments: &[&str]) -> Output {
    command(directory, arguments).output().unwrap()
}
