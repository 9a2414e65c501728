//! Entries, as they are on the server: the version in eight bytes, and behind
//! it the sealed value.

use super::super::error::SealedStoreError;
use super::super::seal::{Purpose, SealError, Sealer};
use super::super::{DeleteOutcome, Entry, Expect, PutOutcome};

/// Keys and what is on the server for them.
pub(super) type Fields = Vec<(String, Vec<u8>)>;

/// Whether a field is an entry, and not what the store says of itself.
pub(super) fn is_entry(field: &str) -> bool {
    !field.starts_with(':')
}

/// How many bytes a version has.
const VERSION_BYTES: usize = 8;

/// A sealed value with a version that no other one has.
pub(super) struct Sealed {
    pub(super) field: Vec<u8>,
    pub(super) version: String,
}

/// Seals a value under a version of its own.
///
/// Versions are random numbers of 63 bits and not counted: a server that has
/// lost its last seconds would count them a second time, and somebody who has
/// read what was lost would then overwrite what is there instead.
pub(super) fn seal(sealer: &Sealer, key: &str, value: &[u8]) -> Result<Sealed, SealedStoreError> {
    let mut random = [0; VERSION_BYTES];
    getrandom::fill(&mut random).map_err(SealError::Random)?;
    let version = i64::from_be_bytes(random) & i64::MAX;
    Ok(Sealed {
        field: seal_as(sealer, key, version, value)?,
        version: version.to_string(),
    })
}

/// Seals a value under a version that it has already.
pub(super) fn seal_as(
    sealer: &Sealer,
    key: &str,
    version: i64,
    value: &[u8],
) -> Result<Vec<u8>, SealedStoreError> {
    let sealed = sealer.seal(Purpose::Entry { key, version }, value)?;
    Ok([version.to_be_bytes().as_slice(), &sealed].concat())
}

/// Opens what was sealed, and answers the version as a number too. `None` is
/// for what was not sealed there.
pub(super) fn open(sealer: &Sealer, key: &str, field: &[u8]) -> Option<(i64, Entry)> {
    let (version, sealed) = field.split_first_chunk::<VERSION_BYTES>()?;
    let version = i64::from_be_bytes(*version);
    let value = sealer.open(Purpose::Entry { key, version }, sealed)?;
    let entry = Entry {
        value,
        version: version.to_string(),
    };
    Some((version, entry))
}

/// The entry of a key, where it is what was sealed there.
pub(super) fn opened(
    at: &str,
    sealer: &Sealer,
    key: &str,
    field: &[u8],
) -> Result<Entry, SealedStoreError> {
    let entry = open(sealer, key, field).map(|(_, entry)| entry);
    entry.ok_or_else(|| damaged(at, key))
}

/// What is said of a value that does not open.
pub(super) fn damaged(at: &str, key: &str) -> SealedStoreError {
    SealedStoreError::Damaged {
        at: at.to_owned(),
        what: problem(key),
    }
}

/// The same, without the store.
pub(super) fn problem(key: &str) -> String {
    format!("the value of `{key}` is not what was sealed there")
}

/// What is expected, as the scripts take it: in words, and the version.
pub(super) fn expectation(expect: &Expect) -> (&'static str, Vec<u8>) {
    match expect {
        Expect::Any => ("any", Vec::new()),
        Expect::Absent => ("absent", Vec::new()),
        Expect::Version(version) => {
            let number = version.parse::<i64>().ok();
            // No entry has a version that is written in another way.
            let number = number.filter(|number| number.to_string() == *version);
            let bytes = number.map(|number| number.to_be_bytes().to_vec());
            ("version", bytes.unwrap_or_default())
        }
    }
}

/// What came of a change, as the script answers it.
pub(super) enum Changed {
    Done,
    /// What is there instead.
    Stale(Option<Vec<u8>>),
}

impl Changed {
    pub(super) fn of(answer: redis::Value) -> Option<Self> {
        match answer {
            redis::Value::Int(1) => Some(Changed::Done),
            redis::Value::Int(0) => Some(Changed::Stale(None)),
            redis::Value::BulkString(field) => Some(Changed::Stale(Some(field))),
            _ => None,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self, Changed::Done)
    }

    /// The outcome of a put that was to give this version.
    pub(super) fn put(
        self,
        version: String,
        open: impl FnOnce(&[u8]) -> Result<Entry, SealedStoreError>,
    ) -> Result<PutOutcome, SealedStoreError> {
        Ok(match self {
            Changed::Done => PutOutcome::Stored(version),
            Changed::Stale(there) => {
                PutOutcome::Stale(there.map(|field| open(&field)).transpose()?)
            }
        })
    }

    /// The outcome of a delete.
    pub(super) fn delete(
        self,
        open: impl FnOnce(&[u8]) -> Result<Entry, SealedStoreError>,
    ) -> Result<DeleteOutcome, SealedStoreError> {
        Ok(match self {
            Changed::Done => DeleteOutcome::Deleted,
            Changed::Stale(there) => {
                DeleteOutcome::Stale(there.map(|field| open(&field)).transpose()?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::MasterKey;

    #[test]
    fn a_sealed_value_opens_with_the_version_it_was_given() {
        let sealer = Sealer::new(&MasterKey::from_bytes([1; 32]), [1; 16]);
        let sealed = seal(&sealer, "a", b"value").unwrap();
        let (version, entry) = open(&sealer, "a", &sealed.field).unwrap();
        assert_eq!(entry.value, b"value");
        assert_eq!(entry.version, sealed.version);
        assert_eq!(version.to_string(), sealed.version);
        assert!(open(&sealer, "b", &sealed.field).is_none());
        assert!(open(&sealer, "a", b"short").is_none());
        let again = seal(&sealer, "a", b"value").unwrap();
        assert_ne!(again.version, sealed.version);
    }

    #[test]
    fn only_a_version_as_it_is_written_is_compared() {
        let version = |text: &str| expectation(&Expect::Version(text.to_owned()));
        assert_eq!(version("258"), ("version", vec![0, 0, 0, 0, 0, 0, 1, 2]));
        for text in ["", "0258", "+258", "not a version"] {
            assert_eq!(version(text), ("version", vec![]), "{text}");
        }
    }
}
