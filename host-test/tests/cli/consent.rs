use atlassian_simulator::Decision;

use crate::browser::{self, Page};
use crate::home::{Home, Ran};
use crate::running::Running;
use crate::stage::Stage;

/// A `jira-host connect` that waits for its browser.
pub struct Waiting {
    running: Running,
    /// The address that it shows.
    pub url: String,
}

impl Waiting {
    /// Starts it, and reads until the address is there.
    pub fn begin(stage: &Stage, arguments: &[&str]) -> Waiting {
        Waiting::begin_in(&stage.home, &[&["connect"], arguments].concat())
    }

    /// With a whole command line, at any Atlassian.
    pub fn begin_in(home: &Home, arguments: &[&str]) -> Waiting {
        let mut running = Running::of(home.command(arguments).spawn().unwrap());
        loop {
            let line = running.line();
            if let Some(url) = address(&line) {
                return Waiting { running, url };
            }
        }
    }

    /// Where the person's decision sends the browser.
    pub async fn redirect(&self, stage: &Stage, decision: Decision) -> String {
        stage.simulator.consent(&self.url, decision).await.unwrap()
    }

    pub fn interrupt(&self) {
        self.running.interrupt();
    }

    pub fn end(self) -> Ran {
        self.running.end()
    }
}

/// The address in a line, which may be an object of JSON.
fn address(line: &str) -> Option<String> {
    let begin = line
        .find("http")
        .filter(|at| *at == 0 || line.starts_with('{'))?;
    let url = line.get(begin..)?;
    let end = url.find(|it: char| it.is_whitespace() || it == '\\')?;
    url.get(..end).map(str::to_owned)
}

/// A person consents, and the connection is made.
pub async fn connect(stage: &Stage, arguments: &[&str]) -> (Ran, Page) {
    connect_as(stage, arguments, Decision::Allow { sites: Vec::new() }).await
}

pub async fn connect_as(stage: &Stage, arguments: &[&str], decision: Decision) -> (Ran, Page) {
    let waiting = Waiting::begin(stage, arguments);
    let redirect = waiting.redirect(stage, decision).await;
    let page = browser::open(&redirect);
    (waiting.end(), page)
}
