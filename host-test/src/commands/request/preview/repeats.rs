use std::collections::BTreeMap;
use std::fmt;

use jira_host::network::CaughtRequest;
use jira_host::types::{Method, Request};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

/// How often at most a request is sent again where nothing is said.
const USUALLY_AT_MOST: u8 = 4;

/// When a request would be sent again, as the contract has it (`retry`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Repeats {
    at_most: u8,
    /// Also where it may have been carried out.
    is_left_open_repeated: bool,
}

impl Repeats {
    pub(super) fn of(request: &Request, caught: &CaughtRequest) -> Repeats {
        let options = request.options.as_ref();
        let retry = options.and_then(|options| options.retry.as_ref());
        let only_undone = retry.is_some_and(|retry| retry.only_undone);
        Repeats {
            at_most: retry
                .and_then(|retry| retry.at_most)
                .unwrap_or(USUALLY_AT_MOST),
            is_left_open_repeated: !only_undone && is_repeatable(request.method, &caught.body),
        }
    }

    pub(super) fn to_json(self) -> Value {
        let after: &[&str] = match self {
            Repeats { at_most: 0, .. } => &[],
            Repeats {
                is_left_open_repeated: true,
                ..
            } => &["not-sent", "429", "interrupted", "502", "503", "504"],
            _ => &["not-sent", "429"],
        };
        json!({"at_most": self.at_most, "after": after})
    }
}

impl fmt::Display for Repeats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at_most == 0 {
            return f.write_str("never");
        }
        let most = match self.at_most {
            1 => "once".to_owned(),
            times => format!("{times} times"),
        };
        write!(f, "at most {most}: after a 429, or if it was not sent")?;
        match self.is_left_open_repeated {
            true => f.write_str(";\nalso after a connection that broke, and a 502, 503 or 504"),
            false => f.write_str(";\nnever where it may have been carried out"),
        }
    }
}

/// Whether twice is the same as once.
fn is_repeatable(method: Method, body: &[u8]) -> bool {
    match method {
        Method::Get | Method::Head | Method::Options | Method::Delete => true,
        Method::Put => {
            let object = serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(body);
            object.is_ok_and(|members| !members.contains_key("update")) || body.is_empty()
        }
        Method::Post | Method::Patch | Method::Trace | Method::Purge => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_is_once_for_what_reads_removes_or_replaces() {
        for (method, body, expected) in [
            (Method::Get, "", true),
            (Method::Delete, "{}", true),
            (Method::Put, r#"{"fields": {"update": 1}}"#, true),
            (Method::Put, r#"{"update": {}}"#, false),
            (Method::Put, "", true),
            (Method::Post, "{}", false),
            (Method::Patch, "{}", false),
        ] {
            assert_eq!(is_repeatable(method, body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn it_is_told_how_often_and_when() {
        let repeats = |at_most, is_left_open_repeated| Repeats {
            at_most,
            is_left_open_repeated,
        };
        assert_eq!(repeats(0, true).to_string(), "never");
        assert_eq!(
            repeats(1, false).to_string(),
            "at most once: after a 429, or if it was not sent;\nnever where it may have been \
             carried out"
        );
        assert_eq!(
            repeats(4, true).to_string(),
            "at most 4 times: after a 429, or if it was not sent;\nalso after a connection that \
             broke, and a 502, 503 or 504"
        );
        assert_eq!(repeats(0, true).to_json()["after"], json!([]));
        assert_eq!(
            repeats(2, false).to_json()["after"],
            json!(["not-sent", "429"])
        );
    }
}
