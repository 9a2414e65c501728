//! Faults as a person writes them: on a command line, or as JSON.

use crate::{Fault, On, Wait};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How long a date or a reset is ahead where nobody says how long.
const USUAL_WAIT: u64 = 5;

/// Stands for any method, and for any path.
const ANY: &str = "*";

/// What an answer says of a limit.
const NEAR_LIMIT: &str = "x-ratelimit-nearlimit";
const REMAINING: &str = "x-ratelimit-remaining";

/// Stands for a fault that is met again and again.
const ALWAYS: &str = "always";

/// A fault, the requests that meet it, and how often it is met.
///
/// As words, a method, a path and what happens, in any order. The path may have
/// a query, of which each part must be in the request's query or JSON body:
///
/// ```
/// use atlassian_simulator::Order;
///
/// for order in [
///     "GET /issue status=503 times=2",
///     "POST /issue status=429 retry-after=5",
///     "* /servicedeskapi status=429 retry-after=date:30 times=always",
///     "GET /search status=429 reset=minute:60 delay=250",
///     "POST /oauth/token cut=after",
///     "GET /myself broken-json",
///     "GET /attachment/content ignore-range",
///     "GET * stall",
///     "GET /project/search?startAt=100 near-limit remaining=3",
///     "POST /search/jql status=503 after=2",
/// ] {
///     order.parse::<Order>()?;
/// }
/// # Ok::<(), atlassian_simulator::OrderError>(())
/// ```
///
/// As JSON ([`Order::from_json`]) the same has the members `method`, `path`,
/// `times` and `fault`, and `_` for `-`.
///
/// | word | what happens |
/// |---|---|
/// | `status=503` | this status, in the words of the API that is asked |
/// | `retry-after=5`, `=date`, `=date:30` | `Retry-After` in seconds, or as a date so many seconds ahead; 429 if no status is named |
/// | `reset=30`, `=second:30`, `=epoch:30` | `X-RateLimit-Reset` as a full minute, to the second, or in seconds since the epoch of Unix |
/// | `delay=250` | that many milliseconds, before whatever else is named |
/// | `cut`, `cut=after`, `cut=body` | the connection is closed before the request is carried out, after it, or in the middle of the answer |
/// | `broken-json` | the request is carried out, and answered with half of the JSON |
/// | `ignore-range` | the request is carried out as if it asked for no range |
/// | `stall` | no answer ever comes |
/// | `near-limit`, `remaining=0` | the request is carried out, and answered with `X-RateLimit-NearLimit: true`, `X-RateLimit-Remaining: 0` |
/// | `after=2` | the first two requests that are meant pass |
/// | `times=2`, `times=always` | how often; once if it is not said |
#[derive(Clone, Debug)]
pub struct Order {
    pub(crate) on: On,
    pub(crate) fault: Fault,
    /// Nothing for always.
    pub(crate) times: Option<u32>,
}

/// Why an order is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderError(String);

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OrderError {}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.on, self.fault)
    }
}

/// An order as JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default = "any")]
    method: String,
    #[serde(default = "any")]
    path: String,
    times: Option<Value>,
    after: Option<Value>,
    fault: Plan,
}

/// What happens, as it is written down.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Plan {
    status: Option<u16>,
    retry_after: Option<Value>,
    reset: Option<Value>,
    delay: Option<u64>,
    cut: Option<Cut>,
    broken_json: bool,
    ignore_range: bool,
    stall: bool,
    near_limit: bool,
    remaining: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cut {
    Before,
    After,
    Body,
}

fn any() -> String {
    ANY.to_owned()
}

impl Order {
    /// Reads an order that is written as JSON:
    /// `{"method": "GET", "path": "/issue", "fault": {"status": 503}, "times": 2}`.
    pub fn from_json(json: &[u8]) -> Result<Order, OrderError> {
        let written = serde_json::from_slice(json).map_err(refused)?;
        Order::new(written)
    }

    fn new(written: Written) -> Result<Order, OrderError> {
        let method = (written.method != ANY).then(|| written.method.to_ascii_uppercase());
        let path = if written.path == ANY {
            "/"
        } else {
            &written.path
        };
        let on = On::under(method.as_deref(), path);
        let times = match &written.times {
            None => Some(1),
            Some(Value::String(word)) if word == ALWAYS => None,
            Some(times) => Some(number(times, "times")?),
        };
        let after = written.after.as_ref();
        let after = after.map(|after| number(after, "after")).transpose()?;
        let on = on.after(after.unwrap_or(0));
        let fault = written.fault.fault()?;
        Ok(Order { on, fault, times })
    }
}

impl FromStr for Order {
    type Err = OrderError;

    fn from_str(text: &str) -> Result<Order, OrderError> {
        let (mut named, mut happens) = (Map::new(), Map::new());
        for word in text.split_whitespace() {
            let (place, name, value) = match word.split_once('=') {
                _ if word.starts_with('/') => (&mut named, "path", word.into()),
                Some((name @ ("times" | "after"), value)) => (&mut named, name, plain(value)),
                Some((name, value)) => (&mut happens, name, plain(value)),
                None if word == ANY && !named.contains_key("method") => {
                    (&mut named, "method", word.into())
                }
                None if word == ANY => (&mut named, "path", word.into()),
                None if word.chars().all(|c| c.is_ascii_uppercase()) => {
                    (&mut named, "method", word.into())
                }
                None if word == "cut" => (&mut happens, word, "before".into()),
                None => (&mut happens, word, true.into()),
            };
            if place.insert(name.replace('-', "_"), value).is_some() {
                return Err(OrderError(format!("`{name}` is there twice")));
            }
        }
        named.insert("fault".to_owned(), happens.into());
        let written = serde_json::from_value(named.into()).map_err(refused_word)?;
        Order::new(written)
    }
}

impl Plan {
    fn fault(self) -> Result<Fault, OrderError> {
        let mut waits = Vec::new();
        if let Some(value) = &self.retry_after {
            waits.push(retry_after(value)?);
        }
        if let Some(value) = &self.reset {
            waits.push(reset(value)?);
        }
        let limited = (!waits.is_empty()).then_some(429);
        let refuse = |status| Fault::Refuse { status, waits };
        let cut = self.cut.map(|cut| match cut {
            Cut::Before => Fault::CutBeforeAnswer,
            Cut::After => Fault::CutAfterDoing,
            Cut::Body => Fault::CutInBody,
        });
        let mut faults = [
            status(self.status.or(limited))?.map(refuse),
            cut,
            self.broken_json.then_some(Fault::BrokenJson),
            self.ignore_range.then_some(Fault::IgnoreRange),
            self.stall.then_some(Fault::Stall),
            warning(self.near_limit, self.remaining),
        ]
        .into_iter()
        .flatten();
        match (faults.next(), faults.next(), self.delay) {
            (_, Some(_), _) => Err(OrderError(
                "only one of `status`, `cut`, `broken-json`, `ignore-range`, `stall` and `near-limit` \
                 can happen"
                    .to_owned(),
            )),
            (then, None, Some(millis)) => Ok(Fault::Delay {
                by: Duration::from_millis(millis),
                then: then.map(Box::new),
            }),
            (Some(fault), None, None) => Ok(fault),
            (None, None, None) => Err(OrderError("nothing happens in it".to_owned())),
        }
    }
}

/// What an answer says of a limit that is near.
fn warning(near: bool, remaining: Option<u64>) -> Option<Fault> {
    let near = near.then(|| (NEAR_LIMIT.to_owned(), true.to_string()));
    let remaining = remaining.map(|left| (REMAINING.to_owned(), left.to_string()));
    let headers: Vec<_> = near.into_iter().chain(remaining).collect();
    (!headers.is_empty()).then_some(Fault::Headers(headers))
}

fn status(status: Option<u16>) -> Result<Option<u16>, OrderError> {
    match status {
        Some(status) if !(200..=599).contains(&status) => Err(OrderError(format!(
            "{status} is not the status of an answer"
        ))),
        status => Ok(status),
    }
}

fn retry_after(value: &Value) -> Result<Wait, OrderError> {
    match form(value, "retry-after")? {
        (None, seconds) => Ok(Wait::RetryAfterSeconds(seconds)),
        (Some("date"), seconds) => Ok(Wait::RetryAfterDate(seconds)),
        (Some(form), _) => Err(unknown_form("retry-after", form)),
    }
}

fn reset(value: &Value) -> Result<Wait, OrderError> {
    match form(value, "reset")? {
        (None | Some("minute"), seconds) => Ok(Wait::ResetMinute(seconds)),
        (Some("second"), seconds) => Ok(Wait::ResetSecond(seconds)),
        (Some("epoch"), seconds) => Ok(Wait::ResetEpoch(seconds)),
        (Some(form), _) => Err(unknown_form("reset", form)),
    }
}

fn unknown_form(name: &str, form: &str) -> OrderError {
    OrderError(format!("`{name}` has no form `{form}`"))
}

/// A number of seconds, `form`, or `form:seconds`.
fn form<'a>(value: &'a Value, name: &str) -> Result<(Option<&'a str>, u64), OrderError> {
    match value.as_str().map(|text| text.split_once(':')) {
        Some(Some((form, seconds))) => Ok((Some(form), number(&plain(seconds), name)?)),
        Some(None) if number::<u64>(value, name).is_err() => Ok((value.as_str(), USUAL_WAIT)),
        _ => Ok((None, number(value, name)?)),
    }
}

/// A number, or the text of one.
fn number<N: TryFrom<u64>>(value: &Value, name: &str) -> Result<N, OrderError> {
    let read = match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    read.and_then(|number: u64| N::try_from(number).ok())
        .ok_or_else(|| OrderError(format!("`{name}` is not a number that can be")))
}

/// A number where the text is one.
fn plain(text: &str) -> Value {
    text.parse::<u64>()
        .map_or_else(|_| text.into(), Value::from)
}

/// The names in JSON as they are among words.
fn refused_word(error: serde_json::Error) -> OrderError {
    OrderError(error.to_string().replace('_', "-"))
}

fn refused(error: serde_json::Error) -> OrderError {
    OrderError(error.to_string())
}
