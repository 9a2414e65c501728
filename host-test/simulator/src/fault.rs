//! What can go wrong, and for which request.

use crate::request::{Request, pairs, plain};
use crate::{Gate, Origin};
use std::fmt;
use std::time::Duration;

/// Which request meets a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct On {
    matcher: Matcher,
    asking: Vec<(String, String)>,
    after: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Matcher {
    MethodPath(String, String),
    Under(Option<String>, String),
    Token,
    Origin(Origin),
    Any,
}

impl On {
    /// A request with this method, whose path without its query ends so.
    pub fn method_path(method: &str, path_suffix: &str) -> On {
        On::matching(Matcher::MethodPath(
            method.to_owned(),
            path_suffix.to_owned(),
        ))
    }

    /// A request whose path has these segments somewhere, one after another:
    /// `/issue` is met by `/rest/api/3/issue/DEMO-1`, and `/` by every path.
    /// Without a method any is met. What follows a `?` must be asked, as by
    /// [`On::asking`].
    pub fn under(method: Option<&str>, segments: &str) -> On {
        let (segments, query) = segments.split_once('?').unwrap_or((segments, ""));
        let segments = match segments.trim_matches('/') {
            "" => "/".to_owned(),
            some => format!("/{some}/"),
        };
        let on = On::matching(Matcher::Under(method.map(str::to_owned), segments));
        let pairs = pairs(query.as_bytes()).into_iter();
        pairs.fold(on, |on, (name, value)| on.asking(&name, &value))
    }

    /// A request to the token endpoint.
    pub fn token_endpoint() -> On {
        On::matching(Matcher::Token)
    }

    /// A request to one of the three servers.
    pub fn origin(origin: Origin) -> On {
        On::matching(Matcher::Origin(origin))
    }

    /// Any request.
    pub fn any() -> On {
        On::matching(Matcher::Any)
    }

    /// And only if its query, or the JSON object of its body, has this.
    #[must_use]
    pub fn asking(mut self, name: &str, value: &str) -> On {
        self.asking.push((name.to_owned(), value.to_owned()));
        self
    }

    /// And only after so many requests of which the rest was true.
    #[must_use]
    pub fn after(mut self, requests: u32) -> On {
        self.after = requests;
        self
    }

    fn matching(matcher: Matcher) -> On {
        On {
            matcher,
            asking: Vec::new(),
            after: 0,
        }
    }

    /// How many requests it lets pass.
    pub(crate) fn passing(&self) -> u32 {
        self.after
    }

    pub(crate) fn matches(&self, request: &Request) -> bool {
        let mut asked = self.asking.iter();
        self.is_for(request) && asked.all(|(name, value)| asks(request, name, value))
    }

    fn is_for(&self, request: &Request) -> bool {
        match &self.matcher {
            Matcher::MethodPath(method, suffix) => {
                request.method == *method && request.path().ends_with(suffix)
            }
            Matcher::Under(method, segments) => {
                let of_method = method.as_ref().is_none_or(|of| request.method == *of);
                of_method && format!("{}/", request.path()).contains(segments)
            }
            Matcher::Token => request.origin == Origin::Auth && request.path() == "/oauth/token",
            Matcher::Origin(origin) => request.origin == *origin,
            Matcher::Any => true,
        }
    }
}

impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.matcher {
            Matcher::MethodPath(method, suffix) => write!(f, "{method} …{suffix}"),
            Matcher::Under(method, segments) => {
                let method = method.as_deref().unwrap_or("*");
                match segments.trim_end_matches('/') {
                    "" => write!(f, "{method} *"),
                    path => write!(f, "{method} {path}"),
                }
            }
            Matcher::Token => f.write_str("the token endpoint"),
            Matcher::Origin(origin) => write!(f, "{origin}"),
            Matcher::Any => f.write_str("any request"),
        }?;
        for (nth, (name, value)) in self.asking.iter().enumerate() {
            let mark = if nth == 0 { '?' } else { '&' };
            write!(f, "{mark}{name}={value}")?;
        }
        match self.after {
            0 => Ok(()),
            passed => write!(f, " after {passed}"),
        }
    }
}

/// Whether a request says this in its query or its body.
fn asks(request: &Request, name: &str, value: &str) -> bool {
    if let Some(asked) = request.asked(name) {
        return asked == value;
    }
    let body = request.json().unwrap_or_default();
    body.get(name).map(plain).as_deref() == Some(value)
}

/// What a refusal says of when to come again. The moments are those of this
/// machine's time of day: the client's, whatever the simulator's own clock
/// shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// `Retry-After: 5`.
    RetryAfterSeconds(u64),
    /// `Retry-After`, a date so many seconds ahead.
    RetryAfterDate(u64),
    /// `X-RateLimit-Reset` as it was seen: without seconds, the next full
    /// minute that is at least so many seconds ahead.
    ResetMinute(u64),
    /// `X-RateLimit-Reset` with seconds.
    ResetSecond(u64),
    /// `X-RateLimit-Reset` in seconds since the epoch of Unix.
    ResetEpoch(u64),
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
    /// A refusal in the words of the API that is asked, with what it says of
    /// when to come again; the request is not carried out.
    Refuse {
        /// The status.
        status: u16,
        /// When to come again.
        waits: Vec<Wait>,
    },
    /// The request is carried out, and answered with these headers, in place
    /// of its own of the same names.
    Headers(Vec<(String, String)>),
    /// The request is carried out as if it asked for no range.
    IgnoreRange,
    /// The request is carried out, and answered with half of the JSON as if
    /// that were all of it.
    BrokenJson,
    /// The request waits for so long, and meets another fault then, if there
    /// is one.
    Delay {
        /// How long.
        by: Duration,
        /// What it meets then.
        then: Option<Box<Fault>>,
    },
    /// These bytes, which need not be HTTP, and then the end of the
    /// connection; the request is not carried out.
    Raw(Vec<u8>),
    /// The connection is closed; the request is not carried out. On HTTP/2
    /// other requests of the connection end with it, here and below.
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
            Fault::Refuse { .. } => "refuse",
            Fault::Headers(_) => "headers",
            Fault::IgnoreRange => "ignore range",
            Fault::BrokenJson => "broken JSON",
            Fault::Delay { .. } => "delay",
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
            Fault::Refuse { status, waits } if waits.is_empty() => write!(f, "Refuse({status})"),
            Fault::Refuse { status, waits } => write!(f, "Refuse({status}, {waits:?})"),
            Fault::Delay { by, then: None } => write!(f, "delay {by:?}"),
            Fault::Delay {
                by,
                then: Some(then),
            } => write!(f, "delay {by:?}, {then:?}"),
            other => f.write_str(other.name()),
        }
    }
}
