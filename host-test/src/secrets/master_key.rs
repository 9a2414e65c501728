use std::fmt;
use std::path::Path;

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

use super::key_error::KeyError;
use super::key_file::KeyFile;
use crate::environment;

/// The environment variable that may hold the key.
pub const KEY_VARIABLE: &str = "JIRA_HOST_KEY";

/// How many bytes a key has: what XChaCha20-Poly1305 takes.
pub(super) const KEY_BYTES: usize = 32;

/// The key under which a store seals its values.
///
/// Whoever has it and the store's file has every token in it; whoever has lost
/// it has lost them. It is wiped from memory when it is dropped, its `Debug`
/// shows nothing of it, and it cannot be compared, so that nobody does so in
/// variable time.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; KEY_BYTES]>);

impl MasterKey {
    /// A new key, from the system's random numbers.
    pub fn generate() -> Result<Self, KeyError> {
        let mut key = MasterKey(Zeroizing::new([0; KEY_BYTES]));
        getrandom::fill(key.0.as_mut_slice()).map_err(KeyError::Random)?;
        Ok(key)
    }

    /// The key with these bytes, from wherever a service keeps its keys.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        MasterKey(Zeroizing::new(bytes))
    }

    /// The key that the environment variable `JIRA_HOST_KEY` holds, in base64
    /// or hexadecimal, if it is set.
    pub fn from_env() -> Result<Option<Self>, KeyError> {
        MasterKey::from_env_var(KEY_VARIABLE)
    }

    /// The key that another environment variable holds, if it is set. One that is
    /// empty counts as not set.
    pub fn from_env_var(name: &str) -> Result<Option<Self>, KeyError> {
        let Some(text) = environment::variable(name) else {
            return Ok(None);
        };
        let key = text.to_str().and_then(MasterKey::decode);
        key.map(Some).ok_or_else(|| KeyError::Malformed {
            place: format!("the environment variable {name}"),
        })
    }

    /// The key in this file, or a new one that is in the file from now on,
    /// readable for its owner only. Several processes that do so at once get
    /// the same key.
    pub fn load_or_create(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        KeyFile::new(path.as_ref()).read_or_create()
    }

    /// Reads base64, with any alphabet and padding or without, or hexadecimal
    /// digits.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let text = text.trim();
        let decoded = if text.len() == 2 * KEY_BYTES {
            HEXLOWER_PERMISSIVE.decode(text.as_bytes())
        } else {
            let bare = text.trim_end_matches('=').as_bytes();
            BASE64_NOPAD
                .decode(bare)
                .or_else(|_| BASE64URL_NOPAD.decode(bare))
        };
        let decoded = Zeroizing::new(decoded.ok()?);
        let mut key = MasterKey(Zeroizing::new([0; KEY_BYTES]));
        if decoded.len() != KEY_BYTES {
            return None;
        }
        key.0.copy_from_slice(&decoded);
        Some(key)
    }

    /// The key as a key file has it.
    pub(super) fn encode(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64.encode(self.0.as_slice()))
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64URL, HEXLOWER, HEXUPPER};

    use super::*;

    #[test]
    fn a_key_is_read_in_every_usual_spelling() {
        let bytes: [u8; 32] = std::array::from_fn(|place| 0xf0 | place as u8);
        for text in [
            BASE64.encode(&bytes),
            BASE64_NOPAD.encode(&bytes),
            BASE64URL.encode(&bytes),
            HEXLOWER.encode(&bytes),
            HEXUPPER.encode(&bytes) + "\n",
        ] {
            let key = MasterKey::decode(&text).map(|key| *key.bytes());
            assert_eq!(key, Some(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_too_short_too_long_or_no_key_is_refused() {
        let hex_of_31 = "ab".repeat(31);
        let base64_of_33 = BASE64.encode(&[7; 33]);
        for text in [
            "",
            "secret",
            "=",
            &hex_of_31,
            &base64_of_33,
            &"z".repeat(64),
        ] {
            assert!(MasterKey::decode(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_key_shows_nothing_of_itself() {
        let key = MasterKey::from_bytes([7; 32]);
        assert_eq!(format!("{key:?}"), "MasterKey([redacted])");
    }

    #[test]
    fn two_generated_keys_differ() {
        let (one, two) = (
            MasterKey::generate().unwrap(),
            MasterKey::generate().unwrap(),
        );
        assert_ne!(one.bytes(), two.bytes());
    }
}
