use atlassian_simulator::{Decision, Settings};

use super::pty::{Seat, Terminal};
use crate::browser;
use crate::stage::Stage;

/// What ends with the modes of the terminal, whatever was pressed before.
const THEN_MODES: &str = r#"trap : INT; "$0" "$@"; echo "code $?"; stty -a"#;

const SET_SECRET: [&str; 3] = ["app", "set", "--client-secret-stdin"];

const SECRET: &str = "typed-by-a-person";

fn asked_for_secret(stage: &Stage) -> Terminal {
    let mut terminal = Seat::within(&stage.home, THEN_MODES, &SET_SECRET).begin();
    terminal.wait_for("Client secret (not shown): ");
    terminal.wait_until_it_hides();
    terminal
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_secret_is_typed_and_not_seen() {
    let stage = Stage::set().await;
    let mut terminal = asked_for_secret(&stage);
    terminal.enter(SECRET);
    terminal.wait_for("The application is stored.");
    terminal.wait_for("code 0");
    terminal.wait_for(" echo ");
    let shown = terminal.end();
    assert!(!shown.done().contains(SECRET), "{shown:#?}");
    assert_eq!(stage.app_record().await["client_secret"], SECRET);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_instead_of_a_secret_leaves_the_terminal_and_the_store_as_they_were() {
    let stage = Stage::set().await;
    let before = stage.app_record().await;
    let mut terminal = asked_for_secret(&stage);
    terminal.press_ctrl_c();
    terminal.wait_for("code 130");
    terminal.wait_for(" echo ");
    terminal.end().done();
    assert_eq!(stage.app_record().await, before);
}

/// A `jira-host connect` that waits, and the address that it shows.
fn waiting(stage: &Stage, arguments: &[&str]) -> (Terminal, String) {
    let arguments = [&["connect", "demo"], arguments].concat();
    let mut terminal = Seat::at(&stage.home, &arguments).columns(200).begin();
    let url = terminal.line_that_begins("http");
    (terminal, url)
}

async fn redirect(stage: &Stage, url: &str) -> String {
    let everything = Decision::Allow { sites: Vec::new() };
    stage.simulator.consent(url, everything).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_that_is_left_is_shown_and_ctrl_c_gives_up() {
    let stage = Stage::set().await;
    let (mut terminal, _) = waiting(&stage, &[]);
    terminal.wait_for("Waiting for the browser, ");
    terminal.wait_for(" left (Ctrl-C gives up)");
    terminal.press_ctrl_c();
    let shown = terminal.end();
    assert!(shown.failed(130).contains("given up"), "{shown:#?}");
    assert!(!shown.screen.contains("Waiting"), "{shown:#?}");
    assert_eq!(stage.run(&["status"]).done(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_chooses_among_several_sites() {
    let stage = Stage::set_with(Settings::two_sites()).await;
    let (mut terminal, url) = waiting(&stage, &[]);
    let redirect = redirect(&stage, &url).await;
    assert_eq!(browser::open(&redirect).status, 200);
    terminal.wait_for("Which one (1 to 2)? ");
    terminal.enter("3");
    terminal.wait_for("Which one (1 to 2)? ");
    terminal.enter("2");
    terminal.end().done();
    let status = stage.run(&["status", "demo", "--json"]).json();
    assert_eq!(status["site"]["url"], "https://second.atlassian.net");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_chooses_none_of_several_sites_may_do_so_later() {
    let stage = Stage::set_with(Settings::two_sites()).await;
    let (mut terminal, url) = waiting(&stage, &[]);
    let redirect = redirect(&stage, &url).await;
    assert_eq!(browser::open(&redirect).status, 200);
    terminal.wait_for("Which one (1 to 2)? ");
    terminal.press_ctrl_c();
    terminal.end().failed(130);
    let site = "https://second.atlassian.net";
    stage.run(&["connect", "demo", "--site", site]).done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_may_paste_once_more_what_was_not_the_whole_address() {
    let stage = Stage::set().await;
    let (mut terminal, url) = waiting(&stage, &["--no-browser"]);
    let redirect = redirect(&stage, &url).await;
    let (begin, _) = redirect.split_at(redirect.len() / 2);
    terminal.enter(begin);
    terminal.wait_for("Once more:");
    terminal.enter(&redirect);
    terminal.end().done();
    stage.run(&["api", "/myself"]).done();
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_d_instead_of_an_address_gives_up() {
    let stage = Stage::set().await;
    let (mut terminal, _) = waiting(&stage, &["--no-browser"]);
    terminal.press_ctrl_d();
    terminal.end().failed(130);
    assert_eq!(stage.run(&["status"]).done(), "");
}
