//! What was asked and answered, without secrets.

use crate::Origin;
use crate::request::{Request, decoded};
use crate::secrets::{Secrets, UNKNOWN};
use serde_json::Value;
use std::fmt;
use tokio::sync::broadcast;

/// The members of a body to the token endpoint that are secret.
const SECRET_MEMBERS: [&str; 3] = ["client_secret", "code", "refresh_token"];

/// The names in a query that are followed by a secret.
const SECRET_QUERY: [&str; 3] = ["state", "code", "token"];

/// How many lines wait for whoever follows and is slow.
const WAITING_LINES: usize = 1024;

/// One request and what came of it.
#[derive(Clone)]
pub struct Recorded {
    /// The method.
    pub method: String,
    /// The server it was sent to.
    pub origin: Origin,
    /// Path and query as they were sent, with labels in place of secrets.
    pub target: String,
    /// The headers in the order and the letters they were sent in, with labels
    /// in place of tokens: `Bearer access#2`. Cookies are the caller's own and
    /// are shown.
    pub headers: Vec<(String, String)>,
    /// The body, with labels in place of secrets.
    pub body: Vec<u8>,
    /// The status it was answered with; nothing while it is held, stalled, or
    /// when the connection was cut before the answer.
    pub status: Option<u16>,
    /// What it should not have sent, if anything. It was answered 400, at the
    /// media origin 403.
    pub violation: Option<String>,
}

impl Recorded {
    /// The first value of a header, by its name in any letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Recorded {
    /// Without headers and body: they are the caller's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded")
            .field("method", &self.method)
            .field("origin", &self.origin)
            .field("target", &self.target)
            .field("status", &self.status)
            .field("violation", &self.violation)
            .finish_non_exhaustive()
    }
}

/// Everything that was asked, in the order of arrival.
pub(crate) struct Transcript {
    entries: Vec<Entry>,
    followers: broadcast::Sender<String>,
}

struct Entry {
    asked: String,
    answered: Option<String>,
    recorded: Recorded,
}

impl Entry {
    fn line(&self) -> String {
        let answered = self.answered.as_deref().unwrap_or("…");
        format!("{} -> {answered}", self.asked)
    }
}

/// Names an entry of the transcript until its answer is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket(usize);

impl Ticket {
    /// How many requests arrived before.
    pub fn place(self) -> usize {
        self.0
    }
}

impl Default for Transcript {
    fn default() -> Self {
        Transcript {
            entries: Vec::new(),
            followers: broadcast::Sender::new(WAITING_LINES),
        }
    }
}

impl Transcript {
    /// The lines from now on, as they are answered.
    pub fn follow(&self) -> broadcast::Receiver<String> {
        self.followers.subscribe()
    }

    pub fn arrive(
        &mut self,
        request: &Request,
        violation: Option<String>,
        secrets: &Secrets,
    ) -> Ticket {
        self.entries.push(Entry {
            asked: asked(request, secrets),
            answered: None,
            recorded: recorded(request, violation, secrets),
        });
        Ticket(self.entries.len() - 1)
    }

    /// What came over a connection and was not a request.
    pub fn unreadable(&mut self, origin: Origin, why: &str) {
        let mut recorded = nothing_from(origin);
        recorded.status = Some(400);
        recorded.violation = Some(why.to_owned());
        let answered = format!("400 violation: {why}");
        self.end(format!("{origin} unreadable"), answered, recorded);
    }

    /// A connection on which no TLS came about: often the client's refusal of
    /// the certificate.
    pub fn no_tls(&mut self, origin: Origin, why: &str) {
        let recorded = nothing_from(origin);
        self.end(format!("{origin} no TLS"), why.to_owned(), recorded);
    }

    fn end(&mut self, asked: String, answered: String, recorded: Recorded) {
        self.entries.push(Entry {
            asked,
            answered: None,
            recorded,
        });
        self.answered(self.entries.len() - 1, answered);
    }

    /// Tells whoever follows. That nobody does is no failure.
    fn answered(&mut self, place: usize, words: String) {
        if let Some(entry) = self.entries.get_mut(place) {
            entry.answered = Some(words);
            let _ = self.followers.send(entry.line());
        }
    }

    pub fn answer(&mut self, ticket: Ticket, status: Option<u16>, notes: &[String]) {
        if let Some(entry) = self.entries.get_mut(ticket.0) {
            entry.recorded.status = status;
        }
        let words = status.map(|status| status.to_string());
        let words: Vec<String> = words.into_iter().chain(notes.iter().cloned()).collect();
        self.answered(ticket.0, words.join(" "));
    }

    pub fn lines(&self) -> Vec<String> {
        self.entries.iter().map(Entry::line).collect()
    }

    pub fn recorded(&self) -> Vec<Recorded> {
        let recorded = self.entries.iter().map(|entry| entry.recorded.clone());
        recorded.collect()
    }
}

/// A connection that carried no request.
fn nothing_from(origin: Origin) -> Recorded {
    Recorded {
        method: String::new(),
        origin,
        target: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
        status: None,
        violation: None,
    }
}

fn asked(request: &Request, secrets: &Secrets) -> String {
    let mut words = vec![request.origin.to_string(), request.method.clone()];
    words.push(match request.origin {
        Origin::Auth | Origin::Media => secrets.redact(request.path()),
        Origin::Api => target(request, secrets),
    });
    match request.origin {
        Origin::Auth => words.extend(token_request(request, secrets)),
        Origin::Api => words.extend(request.bearer().map(|t| secrets.label(t).to_owned())),
        Origin::Media => {}
    }
    words.join(" ")
}

/// What a body to the token endpoint asks for.
fn token_request(request: &Request, secrets: &Secrets) -> Option<String> {
    let body = request.json()?;
    let grant = body.get("grant_type")?.as_str()?;
    let presented = match grant {
        "authorization_code" => body.get("code"),
        "refresh_token" => body.get("refresh_token"),
        _ => return Some("grant_type=unsupported".to_owned()),
    };
    let label = secrets.label(presented.and_then(Value::as_str).unwrap_or_default());
    Some(format!("grant_type={grant} {label}"))
}

fn recorded(request: &Request, violation: Option<String>, secrets: &Secrets) -> Recorded {
    Recorded {
        method: request.method.clone(),
        origin: request.origin,
        target: target(request, secrets),
        headers: shown_fields(request, secrets),
        body: shown_body(request, secrets),
        status: None,
        violation,
    }
}

/// The headers, with labels in place of tokens.
pub(crate) fn shown_fields(request: &Request, secrets: &Secrets) -> Vec<(String, String)> {
    let shown = |(name, value): &(String, String)| {
        let value = if name.eq_ignore_ascii_case("authorization") {
            match value.split_once(' ') {
                Some((scheme, token)) => format!("{scheme} {}", secrets.label(token.trim())),
                None => UNKNOWN.to_owned(),
            }
        } else {
            secrets.redact(value)
        };
        (name.clone(), value)
    };
    request.fields.iter().map(shown).collect()
}

fn target(request: &Request, secrets: &Secrets) -> String {
    if request.origin == Origin::Api || request.query().is_empty() {
        return secrets.redact(&request.target);
    }
    let shown = |pair: &str| match pair.split_once('=') {
        Some((name, value)) if SECRET_QUERY.contains(&name) => {
            format!("{name}={}", secrets.label(&decoded(value)))
        }
        _ => pair.to_owned(),
    };
    let query: Vec<String> = request.query().split('&').map(shown).collect();
    secrets.redact(&format!("{}?{}", request.path(), query.join("&")))
}

fn shown_body(request: &Request, secrets: &Secrets) -> Vec<u8> {
    if request.origin == Origin::Auth && request.path() == "/oauth/token" {
        return token_body(request, secrets).into_bytes();
    }
    match std::str::from_utf8(&request.body) {
        Ok(text) => secrets.redact(text).into_bytes(),
        Err(_) => request.body.to_vec(),
    }
}

fn token_body(request: &Request, secrets: &Secrets) -> String {
    let Some(Value::Object(mut members)) = request.json() else {
        return "[redacted]".to_owned();
    };
    for name in SECRET_MEMBERS {
        if let Some(value) = members.get_mut(name) {
            *value = secrets.label(value.as_str().unwrap_or_default()).into();
        }
    }
    secrets.redact(&Value::Object(members).to_string())
}
