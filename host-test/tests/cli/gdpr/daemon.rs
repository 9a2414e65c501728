use std::io::{Read, Write};
use std::net::TcpStream;

use atlassian_simulator::{Fault, Gate};
use rustix::process::Signal;
use serde_json::Value;

use super::register::{ADA, now_unix_ms};
use crate::home::Home;
use crate::running::Running;
use crate::stage::Stage;

const HOUR_MS: u64 = 3_600_000;

const SCHEDULE: [&str; 6] = ["gdpr", "schedule", "--jitter", "0s", "--health-listen", "0"];

/// A daemon, and where it tells how it stands.
struct Daemon {
    running: Running,
    address: String,
}

impl Daemon {
    fn start(stage: &Stage, arguments: &[&str]) -> Daemon {
        Daemon::of(Running::begin(stage, &[&SCHEDULE[..], arguments].concat()))
    }

    /// One that finds a sweep due, and whose report is on its way until the gate
    /// opens.
    async fn reporting(stage: &Stage, arguments: &[&str]) -> (Daemon, Gate) {
        stage.due_at(now_unix_ms() - HOUR_MS).await;
        let gate = stage.hold_report();
        let daemon = Daemon::start(stage, arguments);
        gate.reached().await;
        (daemon, gate)
    }

    fn of(mut running: Running) -> Daemon {
        let address = loop {
            let line = running.line();
            if let Some(address) = line.strip_prefix("health at http://") {
                break address.trim().trim_end_matches("/health").to_owned();
            }
        };
        Daemon { running, address }
    }

    /// Reads on until a line has this.
    fn told(&mut self, part: &str) -> String {
        loop {
            let line = self.running.line();
            if line.contains(part) {
                return line;
            }
        }
    }

    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address);
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        (status, body.to_owned())
    }

    fn health(&self) -> (u16, Value) {
        let (status, body) = self.get("/health");
        (status, serde_json::from_str(&body).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_in_the_middle_of_a_sweep_ends_it_cleanly() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let stage = Stage::connected().await;
        let file = stage.home.path().join("health.json");
        let health = ["--health", file.to_str().unwrap()];
        let (mut daemon, gate) = Daemon::reporting(&stage, &health).await;
        assert_eq!(daemon.health().1["state"], "sweeping");
        daemon.running.signal(signal);
        daemon.told("finishing");
        gate.open();
        let ran = daemon.running.end();
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        assert!(
            ran.stderr.ends_with("Ended, with nothing on its way.\n"),
            "{ran:#?}"
        );

        let health: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        assert_eq!(
            (&health["state"], &health["reported"]),
            (&"ended".into(), &1.into())
        );
        let account = stage.run(&["account", "show", ADA, "--json"]).json();
        assert!(account["reported_at_unix_ms"].is_u64(), "{account}");
        let status = stage.run(&["gdpr", "status", "--json"]).json();
        assert!(status["busy_until_unix_ms"].is_null(), "{status}");
        stage.run(&["gdpr", "sweep"]).done();
        assert_eq!(stage.reports(ADA), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_it_after_a_sweep_that_failed_meanwhile() {
    let stage = Stage::connected().await;
    let (mut daemon, gate) = Daemon::reporting(&stage, &["--backoff", "10ms"]).await;
    daemon.running.signal(Signal::TERM);
    daemon.told("finishing");
    stage.break_store();
    gate.open();
    daemon.told("hint: `jira-host store check`");
    assert_eq!(daemon.running.line(), "Ended, with nothing on its way.\n");
    assert_eq!(daemon.running.end().code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let stage = Stage::connected().await;
    let (mut daemon, gate) = Daemon::reporting(&stage, &[]).await;
    daemon.running.signal(Signal::TERM);
    daemon.told("finishing");
    daemon.running.signal(Signal::TERM);
    assert_eq!(daemon.running.end().code, Some(130));
    gate.open();
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn what_it_is_started_to_ignore_does_not_end_it() {
    for (name, signal) in [("HUP", Signal::HUP), ("INT", Signal::INT)] {
        let stage = Stage::connected().await;
        stage.due_at(now_unix_ms() - HOUR_MS).await;
        let gate = stage.hold_report();
        let mut command = stage.home.command_ignoring(name, &SCHEDULE);
        let mut daemon = Daemon::of(Running::of(command.spawn().unwrap()));
        gate.reached().await;
        daemon.running.signal(signal);
        // Of two that it hears, the second would end it at once.
        daemon.running.signal(Signal::TERM);
        daemon.told("finishing");
        gate.open();
        assert_eq!(daemon.running.end().code, Some(0), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_a_daemon_that_waits_in_a_sweep() {
    let stage = Stage::connected().await;
    stage.due_at(now_unix_ms() - HOUR_MS).await;
    stage.answer_report(Fault::status(429, &[("retry-after", "170")]));
    let mut daemon = Daemon::start(&stage, &[]);
    daemon.told("goes on in 2 minutes");
    let (_, health) = daemon.health();
    let stands = (&health["state"], &health["failures_in_a_row"]);
    assert_eq!(stands, (&"sweeping".into(), &0.into()));
    daemon.running.signal(Signal::TERM);
    assert_eq!(daemon.running.end().code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sweep_is_tried_again_and_what_was_overdue_is_not_any_more() {
    let stage = Stage::connected().await;
    stage.due_at(now_unix_ms() - 3 * HOUR_MS).await;
    stage.simulator.expire_access_tokens();
    stage.answer_report(Fault::status(500, &[]));
    let gate = stage.hold_report();
    let mut daemon = Daemon::start(&stage, &["--backoff", "10ms"]);
    let overdue = daemon.told("OVERDUE");
    assert!(overdue.contains("3 h"), "{overdue}");
    daemon.told("failed: batch 1");
    gate.reached().await;
    let (status, health) = daemon.health();
    assert_eq!(
        (status, &health["overdue"], &health["healthy"]),
        (503, &true.into(), &false.into())
    );
    assert_eq!(health["failures_in_a_row"], 1);
    let (_, metrics) = daemon.get("/metrics");
    assert!(
        metrics.contains("\njira_host_gdpr_overdue 1\n"),
        "{metrics}"
    );
    for line in [
        "jira_calls_under_way{export=\"gdpr-sweep\"} 1",
        "jira_call_attempts_total{export=\"gdpr-sweep\"} 1",
        "jira_call_waits_seconds_total{export=\"gdpr-sweep\"} 0.0",
    ] {
        assert!(metrics.lines().any(|it| it == line), "{line}: {metrics}");
    }
    let failed = "http_client_request_duration_seconds_count{http_request_method=\"POST\",\
                  server_address=\"127.0.0.1\"";
    let failed = metrics
        .lines()
        .find(|line| line.starts_with(failed))
        .unwrap();
    assert!(
        failed.contains("http_response_status_code=\"500\"") && failed.ends_with(" 1"),
        "{failed}"
    );
    gate.open();
    daemon.told("The next one is due");
    daemon.told("not overdue any more");
    let (_, metrics) = daemon.get("/metrics");
    for line in [
        "jira_refreshes_total{outcome=\"rotated\"} 1",
        "jira_call_attempts_total{export=\"gdpr-sweep\"} 3",
    ] {
        assert!(metrics.lines().any(|it| it == line), "{line}: {metrics}");
    }
    let (status, health) = daemon.health();
    assert_eq!(
        (status, &health["overdue"], &health["reported"]),
        (200, &false.into(), &1.into())
    );
    assert_eq!(daemon.get("/elsewhere").0, 404);
    daemon.running.signal(Signal::TERM);
    daemon.running.end();
    assert_eq!(stage.reports(ADA), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_be_read_is_looked_at_again_and_the_sweep_made_then() {
    let stage = Stage::connected().await;
    let (mut daemon, gate) = Daemon::reporting(&stage, &["--backoff", "10ms"]).await;
    stage.break_store();
    gate.open();
    for _failure_of_the_run_and_two_looks in 0..3 {
        daemon.told("jira-host: ");
    }
    let (_, health) = daemon.health();
    assert_eq!(
        (&health["failures_in_a_row"], &health["state"]),
        (&1.into(), &"look-failed".into())
    );
    assert!(health["look_failure"].is_string(), "{health}");
    stage.mend_store();
    daemon.told("The next one is due");
    let (_, health) = daemon.health();
    assert!(health["look_failure"].is_null(), "{health}");
    daemon.running.signal(Signal::TERM);
    assert_eq!(daemon.running.end().code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_daemons_one_sweeps() {
    let stage = Stage::connected().await;
    let (mut first, gate) = Daemon::reporting(&stage, &[]).await;
    let second = Daemon::start(&stage, &[]);
    let (_, health) = second.health();
    assert_eq!(health["healthy"], true);
    gate.open();
    first.told("The next one is due");
    for daemon in [first, second] {
        daemon.running.signal(Signal::TERM);
        assert_eq!(daemon.running.end().code, Some(0));
    }
    assert_eq!(stage.reports(ADA), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_cannot_listen_it_does_not_start() {
    let stage = Stage::connected().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = stage.run(&["gdpr", "schedule", "--health-listen", &address]);
    assert!(ran.failed(10).contains("cannot listen"), "{ran:#?}");
    stage
        .run(&["gdpr", "schedule", "--health-listen", "here"])
        .failed(2);
    stage.run(&["gdpr", "schedule", "--jitter", "30"]).failed(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_its_health_could_not_be_written_it_does_not_start() {
    let stage = Stage::connected().await;
    for (file, why) in [
        ("nowhere/health.json", "there is no folder `nowhere`"),
        (".", "it is a folder"),
    ] {
        let ran = stage.run(&["gdpr", "schedule", "--health", file]);
        assert!(ran.failed(10).contains(why), "{ran:#?}");
    }
}

const UNKNOWN: &str = "there is no connection \"nobody\"";

/// While nothing is due, no sweep would find it out.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_not_there_is_told_before_anything_is_due() {
    let stage = Stage::connected().await;
    stage.run(&["gdpr", "sweep", "--connection", "demo"]).done();
    for words in [&["gdpr", "sweep"][..], &["gdpr", "sweep", "--dry-run"]] {
        let ran = stage.run(&[words, &["--connection", "nobody"]].concat());
        assert_eq!(ran.code, Some(3), "{ran:#?}");
        assert!(ran.stderr.contains(UNKNOWN), "{ran:#?}");
    }
    // It goes on with erasures all the same.
    let arguments = [&SCHEDULE[..], &["--connection", "nobody"]].concat();
    let mut daemon = Running::begin(&stage, &arguments);
    assert!(daemon.line().contains(UNKNOWN));
    let daemon = Daemon::of(daemon);
    daemon.running.signal(Signal::TERM);
    assert_eq!(daemon.running.end().code, Some(0));
}

#[test]
fn a_pause_of_nothing_is_refused() {
    let home = Home::new();
    for backoff in ["0s", "9ms"] {
        let ran = home.run(&["gdpr", "schedule", "--backoff", backoff]);
        assert!(ran.failed(2).contains("the least is 10ms"), "{ran:#?}");
    }
}
