//! The first session that the README shows, as it is today.

mod transcript;

use std::process::Stdio;

use self::transcript::{Step, transcript};
use crate::browser;
use crate::consent::Waiting;
use crate::home::{Home, Ran};
use crate::running::Running;
use crate::stage::free_port;

/// In so many seconds a token ends in minutes, however soon one looks.
const EXPIRES_IN: &str = "3500";

/// What the README exports.
const STORE: &str = "simulated.db";

/// A `jira-host simulate` in its own terminal, on ports that nobody has.
struct OtherTerminal {
    running: Running,
    told: String,
}

impl OtherTerminal {
    fn open(home: &Home, step: &Step) -> OtherTerminal {
        let redirect = format!("http://127.0.0.1:{}/callback", free_port());
        let words = step.words();
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        words.extend(["--port", "0", "--redirect-uri", &redirect]);
        words.extend(["--expires-in", EXPIRES_IN]);
        let mut command = home.command(&words);
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        let mut running = Running::of(child);
        let mut told = String::new();
        while !told.ends_with("Requests:\n") {
            told.push_str(&running.line());
        }
        OtherTerminal { running, told }
    }

    /// The command that it says to type, with the secret before it.
    fn shown(&self, part: &str) -> (String, Vec<String>) {
        let line = self.told.lines().find(|line| line.contains(part)).unwrap();
        let (secret, command) = line.trim().split_once(" | ").unwrap();
        let secret = shlex::split(secret).unwrap().pop().unwrap();
        (secret, shlex::split(command).unwrap().split_off(1))
    }

    fn close(self) {
        self.running.interrupt();
        assert_eq!(self.running.end().code, Some(0));
    }
}

fn typed(home: &Home, atlassian: &OtherTerminal, step: &Step) -> Ran {
    let words = step.words();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [.., "app", "set", "--client-secret-stdin", "…"] => {
            let (secret, shown) = atlassian.shown("app set");
            let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
            let (begin, _) = words.split_at(words.len() - 1);
            assert_eq!(shown.get(..begin.len()), Some(begin));
            home.run_with_input(&shown, &secret)
        }
        ["connect", ..] => {
            let waiting = Waiting::begin_in(home, &words);
            let fields = "account=712020%3A7bf10000-0000-4000-8000-00000000000a&\
                          site=11111111-aaaa-4bbb-8ccc-000000000001&decision=allow";
            let accepted = browser::send_form("POST", &waiting.url, fields);
            let back = accepted.location.unwrap();
            assert_eq!(browser::open(&back).status, 200);
            waiting.end()
        }
        words => home.run(words),
    }
}

#[test]
fn the_readmes_first_session_is_what_a_newcomer_sees() {
    let mut home = Home::new();
    let mut steps = transcript().into_iter();
    let atlassian = OtherTerminal::open(&home, &steps.next().unwrap());
    home.set("JIRA_HOST_STORE", STORE);
    let mut count = 0;
    for step in steps {
        let ran = typed(&home, &atlassian, &step);
        assert_eq!(ran.code, Some(0), "{}: {ran:#?}", step.line);
        step.assert_shown_in(&format!("{}{}", ran.stdout, ran.stderr));
        count += 1;
    }
    assert!(count > 7, "{count}");
    atlassian.close();
}
