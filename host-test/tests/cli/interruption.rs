use atlassian_simulator::{Decision, Fault, Gate, On};
use rustix::process::Signal;

use crate::browser;
use crate::consent::{Waiting, connect};
use crate::running::Running;
use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_while_it_waits_leaves_nothing_behind() {
    let stage = Stage::set().await;
    let waiting = Waiting::begin(&stage, &["demo"]);
    waiting.interrupt();
    let ran = waiting.end();
    assert!(ran.failed(130).contains("given up"), "{ran:#?}");
    assert_eq!(
        stage.run(&["status", "--json"]).json(),
        serde_json::json!([])
    );
    let (again, _) = connect(&stage, &["demo"]).await;
    again.done();
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_leaves_a_connection_that_is_renewed_as_it_was() {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    let before = stage.run(&["status", "--json"]).json();
    let waiting = Waiting::begin(&stage, &["demo", "--service-management"]);
    waiting.interrupt();
    waiting.end().failed(130);
    assert_eq!(stage.run(&["status", "--json"]).json(), before);
    stage.run(&["api", "/myself"]).done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_of_an_attempt_that_was_given_up_is_not_taken() {
    let stage = Stage::set().await;
    let first = Waiting::begin(&stage, &["demo"]);
    let everything = Decision::Allow { sites: Vec::new() };
    let redirect = first.redirect(&stage, everything.clone()).await;
    first.interrupt();
    first.end().failed(130);

    let second = Waiting::begin(&stage, &["demo"]);
    assert_eq!(browser::open(&redirect).status, 400);
    let redirect = second.redirect(&stage, everything).await;
    assert_eq!(browser::open(&redirect).status, 200);
    second.end().done();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_signal_to_end_comes_between_a_spent_token_and_its_successor() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        ends_after_the_rotation(signal).await;
    }
}

async fn ends_after_the_rotation(signal: Signal) {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    stage.simulator.expire_access_tokens();
    let gate = Gate::new();
    let refresh = On::token_endpoint();
    stage.simulator.script(refresh, Fault::Hold(gate.clone()));

    let mut request = Running::begin(&stage, &["api", "/myself"]);
    gate.reached().await;
    request.signal(signal);
    assert!(request.line().starts_with("finishing"));
    gate.open();
    request.end().failed(130);

    stage.run(&["api", "/myself"]).done();
    let refreshes = stage.simulator.transcript();
    let refreshes = refreshes
        .iter()
        .filter(|line| line.contains("grant_type=refresh_token"));
    assert_eq!(refreshes.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_request_that_waits_for_its_answer() {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    let gate = Gate::new();
    let request = On::method_path("GET", "/myself");
    stage.simulator.script(request, Fault::Hold(gate.clone()));
    let request = Running::begin(&stage, &["api", "/myself"]);
    gate.reached().await;
    request.interrupt();
    assert_eq!(request.end().failed(130), "");
    gate.open();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_interrupts_a_change_is_told_that_it_may_have_been_made() {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    for (signal, method) in [(Signal::INT, "POST"), (Signal::TERM, "DELETE")] {
        let gate = Gate::new();
        let change = On::method_path(method, "/issue/DEMO-1");
        stage.simulator.script(change, Fault::Hold(gate.clone()));
        let request = Running::begin(&stage, &["api", "/issue/DEMO-1", "-X", method]);
        gate.reached().await;
        request.signal(signal);
        assert_eq!(
            request.end().failed(130),
            "jira-host: interrupted; it may have been carried out, so look before you repeat it\n"
        );
        gate.open();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_interrupts_a_change_that_might_be_a_list_is_told_so_too() {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    let told = "interrupted; it may have been carried out";
    for (path, is_told) in [("/issue/DEMO-1", true), ("/search/jql", false)] {
        let gate = Gate::new();
        let change = On::method_path("POST", path);
        stage.simulator.script(change, Fault::Hold(gate.clone()));
        let request = Running::begin(&stage, &["api", path, "-f", "a=b", "--paginate"]);
        gate.reached().await;
        request.interrupt();
        assert_eq!(request.end().failed(130).contains(told), is_told, "{path}");
        gate.open();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_in_doctor_is_no_problem_of_the_set_up() {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    let gate = Gate::new();
    let who = On::method_path("GET", "/myself");
    stage.simulator.script(who, Fault::Hold(gate.clone()));
    let doctor = Running::begin(&stage, &["doctor"]);
    gate.reached().await;
    doctor.interrupt();
    let ran = doctor.end();
    assert_eq!((ran.failed(130), ran.stdout.as_str()), ("", ""));
    gate.open();
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_does_not_lose_a_consent_that_has_come_back() {
    let stage = Stage::set().await;
    let waiting = Waiting::begin(&stage, &["demo"]);
    let everything = Decision::Allow { sites: Vec::new() };
    let redirect = waiting.redirect(&stage, everything).await;
    let gate = Gate::new();
    let exchange = On::token_endpoint();
    stage.simulator.script(exchange, Fault::Hold(gate.clone()));
    let browser = tokio::task::spawn_blocking(move || browser::open(&redirect));
    gate.reached().await;
    waiting.interrupt();
    gate.open();
    assert_eq!(browser.await.unwrap().status, 200);
    waiting.end().done();
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_command_whose_output_nobody_reads() {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    let more_than_a_pipe_holds = format!("\"{}\"", "x".repeat(1 << 20));
    let answer = Fault::json(200, &more_than_a_pipe_holds);
    stage
        .simulator
        .script(On::method_path("GET", "/myself"), answer);
    let mut request = Running::begin(&stage, &["api", "/myself"]);
    request.wrote();
    request.interrupt();
    assert_eq!(request.end_unread(), Some(130));
}
