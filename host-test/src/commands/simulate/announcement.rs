use std::io;
use std::path::Path;

use atlassian_simulator::Simulator;
use serde_json::{Value, json};

use crate::commands::Context;
use crate::log;
use crate::output;

/// The store of the commands that are shown, where none was typed: not the
/// usual one nor that of the environment, which hold the application of the real
/// Atlassian.
const STORE: &str = "simulated.db";

/// A first session, once the application is stored.
const CONNECTING: [&[&str]; 3] = [
    &["connect", "demo", "--service-management"],
    &["status"],
    &["api", "/issue/DEMO-1"],
];

/// What the comment is that the session writes.
const COMMENT: &str = r#"{"body": "Hello"}"#;
const COMMENTING: [&str; 4] = ["api", "/rest/api/2/issue/DEMO-1/comment", "--input", "-"];

/// What the session reads after that.
const READING: [&[&str]; 3] = [
    &["api", "/label", "--paginate"],
    &["servicedesk", "/request/SUP-1"],
    &["doctor"],
];

/// When the data of the account that is entered was retrieved.
const RETRIEVED_AT: &str = "2026-01-05T09:00:00Z";

/// How it is reported.
const REPORTING: [&[&str]; 3] = [
    &["gdpr", "sweep", "--dry-run"],
    &["gdpr", "sweep"],
    &["gdpr", "status"],
];

/// The column at which the text of a line begins.
const TEXT_COLUMN: usize = 15;

/// What a person needs in order to connect.
pub(super) struct Announcement<'a> {
    context: &'a Context,
    simulator: &'a Simulator,
    ca: Option<String>,
}

impl<'a> Announcement<'a> {
    pub(super) fn new(context: &'a Context, simulator: &'a Simulator, ca: Option<&Path>) -> Self {
        Announcement {
            context,
            simulator,
            ca: ca.map(|path| path.display().to_string()),
        }
    }

    /// On standard output as JSON, if that is wanted, and else in words on
    /// standard error.
    pub(super) fn make(&self) -> io::Result<()> {
        if self.context.json() {
            output::json(&self.json())
        } else {
            log::request(self.text());
            Ok(())
        }
    }

    fn json(&self) -> Value {
        let settings = self.simulator.settings();
        let sites = settings.sites.iter();
        let sites: Vec<Value> = sites
            .map(|site| json!({"name": site.name, "url": site.url, "cloud_id": site.cloud_id}))
            .collect();
        let people = settings.accounts.iter();
        let people: Vec<Value> = people
            .map(|person| json!({"name": person.name, "account_id": person.account_id}))
            .collect();
        // It was made of JSON a moment ago.
        let app: Value = serde_json::from_str(&self.simulator.app_record()).unwrap_or_default();
        json!({
            "auth_origin": self.simulator.auth_origin(),
            "api_origin": self.simulator.api_origin(),
            "media_origin": self.simulator.media_origin(),
            "ca_file": self.ca,
            "ca_pem": self.simulator.ca_pem(),
            "app": app,
            "sites": sites,
            "people": people,
            "commands": self.commands(),
        })
    }

    fn text(&self) -> String {
        let settings = self.simulator.settings();
        let sites: Vec<&str> = settings.sites.iter().map(|s| s.url.as_str()).collect();
        let people: Vec<&str> = settings.accounts.iter().map(|p| p.name.as_str()).collect();
        let auth = self.simulator.auth_origin();
        let mut text = "A simulated Atlassian runs on this machine, until Ctrl-C.\n\n".to_owned();
        let mut line = |name, value: &str| text.push_str(&named(name, value));
        line("sites", &sites.join("\n"));
        line("projects", "DEMO (issues), SUP (a service desk)");
        line("people", &people.join(", "));
        line("consent at", auth);
        line("API at", self.simulator.api_origin());
        line("media at", self.simulator.media_origin());
        if let Some(ca) = &self.ca {
            line("to trust", ca);
        }
        line("control", &format!("{auth}/_simulator"));
        line("app", &self.simulator.app_record());
        text.push_str("\nNext, in another terminal:\n\n");
        for command in self.commands() {
            text.push_str(&format!("   {command}\n"));
        }
        let fault = self.fault();
        text.push_str(&format!("\nA fault, now:\n\n   {fault}\n\nRequests:\n"));
        text
    }

    /// What to type, in order. The secret is the simulator's own and protects
    /// nothing; it goes by standard input all the same, as a real one must.
    fn commands(&self) -> Vec<String> {
        let settings = self.simulator.settings();
        let secret = joined(&[&settings.client_secret]);
        let set = self.command(&[
            "app",
            "set",
            "--client-secret-stdin",
            "--client-id",
            &settings.client_id,
            "--redirect-uri",
            &settings.redirect_uri,
            "--auth-origin",
            self.simulator.auth_origin(),
            "--api-origin",
            self.simulator.api_origin(),
            "--allow-origin",
            self.simulator.media_origin(),
        ]);
        let comment = self.command(&COMMENTING);
        let mut commands = vec![format!("printf %s {secret} | {set}")];
        commands.extend(CONNECTING.map(|words| self.command(words)));
        commands.push(format!("echo {} | {comment}", joined(&[COMMENT])));
        commands.extend(READING.map(|words| self.command(words)));
        if let Some(person) = settings.accounts.last() {
            let add = ["account", "add", "--retrieved-at", RETRIEVED_AT];
            commands.push(self.command(&[&add[..], &[&person.account_id]].concat()));
        }
        commands.extend(REPORTING.map(|words| self.command(words)));
        commands
    }

    /// A command on a store of its own, which trusts this run's certificate.
    fn command(&self, words: &[&str]) -> String {
        let typed = self.context.typed().clone();
        let typed = typed.or_store(STORE).or_ca(self.ca.as_deref());
        typed.command_line(words)
    }

    fn fault(&self) -> String {
        let faults = format!("{}/_simulator/faults", self.simulator.auth_origin());
        let fault = r#"{"method": "GET", "path": "/issue", "fault": {"status": 503}}"#;
        let mut words = vec!["curl"];
        if let Some(ca) = &self.ca {
            words.extend(["--cacert", ca.as_str()]);
        }
        words.extend(["--data", fault, faults.as_str()]);
        joined(&words)
    }
}

fn joined(words: &[&str]) -> String {
    // Only a word with a zero byte cannot be quoted, and none of these has one.
    shlex::try_join(words.iter().copied()).unwrap_or_else(|_| words.join(" "))
}

/// A text with a name, which may have lines of its own.
fn named(name: &str, text: &str) -> String {
    let mut name = name;
    let mut named = String::new();
    for line in text.lines() {
        let gap = TEXT_COLUMN.saturating_sub(3 + name.len()).max(1);
        named.push_str(&format!("   {name}{:gap$}{line}\n", ""));
        name = "";
    }
    named
}
