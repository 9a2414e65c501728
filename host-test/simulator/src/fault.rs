//! What can go wrong, and for which request.

use crate::request::Request;
use crate::{Gate, Origin};
use std::fmt;

/// Which request meets a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct On(Matcher);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Matcher {
    MethodPath(String, String),
    Token,
    Origin(Origin),
    Any,
}

impl On {
    /// A request with this method, whose path without its query ends so.
    pub fn method_path(method: &str, path_suffix: &str) -> On {
        On(Matcher::MethodPath(
            method.to_owned(),
            path_suffix.to_owned(),
        ))
    }

    /// A request to the token endpoint.
    pub fn token_endpoint() -> On {
        On(Matcher::Token)
    }

    /// A request to one of the three servers.
    pub fn origin(origin: Origin) -> On {
        On(Matcher::Origin(origin))
    }

    /// Any request.
    pub fn any() -> On {
        On(Matcher::Any)
    }

    pub(crate) fn matches(&self, request: &Request) -> bool {
        match &self.0 {
            Matcher::MethodPath(method, suffix) => {
                request.method == *method && request.path().ends_with(suffix)
            }
            Matcher::Token => request.origin == Origin::Auth && request.path() == "/oauth/token",
            Matcher::Origin(origin) => request.origin == *origin,
            Matcher::Any => true,
        }
    }
}

impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Matcher::MethodPath(method, suffix) => write!(f, "{method} …{suffix}"),
            Matcher::Token => f.write_str("the token endpoint"),
            Matcher::Origin(origin) => write!(f, "{origin}"),
            Matcher::Any => f.write_str("any request"),
        }
    }
}

/// What a request meets in place of its plain answer.
#[derive(Clone)]
pub enum Fault {
    /// This answer; the request is not carried out.
    Answer {
        /// The status.
        status: u16,
        /// The headers. `Content-Length` and `Date` come by themselves.
        headers: Vec<(String, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// These bytes, which need not be HTTP, and then the end of the
    /// connection; the request is not carried out.
    Raw(Vec<u8>),
    /// The connection is closed; the request is not carried out.
    CutBeforeAnswer,
    /// The request is carried out, and the connection is closed.
    CutAfterDoing,
    /// The request is carried out and answered with the head and half of the
    /// body, and the connection is closed. An answer without a body is not
    /// sent at all.
    CutInBody,
    /// The request is carried out and answered with the head and half of the
    /// body, and nothing more comes.
    StallInBody,
    /// The request is not carried out, and never answered.
    Stall,
    /// The request is carried out and answered once the gate is open.
    Hold(Gate),
}

impl Fault {
    /// An answer with a JSON body.
    pub fn json(status: u16, body: &str) -> Fault {
        Fault::Answer {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.as_bytes().to_vec(),
        }
    }

    /// An answer without a body, with these headers.
    pub fn status(status: u16, headers: &[(&str, &str)]) -> Fault {
        Fault::Answer {
            status,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: Vec::new(),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Fault::Answer { .. } => "answer",
            Fault::Raw(_) => "raw",
            Fault::CutBeforeAnswer => "cut before answer",
            Fault::CutAfterDoing => "cut after doing",
            Fault::CutInBody => "cut in body",
            Fault::StallInBody => "stall in body",
            Fault::Stall => "stall",
            Fault::Hold(_) => "hold",
        }
    }
}

impl fmt::Debug for Fault {
    /// Without headers and bodies: a scripted answer may hold a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Answer { status, .. } => write!(f, "Answer({status})"),
            other => f.write_str(other.name()),
        }
    }
}
