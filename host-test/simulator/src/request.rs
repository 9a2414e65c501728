//! A request as it came over the wire.

use crate::Origin;
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The head of a request, before any library has tidied it up: what was sent
/// twice is there twice.
pub(crate) struct Head {
    pub method: String,
    pub target: String,
    pub fields: Vec<(String, String)>,
}

impl Head {
    /// Reads a head that the HTTP library has accepted already.
    pub fn parse(bytes: &[u8]) -> Option<Head> {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.trim_start_matches(['\r', '\n']).split("\r\n");
        let mut start = lines.next()?.split(' ');
        Some(Head {
            method: start.next()?.to_owned(),
            target: start.next()?.to_owned(),
            fields: lines
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
                .collect(),
        })
    }

    /// What the HTTP library made of a head that was not seen on the wire. An
    /// authority counts as `Host`, beside one that says something else.
    pub fn of(parts: &http::request::Parts) -> Head {
        let target = parts.uri.path_and_query();
        let authority = parts.uri.authority().map(ToString::to_string);
        let hosts = parts.headers.get_all("host");
        let authority = authority.filter(|name| !hosts.iter().any(|host| host == name.as_str()));
        Head {
            method: parts.method.to_string(),
            target: target.map_or("*", |target| target.as_str()).to_owned(),
            fields: authority
                .into_iter()
                .map(|name| ("host".to_owned(), name))
                .chain(sent(&parts.headers))
                .collect(),
        }
    }
}

fn sent(headers: &http::HeaderMap) -> impl Iterator<Item = (String, String)> {
    headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (name.to_string(), value.into_owned())
    })
}

/// A whole request.
pub(crate) struct Request {
    pub origin: Origin,
    pub method: String,
    /// Path and query, character for character.
    pub target: String,
    /// Names and values in the order they were sent.
    pub fields: Vec<(String, String)>,
    pub body: Bytes,
    /// It was sent before the answer to the one before it, so its head was not
    /// seen and cannot be checked.
    pub pipelined: bool,
}

impl Request {
    /// As if this header had not been sent.
    pub fn forget(&mut self, name: &str) {
        self.fields.retain(|(it, _)| !it.eq_ignore_ascii_case(name));
    }

    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(self.target.as_str(), |(path, _)| path)
    }

    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    pub fn pairs(&self) -> Vec<(String, String)> {
        pairs(self.query().as_bytes())
    }

    /// The first value that the query has for a name.
    pub fn asked(&self, name: &str) -> Option<String> {
        self.pairs()
            .into_iter()
            .find(|(asked, _)| asked == name)
            .map(|(_, value)| value)
    }

    /// A number in the query, or what holds where there is none.
    pub fn asked_number(&self, name: &str, otherwise: usize) -> usize {
        self.asked(name)
            .and_then(|value| value.parse().ok())
            .unwrap_or(otherwise)
    }

    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields
            .iter()
            .filter(move |(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The `Content-Type` without its parameters, in lower case.
    pub fn media_type(&self) -> String {
        let whole = self.header("content-type").unwrap_or_default();
        let essence = whole.split(';').next().unwrap_or_default();
        essence.trim().to_ascii_lowercase()
    }

    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The access token it presents.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }
}

/// The names and values of a query or a form.
pub(crate) fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(encoded).into_owned().collect()
}

/// A value of JSON as a query would have it.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A path segment with its percent-encoding undone.
pub(crate) fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}
