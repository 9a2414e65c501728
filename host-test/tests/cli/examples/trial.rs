use std::os::unix::fs::symlink;

use atlassian_simulator::{Reporting, Settings};
use rustix::process::Signal;

use super::help::Example;
use crate::by_hand::ByHand;
use crate::consent::connect;
use crate::home::{Home, Ran};
use crate::running::Running;
use crate::stage::Stage;
use crate::support;

/// The account in the examples.
const ACCOUNT: &str = "712020:1e5ab0d4";

/// The action in the examples. The real one has a part that is chosen by chance.
const ACTION: &str = "712020:1e5ab0d4/8f3c0a17";

/// The port in the examples, which another process may have.
const PORT: &str = "9464";

/// A home in which the examples of one command can be run, one after the other.
pub struct Trial(Stage);

impl Trial {
    pub async fn of(command: &str) -> Trial {
        // The command line has the time of this machine.
        let settings = Settings {
            real_time: true,
            reporting: Reporting {
                reports_per_cycle: 100,
                ..Reporting::default()
            },
            ..Settings::default()
        };
        let stage = match command {
            "app" | "app set" => Stage::without_app(settings).await,
            _ => Stage::set_with(settings).await,
        };
        put_files(&stage.home);
        if !["app", "app set", "app show", "connect"].contains(&command) {
            let consent = connect(&stage, &["support", "--service-management"]);
            consent.await.0.done();
            stage.add(&[ACCOUNT]);
        }
        match command {
            "gdpr log" => {
                stage.run(&["gdpr", "sweep"]).done();
            }
            "gdpr actions" | "gdpr acknowledge" => {
                stage.simulator.close_account(ACCOUNT);
                stage.run(&["gdpr", "sweep"]).done();
            }
            "store import" => {
                let export = ["store", "export"];
                let moving = ["moving.sealed", "--key-file", "moving.key"];
                stage
                    .run(&[&export[..], &["backup.sealed"]].concat())
                    .done();
                stage.run(&[&export[..], &moving].concat()).done();
            }
            _ => {}
        }
        Trial(stage)
    }

    pub async fn run(&self, example: &Example) {
        let words = shlex::split(&example.line).unwrap();
        let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        let ran = match words.as_slice() {
            ["connect", arguments @ ..] if words.contains(&"--no-browser") => {
                self.by_hand(arguments).await
            }
            ["connect", arguments @ ..] => connect(&self.0, arguments).await.0,
            ["simulate", ..] => {
                let words = [words.as_slice(), &["--port", "0"]].concat();
                self.until(&words, "Requests:")
            }
            ["gdpr", "schedule", ..] => {
                self.until(&replaced(&words, PORT, "0"), "Sweeps when it is due")
            }
            ["gdpr", "acknowledge", ..] => self.acknowledge(&words),
            _ => self.0.home.run_with_input(&words, "another-secret"),
        };
        assert_eq!(ran.code, Some(example.code), "{}: {ran:#?}", example.line);
    }

    /// What runs until it is told to end.
    fn until(&self, words: &[&str], told: &str) -> Ran {
        let mut running = Running::begin(&self.0, words);
        while !running.line().contains(told) {}
        running.signal(Signal::TERM);
        running.end()
    }

    /// A person opens the address elsewhere, and pastes where that leads.
    async fn by_hand(&self, arguments: &[&str]) -> Ran {
        let by_hand = ByHand::begin_as(&self.0, arguments);
        let redirect = by_hand.redirect(&self.0).await;
        by_hand.paste(&redirect)
    }

    fn acknowledge(&self, words: &[&str]) -> Ran {
        let actions = self.0.run(&["gdpr", "actions", "--json"]).json();
        let id = actions[0]["id"].as_str().unwrap();
        let ran = self.0.run(&replaced(words, ACTION, id));
        assert!(ran.stderr.starts_with("1 action was waiting"), "{ran:#?}");
        ran
    }
}

fn replaced<'a>(words: &[&'a str], word: &str, by: &'a str) -> Vec<&'a str> {
    let words = words.iter().copied();
    words.map(|it| if it == word { by } else { it }).collect()
}

/// The files that examples name.
fn put_files(home: &Home) {
    home.file("secret.txt", "a-secret");
    let account =
        format!(r#"{{"account_id": "{ACCOUNT}", "retrieved_at_unix_ms": 1767603600000}}"#);
    home.file("accounts.jsonl", &account);
    std::fs::create_dir(home.path().join("target")).unwrap();
    let component = home.path().join("target/jira_connector.wasm");
    symlink(support::component(), component).unwrap();
}
