//! Entries of the store as typed values.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    error::{Error, Result},
    host::{Entry, Expect, Host, PutOutcome, StoreError},
};

/// The format in which entries are written. One that is newer was written by
/// a newer connector and is left alone.
const FORMAT: u32 = 1;

/// How often a save that must not be lost is tried. Stores that lock or fail
/// over recover in about a second; each wait is twice the last.
const SAVE_ATTEMPTS: u32 = 5;
const FIRST_SAVE_WAIT_MS: u64 = 100;

/// A value and the version under which it is stored.
#[derive(Debug, Clone)]
pub struct Stored<T> {
    /// The value.
    pub value: T,
    /// Its version.
    pub version: String,
}

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    format: u32,
    value: T,
}

/// Reads an entry. The value itself never appears in an error.
pub fn decode<T: DeserializeOwned>(key: &str, entry: &Entry) -> Result<Stored<T>> {
    #[derive(Deserialize)]
    struct Head {
        format: u32,
    }
    let broken = |why| Error::from(StoreError::Other(why)).context(format_args!("reading `{key}`"));
    match serde_json::from_slice::<Envelope<T>>(&entry.value) {
        Ok(Envelope { format: FORMAT, value }) => Ok(Stored { value, version: entry.version.clone() }),
        parsed => match (parsed.err(), serde_json::from_slice::<Head>(&entry.value)) {
            (Some(error), Err(_) | Ok(Head { format: FORMAT })) => {
                let (line, column) = (error.line(), error.column());
                Err(broken(format!("the entry is damaged at line {line}, column {column}")))
            }
            (_, Ok(Head { format })) => Err(broken(format!(
                "the entry has format {format}, this connector reads {FORMAT}; use a newer connector"
            ))),
            (None, Err(_)) => Err(broken("the entry is damaged".into())),
        },
    }
}

/// Writes a value as an entry.
pub fn encode<T: Serialize>(value: T) -> Result<Vec<u8>> {
    serde_json::to_vec(&Envelope { format: FORMAT, value })
        .map_err(|_| Error::from(StoreError::Other("a value cannot be written as JSON".into())))
}

/// Reads and decodes one key.
pub async fn read<T: DeserializeOwned>(host: &impl Host, key: &str) -> Result<Option<Stored<T>>> {
    match host.get(key).await? {
        Some(entry) => decode(key, &entry).map(Some),
        None => Ok(None),
    }
}

/// Saves what must not be lost: a store that is not available is tried again.
///
/// A try that failed may have been carried out. The next one then finds its
/// own value, and that counts as stored.
pub async fn save(host: &impl Host, key: &str, value: &[u8], expect: Expect) -> Result<PutOutcome> {
    let mut wait_ms = FIRST_SAVE_WAIT_MS;
    for attempt in 1.. {
        match host.put(key, value, expect.clone()).await {
            Ok(PutOutcome::Stale(Some(entry))) if attempt > 1 && entry.value == value => {
                return Ok(PutOutcome::Stored(entry.version));
            }
            Err(StoreError::Unavailable(_)) if attempt < SAVE_ATTEMPTS => {
                host.sleep(wait_ms).await;
                wait_ms *= 2;
            }
            outcome => return Ok(outcome?),
        }
    }
    Err(StoreError::Unavailable("it was tried too often".into()).into())
}

/// All keys with a prefix, each once.
pub async fn list(host: &impl Host, prefix: &str) -> Result<Vec<String>> {
    let mut keys = Vec::new();
    let mut cursor = None;
    loop {
        let page = host.list(prefix, cursor.clone()).await?;
        keys.extend(page.keys.into_iter().filter(|key| key.starts_with(prefix)));
        if page.cursor.is_some() && page.cursor == cursor {
            let error = StoreError::Other("its listing does not go on: the same cursor again".into());
            return Err(error.into());
        }
        cursor = page.cursor;
        if cursor.is_none() {
            keys.sort_unstable();
            keys.dedup();
            return Ok(keys);
        }
    }
}
