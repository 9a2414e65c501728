use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use thiserror::Error;

use super::master_key::MasterKey;

/// How many bytes a nonce has. With 24 random ones, two values of one key do
/// not meet however many are sealed.
const NONCE_BYTES: usize = 24;

/// The version of everything that is written before, around and into a sealed
/// value.
const SEAL_FORMAT: u8 = 1;

/// The random name of one store.
pub(super) type StoreId = [u8; 16];

/// What a sealed value is for. It opens for nothing else.
#[derive(Clone, Copy)]
pub(super) enum Purpose<'a> {
    /// Telling a right key from a wrong one.
    KeyCheck,
    /// The value of one version of one key. A value that was moved to another
    /// key, or an old one that was put back, does not open.
    Entry { key: &'a str, version: i64 },
    /// Everything, on its way to another store.
    Export,
}

/// Seals values under one key for one store, and opens them.
pub(super) struct Sealer {
    cipher: XChaCha20Poly1305,
    store: StoreId,
}

/// Why a value could not be sealed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SealError {
    /// The system has no random numbers for a nonce.
    #[error("the system gave no random numbers: {0}")]
    Random(getrandom::Error),
    /// The value is too long for the cipher: more than 256 GiB.
    #[error("the value is too long to be sealed")]
    TooLong,
}

impl Sealer {
    pub(super) fn new(key: &MasterKey, store: StoreId) -> Self {
        Sealer {
            cipher: XChaCha20Poly1305::new(key.bytes().into()),
            store,
        }
    }

    /// Seals a value: a random nonce, and behind it what it became.
    pub(super) fn seal(&self, purpose: Purpose<'_>, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(SealError::Random)?;
        let aad = self.bound_to(purpose);
        let payload = Payload {
            msg: plain,
            aad: &aad,
        };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::TooLong)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens a value that was sealed for this, under this key.
    pub(super) fn open(&self, purpose: Purpose<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let aad = self.bound_to(purpose);
        let payload = Payload {
            msg: sealed,
            aad: &aad,
        };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()
    }

    /// What goes with a value without being in it. Only the last part has no
    /// fixed length, so no two purposes can be written alike.
    fn bound_to(&self, purpose: Purpose<'_>) -> Vec<u8> {
        let (tag, version, key) = match purpose {
            Purpose::KeyCheck => (0, 0, ""),
            Purpose::Entry { key, version } => (1, version, key),
            Purpose::Export => (2, 0, ""),
        };
        let mut bound = b"jira-host".to_vec();
        bound.extend([SEAL_FORMAT, tag]);
        bound.extend(self.store);
        bound.extend(version.to_be_bytes());
        bound.extend(key.as_bytes());
        bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: Purpose<'_> = Purpose::Entry {
        key: "tokens/a",
        version: 7,
    };

    fn sealer(key: u8, store: u8) -> Sealer {
        Sealer::new(&MasterKey::from_bytes([key; 32]), [store; 16])
    }

    #[test]
    fn what_was_sealed_opens_again() {
        let sealed = sealer(1, 1).seal(ENTRY, b"value").unwrap();
        assert_eq!(sealer(1, 1).open(ENTRY, &sealed), Some(b"value".to_vec()));
        assert!(!sealed.windows(5).any(|part| part == b"value"));
    }

    #[test]
    fn it_opens_for_nothing_else_and_nowhere_else() {
        let sealed = sealer(1, 1).seal(ENTRY, b"value").unwrap();
        let other = |key, version| Purpose::Entry { key, version };
        for purpose in [
            other("tokens/b", 7),
            other("tokens/a", 6),
            other("", 7),
            Purpose::KeyCheck,
            Purpose::Export,
        ] {
            assert_eq!(sealer(1, 1).open(purpose, &sealed), None);
        }
        assert_eq!(sealer(2, 1).open(ENTRY, &sealed), None, "another key");
        assert_eq!(sealer(1, 2).open(ENTRY, &sealed), None, "another store");
    }

    #[test]
    fn a_changed_or_cut_value_does_not_open() {
        let sealed = sealer(1, 1).seal(ENTRY, b"value").unwrap();
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(sealer(1, 1).open(ENTRY, &changed), None, "{place}");
            assert_eq!(sealer(1, 1).open(ENTRY, &sealed[..place]), None, "{place}");
        }
    }

    #[test]
    fn a_value_is_sealed_differently_every_time() {
        let one = sealer(1, 1).seal(ENTRY, b"value").unwrap();
        let two = sealer(1, 1).seal(ENTRY, b"value").unwrap();
        assert_ne!(one, two);
    }
}
