use std::fmt;
use std::hash::{Hash, Hasher};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

/// What a file of ours begins with; the number is that of this layout.
const MAGIC: &[u8] = b"jira-host compiled code 1\n";

const DIGEST_LENGTH: usize = 32;

/// What compiled code depends on: the version of wasmtime, its settings and the
/// processor's features, all of which the engine names, and the component.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Key([u8; DIGEST_LENGTH]);

impl Key {
    pub(super) fn of(engine: &Engine, component: &[u8]) -> Key {
        let mut hasher = KeyHasher(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Key(hasher.0.chain_update(component).finalize().into())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A hash that stays the same from one build of this crate to another.
struct KeyHasher(Sha256);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Nobody asks for it: the whole digest is taken.
    fn finish(&self) -> u64 {
        0
    }
}

/// Code that we have compiled ourselves: from a file of ours, under the key
/// that was looked for, and whole.
pub(super) struct Entry<'a> {
    code: &'a [u8],
}

impl<'a> Entry<'a> {
    /// What a file holds: what it is, its key, a digest of both key and code,
    /// and the code.
    pub(super) fn content(key: &Key, code: &[u8]) -> Vec<u8> {
        [MAGIC, &key.0, &digest(key, code), code].concat()
    }

    /// Takes a file apart that was found to be ours.
    pub(super) fn parse(content: &'a [u8], key: &Key) -> Result<Entry<'a>, &'static str> {
        let parts = content.strip_prefix(MAGIC).and_then(|rest| {
            let (of, rest) = rest.split_first_chunk::<DIGEST_LENGTH>()?;
            let (digest, code) = rest.split_first_chunk::<DIGEST_LENGTH>()?;
            Some((of, digest, code))
        });
        match parts {
            Some((of, _, _)) if *of != key.0 => Err("it is for another component"),
            Some((_, sum, code)) if *sum == digest(key, code) => Ok(Entry { code }),
            Some(_) => Err("it is damaged"),
            None => Err("it is no compiled code"),
        }
    }

    #[allow(
        unsafe_code,
        reason = "there is no other way to load compiled code, and compiling takes a second"
    )]
    pub(super) fn into_component(self, engine: &Engine) -> wasmtime::Result<Component> {
        // SAFETY: the bytes must come from wasmtime's own serialization. They
        // do: we wrote the file, as it belongs to our user, who alone may write
        // to it and to its folder; it was written for this engine and this
        // component, as it holds their key; and it is what was written, as its
        // digest fits. Wasmtime itself compares version and settings once more.
        unsafe { Component::deserialize(engine, self.code) }
    }
}

fn digest(key: &Key, code: &[u8]) -> [u8; DIGEST_LENGTH] {
    let hash = Sha256::new().chain_update(key.0).chain_update(code);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> Key {
        Key([seed; DIGEST_LENGTH])
    }

    #[test]
    fn what_was_written_is_read() {
        let content = Entry::content(&key(1), b"code");
        assert_eq!(Entry::parse(&content, &key(1)).unwrap().code, b"code");
    }

    #[test]
    fn whatever_was_changed_is_not_read() {
        let content = Entry::content(&key(1), b"code");
        for place in 0..content.len() {
            let mut changed = content.clone();
            changed[place] ^= 1;
            assert!(Entry::parse(&changed, &key(1)).is_err(), "{place}");
            let shortened = &content[..place];
            assert!(Entry::parse(shortened, &key(1)).is_err(), "{place}");
        }
        let prolonged = [content.as_slice(), b"e"].concat();
        assert!(Entry::parse(&prolonged, &key(1)).is_err());
    }

    #[test]
    fn what_was_written_for_another_component_is_not_read() {
        let content = Entry::content(&key(1), b"code");
        assert!(Entry::parse(&content, &key(2)).is_err());
    }

    #[test]
    fn a_key_depends_on_the_component_and_on_the_settings() {
        let engine = Engine::default();
        let mut config = wasmtime::Config::new();
        config.epoch_interruption(true);
        let other = Engine::new(&config).unwrap();
        let key = Key::of(&engine, b"a").to_string();
        assert_eq!(key.len(), 64);
        assert_eq!(Key::of(&engine, b"a").to_string(), key);
        assert_ne!(Key::of(&engine, b"b").to_string(), key);
        assert_ne!(Key::of(&other, b"a").to_string(), key);
    }
}
