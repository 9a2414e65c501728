//! The names of connections, and the keys that entries have in the store.

use super::error::{Error, Result};

/// Names are part of keys, which have at most 256 bytes; escaped, a name of
/// this length has at most 192.
pub const MAX_NAME_BYTES: usize = 64;

/// The key of the application record.
pub const APP_KEY: &str = "app";

/// What the keys of connections begin with.
pub const CONNECTIONS: &str = "connections/";

/// What the keys of consents begin with.
pub const CONSENTS: &str = "consents/";

/// The name of a connection: 1 to 64 bytes without control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConnectionName(String);

impl ConnectionName {
    /// Checks a name that a caller gave.
    pub fn parse(name: &str) -> Result<Self> {
        if name.is_empty() || name.len() > MAX_NAME_BYTES {
            let length = name.len();
            return Err(Error::invalid(
                "connection",
                format_args!("a name has 1 to {MAX_NAME_BYTES} bytes, this one has {length}"),
            ));
        }
        if name.chars().any(char::is_control) {
            return Err(Error::invalid(
                "connection",
                "a name has no control characters",
            ));
        }
        Ok(Self(name.into()))
    }

    /// Reads the name back from the key of its connection.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        let name = unescape(key.strip_prefix(CONNECTIONS)?)?;
        Self::parse(&name).ok()
    }

    /// As the caller wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of the connection itself.
    #[must_use]
    pub fn connection_key(&self) -> String {
        [CONNECTIONS, &escape(&self.0)].concat()
    }

    /// The key of its tokens.
    #[must_use]
    pub fn tokens_key(&self) -> String {
        ["tokens/", &escape(&self.0)].concat()
    }

    /// The key of its refresh lease.
    #[must_use]
    pub fn lease_key(&self) -> String {
        ["leases/", &escape(&self.0)].concat()
    }

    /// What the keys of its consents begin with.
    #[must_use]
    pub fn consents_prefix(&self) -> String {
        format!("{CONSENTS}{}/", escape(&self.0))
    }
}

/// Writes every byte outside `[A-Za-z0-9_.-]` as `=XX`.
pub(super) fn escape(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' => key.push(byte.into()),
            _ => key.push_str(&format!("={byte:02X}")),
        }
    }
    key
}

pub(super) fn unescape(key: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut parts = key.split('=');
    bytes.extend(parts.next()?.bytes());
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend(part.get(2..)?.bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_from_their_keys() {
        for name in [
            "main",
            "müller/7",
            "=3D",
            "a=b",
            "..",
            "日本語",
            &"ü".repeat(32),
        ] {
            let name = ConnectionName::parse(name).unwrap();
            assert_eq!(ConnectionName::from_key(&name.connection_key()), Some(name));
        }
    }

    #[test]
    fn keys_keep_to_the_alphabet_and_length_of_the_store() {
        let name = ConnectionName::parse(&"=".repeat(MAX_NAME_BYTES)).unwrap();
        for key in [
            name.connection_key(),
            name.tokens_key(),
            name.lease_key(),
            name.consents_prefix(),
        ] {
            assert!(key.len() <= 224, "{key} leaves room for an id");
            assert!(
                key.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"_/=.-".contains(&b)),
                "{key}"
            );
        }
        assert_eq!(
            ConnectionName::parse("müller/7").unwrap().tokens_key(),
            "tokens/m=C3=BCller=2F7"
        );
    }

    #[test]
    fn one_name_is_never_a_prefix_of_the_consents_of_another() {
        let consents = |name| ConnectionName::parse(name).unwrap().consents_prefix();
        assert!(!consents("12").starts_with(&consents("1")));
        assert!(!consents("1/2").starts_with(&consents("1")));
    }

    #[test]
    fn a_name_that_cannot_be_used_is_refused_with_the_reason() {
        let refusal = |name: &str| ConnectionName::parse(name).unwrap_err().to_string();
        assert_eq!(
            refusal(""),
            "connection: a name has 1 to 64 bytes, this one has 0"
        );
        assert_eq!(
            refusal(&"x".repeat(65)),
            "connection: a name has 1 to 64 bytes, this one has 65"
        );
        assert_eq!(
            refusal("a\nb"),
            "connection: a name has no control characters"
        );
    }

    #[test]
    fn keys_that_no_name_has_are_nobodys() {
        for key in [
            "tokens/a",
            "connections/",
            "connections/a=",
            "connections/=ZZ",
            "connections/=FF",
        ] {
            assert_eq!(ConnectionName::from_key(key), None, "{key}");
        }
    }
}
