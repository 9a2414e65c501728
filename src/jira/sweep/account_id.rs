//! The ids of Atlassian accounts, and the keys under which the store has them.

use percent_encoding::percent_decode_str;

use crate::jira::name::{escape, unescape};

/// What the keys of the register begin with.
pub const REGISTER: &str = "accounts/";
/// What the keys of actions begin with.
pub const ACTIONS: &str = "actions/";
/// What the keys of erasures that are under way begin with.
pub const ERASURES: &str = "erasures/";
/// The kinds of data that hosts keep under an account: the configuration made
/// with it.
pub const PACK_CONFIGURATIONS: &str = "pack-configurations/";
/// The choices that actions offered to it.
pub const ACTION_OPTIONS: &str = "action-options/";
/// Anything else of it.
pub const USER_DATA: &str = "user-data/";

/// Atlassian's bound.
const MAX_CHARS: usize = 128;

/// As part of a key, so that at least 75 bytes are left for the name of what is
/// kept under the account. The ids of today have 24 to 48.
const MAX_ESCAPED_BYTES: usize = 160;

/// Stands for every deleted user, in answers of Jira.
const PLACEHOLDER: &str = "unknown";

/// The id of an account: 1 to 128 characters of `[A-Za-z0-9:-]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountId(String);

impl AccountId {
    /// Checks an id, percent-encoded or not; says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let id = percent_decode_str(text).decode_utf8_lossy();
        if id.is_empty() || id.len() > MAX_CHARS {
            return Err("an account id has 1 to 128 characters");
        }
        if !id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b":-".contains(&b))
        {
            return Err("an account id has letters, digits, `:` and `-` only");
        }
        if id == PLACEHOLDER {
            return Err("`unknown` stands for deleted users, it is no account");
        }
        if escape(&id).len() > MAX_ESCAPED_BYTES {
            return Err("the account id has too many colons to be part of a key");
        }
        Ok(Self(id.into()))
    }

    /// Reads the id back from a key that consists of a prefix and the id.
    #[must_use]
    pub fn from_key(prefix: &str, key: &str) -> Option<Self> {
        Self::parse(&unescape(key.strip_prefix(prefix)?)?).ok()
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of what is kept of this account under a prefix.
    #[must_use]
    pub fn key(&self, prefix: &str) -> String {
        format!("{prefix}{}", escape(&self.0))
    }

    /// What the keys of several entries of this account begin with. The slash
    /// keeps out accounts whose ids begin with this one.
    #[must_use]
    pub fn prefix(&self, prefix: &str) -> String {
        format!("{prefix}{}/", escape(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_decoded_once_and_come_back_from_their_keys() {
        for (text, id) in [
            ("5b10a2844c20165700ede21g", "5b10a2844c20165700ede21g"),
            ("712020%3Aa-1", "712020:a-1"),
            ("712020%3aa-1", "712020:a-1"),
            ("712020:a-1", "712020:a-1"),
        ] {
            let parsed = AccountId::parse(text).unwrap();
            assert_eq!(parsed.as_str(), id);
            assert_eq!(
                AccountId::from_key(REGISTER, &parsed.key(REGISTER)),
                Some(parsed)
            );
        }
        let id = AccountId::parse("712020:a").unwrap();
        assert_eq!(id.prefix(USER_DATA), "user-data/712020=3Aa/");
    }

    #[test]
    fn what_is_no_id_is_refused() {
        let long = "a".repeat(129);
        let colons = ":".repeat(54);
        for text in [
            "", "unknown", "a b", "a/b", "a%2Fb", "a%253Ab", "ü", "a\n", "a=3A", "%FF", &long,
            &colons,
        ] {
            assert!(AccountId::parse(text).is_err(), "{text}");
        }
        assert!(AccountId::parse(&"a".repeat(128)).is_ok());
    }

    #[test]
    fn no_id_is_a_prefix_of_the_data_of_another() {
        let prefix = |id| AccountId::parse(id).unwrap().prefix(USER_DATA);
        assert!(!prefix("123").starts_with(&prefix("12")));
        assert!(!prefix("12:3").starts_with(&prefix("12")));
    }

    #[test]
    fn keys_leave_room_for_names() {
        let id = format!("{}{}", "a".repeat(112), ":".repeat(16));
        let prefix = AccountId::parse(&id).unwrap().prefix(PACK_CONFIGURATIONS);
        assert!(prefix.len() + 75 <= 256, "{}", prefix.len());
    }
}
