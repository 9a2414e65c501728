use atlassian_simulator::{Fault, Gate, On};
use serde_json::Value;

use super::register::{ADA, REPORTS, RETRIEVED_UNIX_MS, now_unix_ms};
use crate::home::Home;
use crate::running::Running;
use crate::stage::Stage;

/// A sweep that Ctrl-C ends as soon as its report, which is on its way until the
/// gate opens, is answered.
async fn interrupted(stage: &Stage) -> (Running, Gate) {
    let gate = stage.hold_report();
    let mut sweep = Running::begin(stage, &["gdpr", "sweep"]);
    gate.reached().await;
    sweep.interrupt();
    assert!(sweep.line().starts_with("finishing"));
    (sweep, gate)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_tells_what_it_did_until_that_is_acknowledged() {
    let stage = Stage::connected().await;
    stage.add(&["closed", "changed", "active"]);
    stage.keep(&["closed", "changed"]).await;
    stage.simulator.close_account("closed");
    stage
        .simulator
        .change_profile("changed", RETRIEVED_UNIX_MS + 1);

    let dry = stage.run(&["gdpr", "sweep", "--dry-run"]);
    let mut ids: Vec<_> = dry.done().lines().collect();
    ids.sort_unstable();
    assert_eq!(ids, [ADA, "active", "changed", "closed"]);
    assert!(dry.stderr.contains("Nothing was sent."), "{dry:#?}");
    assert_eq!(stage.reports("active"), 0);

    let sweep = stage.run(&["gdpr", "sweep"]);
    for part in [
        "4 accounts in 1 batch",
        "the whole register",
        "next due",
        "closed",
        "updated",
    ] {
        assert!(sweep.done().contains(part), "{part}: {sweep:#?}");
    }
    assert!(sweep.stderr.contains("2 actions wait"), "{sweep:#?}");
    let heading = sweep.stdout.lines().next().unwrap();
    let id = heading.strip_prefix("Sweep ").unwrap();
    stage.run(&["gdpr", "log", id]).done();
    let actions = stage.run(&["gdpr", "actions", "--json"]).json();
    let actions = actions.as_array().unwrap();
    assert_eq!(actions.len(), 2);
    for action in actions {
        let erased = &action["erased"];
        let is_closed = action["account_id"] == "closed";
        assert_eq!(
            action["state"],
            if is_closed { "closed" } else { "updated" }
        );
        assert_eq!(erased["pack_configurations"], u32::from(is_closed));
        assert_eq!(
            (&erased["action_options"], &erased["user_data"]),
            (&1.into(), &1.into())
        );
    }
    let ids: Vec<_> = actions
        .iter()
        .map(|it| it["id"].as_str().unwrap())
        .collect();
    let acknowledge = stage.run(&["gdpr", "acknowledge", ids[0], ids[1]]);
    assert!(
        acknowledge.stderr.starts_with("2 actions"),
        "{acknowledge:#?}"
    );
    let actions = stage.run(&["gdpr", "actions"]);
    let told = (actions.done(), actions.stderr.as_str());
    assert_eq!(told, ("", "No action waits.\n"));

    let again = stage.run(&["gdpr", "sweep"]);
    assert!(
        again.done().starts_with("Nothing was reported\n"),
        "{again:#?}"
    );
    let again = stage.run(&["gdpr", "sweep", "--json"]).json();
    assert_eq!(
        (&again["counts"]["reported"], &again["end"]["state"]),
        (&0.into(), &"complete".into())
    );
    let status = stage.run(&["gdpr", "status"]);
    assert!(
        status.done().contains("The next sweep is due in 6 d 23 h"),
        "{status:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connection_of_a_sweep_has_a_short_option_as_that_of_a_request() {
    let stage = Stage::connected().await;
    stage.run(&["gdpr", "sweep", "-c", "demo"]).done();
    for command in [["gdpr", "sweep"], ["gdpr", "schedule"]] {
        let help = stage.run(&[&command[..], &["-h"]].concat());
        assert!(help.done().contains("-c, --connection"), "{help:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_overdue_has_an_exit_code_of_its_own() {
    const HOUR_MS: u64 = 3_600_000;
    let stage = Stage::connected().await;
    let due = now_unix_ms() - HOUR_MS;
    stage.due_at(due).await;
    let status = stage.run(&["gdpr", "status"]);
    assert!(
        status.done().starts_with("A sweep is due, for 1 h"),
        "{status:#?}"
    );

    stage.due_at(due - 2 * HOUR_MS).await;
    let status = stage.run(&["gdpr", "status"]);
    assert_eq!(status.code, Some(12), "{status:#?}");
    assert!(
        status.stdout.starts_with("A sweep is overdue, for 3 h"),
        "{status:#?}"
    );
    for part in ["is overdue", "hint: report now: `jira-host gdpr sweep`"] {
        assert!(status.stderr.contains(part), "{part}: {status:#?}");
    }
    let status = stage.run(&["gdpr", "status", "--json", "--quiet"]);
    assert_eq!(status.code, Some(12), "{status:#?}");
    let summary: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(summary["overdue"], true);

    stage.run(&["gdpr", "sweep"]).done();
    stage.run(&["gdpr", "status"]).done();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_sweeps_and_the_evidence_of_each() {
    let stage = Stage::connected().await;
    let nothing = stage.run(&["gdpr", "log"]);
    assert_eq!(
        (nothing.done(), nothing.stderr.as_str()),
        ("", "Nothing was reported yet.\n")
    );
    stage.add(&["gone"]);
    stage.simulator.close_account("gone");
    let report = stage.run(&["gdpr", "sweep", "--json"]).json();
    let id = report["sweep"].as_str().unwrap();
    let log = stage.run(&["gdpr", "log"]);
    assert!(
        log.done().contains(id) && log.done().contains("complete"),
        "{log:#?}"
    );
    let evidence = stage.run(&["gdpr", "log", "latest"]);
    assert!(evidence.done().contains("closed: gone"), "{evidence:#?}");
    let evidence = stage.run(&["gdpr", "log", id, "--json"]).json();
    assert_eq!(evidence["evidence"], report["evidence"]);
    assert_eq!(evidence["counts"], report["counts"]);
    assert!(
        stage
            .run(&["gdpr", "log", "1"])
            .failed(2)
            .contains("no sweep 1")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stops_a_sweep_is_its_exit_code() {
    let stage = Stage::connected().await;
    let later = |status| Fault::status(status, &[("retry-after", "7200")]);
    for (fault, code, told) in [
        (
            Fault::status(403, &[]),
            10,
            "add the personal data reporting API",
        ),
        (later(429), 5, "not again before"),
        (later(503), 5, "not again before"),
        (Fault::status(500, &[]), 4, "failed: batch 1, account"),
        (Fault::json(200, "[]"), 7, "failed: batch 1, account"),
        (Fault::CutBeforeAnswer, 6, "failed: batch 1, account"),
    ] {
        let shown = format!("{fault:?}");
        stage.answer_report(fault);
        let ran = stage.run(&["gdpr", "sweep"]);
        assert_eq!(ran.code, Some(code), "{shown}: {ran:#?}");
        assert!(ran.stderr.contains(told), "{shown}: {ran:#?}");
        assert!(
            ran.stdout.contains("0 accounts in 0 batches"),
            "{shown}: {ran:#?}"
        );
    }
    assert_eq!(stage.reports(ADA), 0);
    stage.run(&["gdpr", "sweep"]).done();
    assert_eq!(stage.reports(ADA), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_application_or_a_connection_nothing_is_swept() {
    Home::new().run(&["gdpr", "sweep"]).failed(10);
    Home::new().run(&["gdpr", "schedule"]).failed(10);
    let stage = Stage::set().await;
    stage.add(&["a"]);
    let ran = stage.run(&["gdpr", "sweep"]);
    assert_eq!(ran.code, Some(3), "{ran:#?}");
    assert!(
        ran.stderr.contains("hint: `jira-host connect NAME`"),
        "{ran:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_was_told_how_far_to_go_says_how_to_go_on() {
    let stage = Stage::connected().await;
    stage.add_many(200);
    let first = stage.run(&["gdpr", "sweep", "--max-batches", "1"]);
    assert!(
        first.done().contains("90 accounts in 1 batch\n"),
        "{first:#?}"
    );
    let hint = first
        .stderr
        .lines()
        .find(|line| line.starts_with("hint: `"))
        .unwrap();
    let command = hint.split('`').nth(1).unwrap();
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let second = stage.run(&words);
    assert!(
        second.done().contains("111 accounts in 2 batches"),
        "{second:#?}"
    );
    assert!(
        stage
            .simulator
            .all_reported()
            .values()
            .all(|it| it.times == 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_sweep_is_told_that_one_is_at_work() {
    let stage = Stage::connected().await;
    let gate = stage.hold_report();
    let first = Running::begin(&stage, &["gdpr", "sweep"]);
    gate.reached().await;
    let second = stage.run(&["gdpr", "sweep"]);
    assert!(
        second
            .failed(1)
            .contains("another sweep of this store is at work"),
        "{second:#?}"
    );
    assert!(stage.run(&["gdpr", "status", "--json"]).json()["busy_until_unix_ms"].is_u64());
    gate.open();
    first.end().done();
    assert_eq!(stage.reports(ADA), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_sweep_that_waits_until_it_may_go_on() {
    let stage = Stage::connected().await;
    stage.answer_report(Fault::status(429, &[("retry-after", "170")]));
    let mut sweep = Running::begin(&stage, &["gdpr", "sweep"]);
    let told = sweep.line();
    assert!(told.contains("429"), "{told}");
    assert!(told.ends_with("goes on in 2 minutes\n"), "{told}");
    sweep.interrupt();
    let ran = sweep.end();
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    assert!(ran.stdout.contains("0 accounts in 0 batches"), "{ran:#?}");
    stage.run(&["gdpr", "sweep"]).done();
    assert_eq!(stage.reports(ADA), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_sweep_after_the_reports_that_are_on_their_way() {
    let stage = Stage::connected().await;
    let (sweep, gate) = interrupted(&stage).await;
    gate.open();
    let ran = sweep.end();
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    assert!(ran.stdout.contains("1 account in 1 batch\n"), "{ran:#?}");
    let account = stage.run(&["account", "show", ADA, "--json"]).json();
    assert!(account["reported_at_unix_ms"].is_u64(), "{account}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_is_the_exit_code_of_a_sweep_that_fails_beside() {
    let stage = Stage::connected().await;
    let (sweep, gate) = interrupted(&stage).await;
    stage.break_store();
    gate.open();
    let told = sweep.end();
    assert!(told.failed(130).contains("store"), "{told:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_is_ended_at_once_shows_what_it_has_done() {
    const BATCHES_OF_A_CALL: u32 = 64;
    let stage = Stage::connected().await;
    stage.add_many(90 * BATCHES_OF_A_CALL);
    let gate = Gate::new();
    let next_call = On::method_path("POST", REPORTS).after(BATCHES_OF_A_CALL);
    stage.simulator.script(next_call, Fault::Hold(gate.clone()));
    let mut sweep = Running::begin(&stage, &["gdpr", "sweep", "--json"]);
    gate.reached().await;
    sweep.interrupt();
    assert!(sweep.line().starts_with("finishing"));
    sweep.interrupt();
    let ran = sweep.end();
    assert_eq!(ran.code, Some(130), "{ran:#?}");
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["end"]["state"], "more");
    assert!(report["counts"]["reported"].as_u64() > Some(0), "{report}");
    gate.open();
}
