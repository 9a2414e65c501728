use std::fmt;

use jira_host::types::{Request, RetryClass};
use serde_json::{Value, json};

/// How often at most a request is sent again where nothing is said.
const USUALLY_AT_MOST: u8 = 4;

/// When a request would be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Repeats {
    class: RetryClass,
    at_most: u8,
    /// As asked for: never where it may have been carried out.
    only_undone: bool,
}

impl Repeats {
    pub(super) fn of(request: &Request, class: RetryClass) -> Repeats {
        let options = request.options.as_ref();
        let retry = options.and_then(|options| options.retry.as_ref());
        let at_most = retry.and_then(|retry| retry.at_most);
        Repeats {
            class,
            at_most: at_most.unwrap_or(USUALLY_AT_MOST),
            only_undone: retry.is_some_and(|retry| retry.only_undone),
        }
    }

    /// Never where it may have been carried out, for whichever reason.
    fn is_only_undone(self) -> bool {
        self.only_undone || self.class == RetryClass::NotIdempotent
    }

    pub(super) fn to_json(self) -> Value {
        json!({
            "class": class(self.class),
            "at_most": self.at_most,
            "only_undone": self.is_only_undone(),
        })
    }
}

/// The contract's word.
fn class(class: RetryClass) -> &'static str {
    match class {
        RetryClass::Safe => "safe",
        RetryClass::Idempotent => "idempotent",
        RetryClass::NotIdempotent => "not-idempotent",
    }
}

fn class_in_words(class: RetryClass) -> &'static str {
    match class {
        RetryClass::Safe => "it only reads",
        RetryClass::Idempotent => "twice is the same as once",
        RetryClass::NotIdempotent => "twice may do it twice",
    }
}

impl fmt::Display for Repeats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = format_args!("{} ({})", class_in_words(self.class), class(self.class));
        let most = match self.at_most {
            0 => return write!(f, "never; {class}"),
            1 => "once".to_owned(),
            times => format!("{times} times"),
        };
        match self.is_only_undone() {
            true => write!(
                f,
                "at most {most}, and only where it was surely not carried out;\n{class}"
            ),
            false => write!(
                f,
                "at most {most}, also where it may have been carried out;\n{class}"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_how_often_and_when() {
        for (class, at_most, only_undone, told) in [
            (
                RetryClass::NotIdempotent,
                0,
                false,
                "never; twice may do it twice (not-idempotent)",
            ),
            (
                RetryClass::Idempotent,
                1,
                true,
                "at most once, and only where it was surely not carried out;\n\
                 twice is the same as once (idempotent)",
            ),
            (
                RetryClass::NotIdempotent,
                2,
                false,
                "at most 2 times, and only where it was surely not carried out;\n\
                 twice may do it twice (not-idempotent)",
            ),
            (
                RetryClass::Safe,
                4,
                false,
                "at most 4 times, also where it may have been carried out;\n\
                 it only reads (safe)",
            ),
        ] {
            let repeats = Repeats {
                class,
                at_most,
                only_undone,
            };
            assert_eq!(repeats.to_string(), told);
        }
    }
}
