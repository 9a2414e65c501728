use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Stdio};

use atlassian_simulator::{Decision, Settings};

use crate::home::Ran;
use crate::running::Running;
use crate::stage::Stage;

/// A `jira-host connect --no-browser` that waits for what is pasted.
pub struct ByHand {
    running: Running,
    url: String,
}

impl ByHand {
    fn begin(stage: &Stage, arguments: &[&str]) -> ByHand {
        ByHand::begin_as(stage, &[&["demo", "--no-browser"], arguments].concat())
    }

    /// With all arguments of `connect`.
    pub fn begin_as(stage: &Stage, arguments: &[&str]) -> ByHand {
        let arguments = [&["connect"], arguments].concat();
        let mut command = stage.home.command(&arguments);
        let mut running = Running::of(command.stdin(Stdio::piped()).spawn().unwrap());
        loop {
            let line = running.line();
            if line.starts_with("http") {
                let url = line.trim().to_owned();
                return ByHand { running, url };
            }
        }
    }

    /// Where the browser is sent back to.
    pub async fn redirect(&self, stage: &Stage) -> String {
        let allow = Decision::Allow { sites: Vec::new() };
        stage.simulator.consent(&self.url, allow).await.unwrap()
    }

    pub fn paste(mut self, text: &str) -> Ran {
        let mut stdin = self.running.stdin();
        writeln!(stdin, "{text}").unwrap();
        drop(stdin);
        self.running.end()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_may_paste_the_address_that_the_browser_came_back_to() {
    let stage = Stage::set().await;
    let by_hand = ByHand::begin(&stage, &["--json"]);
    let redirect = by_hand.redirect(&stage).await;
    let ran = by_hand.paste(&redirect);
    assert_eq!(ran.json()["state"], "ready");
    stage.run(&["api", "/myself"]).done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_uri_on_another_machine_is_no_hindrance() {
    let settings = Settings {
        redirect_uri: "https://your.service/callback".to_owned(),
        ..Settings::default()
    };
    let stage = Stage::at(settings).await;
    stage.store_app(&[]).done();
    let refused = stage.run(&["connect", "demo"]);
    let hint = "`jira-host connect demo --no-browser`";
    assert!(refused.failed(10).contains(hint), "{refused:#?}");
    let by_hand = ByHand::begin(&stage, &[]);
    let redirect = by_hand.redirect(&stage).await;
    by_hand.paste(&redirect).done();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_answer_to_this_consent_is_refused_and_not_sent() {
    let stage = Stage::set().await;
    let uri = stage.simulator.settings().redirect_uri.clone();
    let before = stage.simulator.transcript().len();
    for pasted in [
        String::new(),
        "canary".to_owned(),
        format!("{uri}?code=canary&state=foreign"),
        "https://evil.example/callback?code=canary".to_owned(),
    ] {
        let ran = ByHand::begin(&stage, &[]).paste(&pasted);
        let told = ran.failed(2);
        assert!(!told.contains("canary"), "{told}");
    }
    assert_eq!(stage.simulator.transcript().len(), before);
    let by_hand = ByHand::begin(&stage, &["--timeout", "1"]);
    by_hand.running.end().failed(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_paste_it_says_so_and_ends() {
    let stage = Stage::set().await;
    let ran = stage.run(&["connect", "demo", "--no-browser"]);
    let told = ran.failed(2);
    assert!(told.contains("standard input has ended"), "{told}");
    assert!(told.contains("hint: run it on a terminal"), "{told}");
    stage.run(&["status", "demo"]).failed(3);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_the_wait_for_what_is_pasted() {
    let stage = Stage::set().await;
    let by_hand = ByHand::begin(&stage, &[]);
    by_hand.running.interrupt();
    let ran = by_hand.running.end();
    assert!(ran.failed(130).contains("given up"), "{ran:#?}");
}

/// The child, when a browser is where `xdg-open` would be.
#[cfg(target_os = "linux")]
fn with_browser(stage: &Stage, folder: &Path) -> Child {
    let program = folder.join("xdg-open");
    std::fs::write(
        &program,
        "#!/bin/sh\necho \"$1\" > opened.new\nmv opened.new opened\n",
    )
    .unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let mut command = stage.home.command(&["connect", "demo"]);
    command
        .env("PATH", path)
        .env("DISPLAY", ":0")
        .spawn()
        .unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_opens_where_there_is_one() {
    let stage = Stage::set().await;
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::of(with_browser(&stage, folder.path()));
    assert!(running.line().starts_with("Your browser opens"));
    let opened = stage.home.path().join("opened");
    let url = tokio::task::spawn_blocking(move || {
        loop {
            if let Ok(url) = std::fs::read_to_string(&opened) {
                return url.trim().to_owned();
            }
            std::thread::yield_now();
        }
    });
    let url = url.await.unwrap();
    let allow = Decision::Allow { sites: Vec::new() };
    let redirect = stage.simulator.consent(&url, allow).await.unwrap();
    assert_eq!(crate::browser::open(&redirect).status, 200);
    running.end().done();
}
