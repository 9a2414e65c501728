use std::fmt;

use jira_host::types::Request;
use serde_json::{Value, json};

/// How often at most a request is sent again where nothing is said.
const USUALLY_AT_MOST: u8 = 4;

/// When a request would be sent again, as far as it was asked for. What the method
/// and the body have to say in it, the component decides (`retry` in the contract).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Repeats {
    at_most: u8,
    /// Never where it may have been carried out.
    only_undone: bool,
}

impl Repeats {
    pub(super) fn of(request: &Request) -> Repeats {
        let options = request.options.as_ref();
        let retry = options.and_then(|options| options.retry.as_ref());
        let at_most = retry.and_then(|retry| retry.at_most);
        Repeats {
            at_most: at_most.unwrap_or(USUALLY_AT_MOST),
            only_undone: retry.is_some_and(|retry| retry.only_undone),
        }
    }

    pub(super) fn to_json(self) -> Value {
        json!({"at_most": self.at_most, "only_undone": self.only_undone})
    }
}

impl fmt::Display for Repeats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = match self.at_most {
            0 => return f.write_str("never"),
            1 => "once".to_owned(),
            times => format!("{times} times"),
        };
        write!(f, "at most {most};\nwhere it may have been carried out, ")?;
        match self.only_undone {
            true => f.write_str("never"),
            false => f.write_str(
                "only if twice is the same as once:\nGET, HEAD, OPTIONS, DELETE, a PUT without \
                 `update`, a POST that only reads",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_how_often_and_when() {
        let repeats = |at_most, only_undone| Repeats {
            at_most,
            only_undone,
        };
        for (repeats, told) in [
            (repeats(0, false), "never"),
            (
                repeats(1, true),
                "at most once;\nwhere it may have been carried out, never",
            ),
            (
                repeats(4, false),
                "at most 4 times;\nwhere it may have been carried out, only if twice is the \
                 same as once:\nGET, HEAD, OPTIONS, DELETE, a PUT without `update`, a POST that \
                 only reads",
            ),
        ] {
            assert_eq!(repeats.to_string(), told);
        }
    }
}
