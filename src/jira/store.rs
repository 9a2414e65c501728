//! Entries of the store as typed values.

use super::{
    error::{Error, Result},
    host::{Entry, Expect, Host, PutOutcome, StoreError},
    json::{self, Broken, FromJson, Object, ToJson},
};

/// The format in which entries are written. One that is newer was written by
/// a newer connector and is left alone.
const FORMAT: u64 = 1;

/// How often a save that must not be lost is tried. Stores that lock or fail
/// over recover in about a second; each wait is twice the last.
const SAVE_ATTEMPTS: u32 = 5;
const FIRST_SAVE_WAIT_MS: u64 = 100;

/// How often an entry is read and written again because another caller came in
/// between.
const UPDATE_ATTEMPTS: u32 = 5;

/// A value and the version under which it is stored.
#[derive(Debug, Clone)]
pub struct Stored<T> {
    /// The value.
    pub value: T,
    /// Its version.
    pub version: String,
}

/// Reads an entry. The value itself never appears in an error.
pub fn decode<T: FromJson>(key: &str, entry: &Entry) -> Result<Stored<T>> {
    let failed = |why| Error::from(StoreError::Other(why)).context(format_args!("reading `{key}`"));
    let damaged = |broken: Broken| failed(format!("the entry is damaged: {broken}"));
    let envelope = Object::parse(&entry.value).map_err(damaged)?;
    match envelope.number("format").map_err(damaged)? {
        0..=FORMAT => {
            let value = envelope.object("value").map_err(damaged)?;
            Ok(Stored {
                value,
                version: entry.version.clone(),
            })
        }
        newer => Err(failed(format!(
            "the entry has format {newer}, this connector reads {FORMAT}; use a newer connector"
        ))),
    }
}

/// Writes a value as an entry.
#[must_use]
pub fn encode(value: &impl ToJson) -> Vec<u8> {
    let envelope = json::object(vec![("format", FORMAT.into()), ("value", value.to_json())]);
    envelope.to_string().into_bytes()
}

/// Reads and decodes one key.
pub async fn read<T: FromJson>(host: &impl Host, key: &str) -> Result<Option<Stored<T>>> {
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

/// Reads an entry, or the default where there is none, changes it, and writes it
/// where nobody else has meanwhile.
pub async fn update<T: FromJson + ToJson + Default>(
    host: &impl Host,
    key: &str,
    change: impl Fn(T) -> T,
) -> Result<T> {
    for _ in 0..UPDATE_ATTEMPTS {
        let (before, expect) = match read(host, key).await? {
            Some(Stored { value, version }) => (value, Expect::Version(version)),
            None => (T::default(), Expect::Absent),
        };
        let value = change(before);
        if let PutOutcome::Stored(_) = save(host, key, &encode(&value), expect).await? {
            return Ok(value);
        }
    }
    Err(StoreError::Unavailable(format!("`{key}` is written by too many at once")).into())
}

/// All keys with a prefix, each once.
pub async fn list(host: &impl Host, prefix: &str) -> Result<Vec<String>> {
    let mut keys: Vec<String> = Vec::new();
    let mut cursor = None;
    loop {
        let page = host.list(prefix, cursor.clone()).await?;
        for key in page.keys {
            if key.starts_with(prefix) && !keys.contains(&key) {
                keys.push(key);
            }
        }
        if page.cursor.is_some() && page.cursor == cursor {
            let error =
                StoreError::Other("its listing does not go on: the same cursor again".into());
            return Err(error.into());
        }
        cursor = page.cursor;
        if cursor.is_none() {
            return Ok(keys);
        }
    }
}
