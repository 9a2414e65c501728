//! Entries of the store as typed values.

use super::{
    error::{Error, Result},
    host::{Change, Entry, Expect, Host, PutOutcome, StoreError},
    json::{self, Broken, FromJson, Object, ToJson},
};

/// The format in which entries are written. One that is newer was written by
/// a newer connector and is left alone.
const FORMAT: u64 = 1;

/// How often a save is tried: stores that lock recover in about a second, and
/// each wait is twice the last.
pub const SAVE_ATTEMPTS: u32 = 5;

/// The same where what is saved exists nowhere else: about 25 seconds, in which
/// databases fail over.
pub const PATIENT_SAVE_ATTEMPTS: u32 = 9;

const FIRST_SAVE_WAIT_MS: u64 = 100;

/// A listing that takes more pages than this does not end.
pub const MAX_LIST_PAGES: usize = 100_000;

/// How often an entry is read and written again because another caller came in
/// between.
pub const UPDATE_ATTEMPTS: u32 = 5;

/// How many entries are read in one trip where there may be many.
pub const READ_AT_ONCE: usize = 100;

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
    let value = open(key, entry)?.object("value");
    Ok(Stored {
        value: value.map_err(|broken| damaged(key, broken))?,
        version: entry.version.clone(),
    })
}

/// The envelope of an entry, of a format that can be read.
fn open<'a>(key: &str, entry: &'a Entry) -> Result<Object<'a>> {
    let envelope = Object::parse(&entry.value).map_err(|broken| damaged(key, broken))?;
    let format = envelope.number("format");
    match format.map_err(|broken| damaged(key, broken))? {
        0..=FORMAT => Ok(envelope),
        newer => Err(unreadable(
            key,
            format!(
                "the entry has format {newer}, this connector reads {FORMAT}; use a newer connector"
            ),
        )),
    }
}

fn damaged(key: &str, broken: Broken) -> Error {
    unreadable(key, format!("the entry is damaged: {broken}"))
}

fn unreadable(key: &str, why: String) -> Error {
    Error::from(StoreError::Other(why)).context(format_args!("reading `{key}`"))
}

/// Whether an entry was written in a format that this connector cannot know.
#[must_use]
pub fn is_newer(entry: &Entry) -> bool {
    let format = Object::parse(&entry.value).and_then(|envelope| envelope.number("format"));
    format.is_ok_and(|format| format > FORMAT)
}

/// What is found under a key, however bad it is.
#[derive(Debug)]
pub enum Found<T> {
    /// There is nothing.
    Absent,
    /// It can be read.
    Whole(Stored<T>),
    /// It is damaged, or the store cannot give it: nobody can use it any more. With
    /// its version, where that is known.
    Spoilt(Option<String>),
}

/// Looks under a key from which nothing must be read. What a newer connector wrote
/// is an error all the same: it is good, and only for others.
pub async fn find<T: FromJson>(host: &impl Host, key: &str) -> Result<Found<T>> {
    let entry = match host.get(key).await {
        Ok(Some(entry)) => entry,
        Ok(None) => return Ok(Found::Absent),
        Err(StoreError::Other(_)) => return Ok(Found::Spoilt(None)),
        Err(error) => return Err(error.into()),
    };
    match decode(key, &entry) {
        Ok(stored) => Ok(Found::Whole(stored)),
        Err(error) if is_newer(&entry) => Err(error),
        Err(_) => Ok(Found::Spoilt(Some(entry.version))),
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

/// Reads several keys in one trip: as many entries as keys, in their order. An
/// entry that the store cannot give fails alone.
pub async fn get_readable(host: &impl Host, keys: &[String]) -> Result<Vec<Result<Option<Entry>>>> {
    match host.get_many(keys).await {
        Ok(entries) if entries.len() == keys.len() => {
            return Ok(entries.into_iter().map(Ok).collect());
        }
        Ok(entries) => return Err(miscounted(entries.len(), keys.len())),
        Err(StoreError::Other(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let mut entries = Vec::new();
    for key in keys {
        entries.push(match host.get(key).await {
            Err(error @ StoreError::Other(_)) => Err(Error::from(error)),
            entry => Ok(entry?),
        });
    }
    Ok(entries)
}

/// The same for so many, all of which are needed.
pub async fn get_each<const N: usize>(
    host: &impl Host,
    keys: &[String; N],
) -> Result<[Option<Entry>; N]> {
    let entries = host.get_many(keys).await?;
    entries
        .try_into()
        .map_err(|entries: Vec<_>| miscounted(entries.len(), N))
}

fn miscounted(entries: usize, keys: usize) -> Error {
    StoreError::Other(format!("it answered {entries} entries for {keys} keys")).into()
}

/// Saves a value: a store that is not available is tried again.
///
/// A try that failed may have been carried out. The next one then finds its
/// own value, and that counts as stored.
pub async fn save(
    host: &impl Host,
    key: &str,
    value: &[u8],
    expect: Expect,
    attempts: u32,
) -> Result<PutOutcome> {
    let mut wait_ms = FIRST_SAVE_WAIT_MS;
    let mut attempt = 1;
    loop {
        match host.put(key, value, expect.clone()).await {
            Ok(PutOutcome::Stale(Some(entry))) if attempt > 1 && entry.value == value => {
                return Ok(PutOutcome::Stored(entry.version));
            }
            Err(StoreError::Unavailable(_)) if attempt < attempts => {
                host.sleep(wait_ms).await;
                wait_ms *= 2;
                attempt += 1;
            }
            outcome => return Ok(outcome?),
        }
    }
}

/// Saves several values as [`save`] does one, all in one trip. The outcomes are
/// in the order of the changes.
pub async fn save_all(
    host: &impl Host,
    changes: &[Change],
    attempts: u32,
) -> Result<Vec<PutOutcome>> {
    let mut outcomes: Vec<Option<PutOutcome>> = vec![None; changes.len()];
    let mut wait_ms = FIRST_SAVE_WAIT_MS;
    let mut attempt = 1;
    loop {
        let pending = |(_, outcome): &(&Change, &mut Option<PutOutcome>)| outcome.is_none();
        let (trip, open): (Vec<Change>, Vec<_>) = changes
            .iter()
            .zip(&mut outcomes)
            .filter(pending)
            .map(|(change, outcome)| (change.clone(), outcome))
            .unzip();
        if trip.is_empty() {
            return Ok(outcomes.into_iter().flatten().collect());
        }
        let answers = match host.put_many(&trip).await {
            Ok(answers) if answers.len() == trip.len() => answers,
            Ok(answers) => {
                let why = format!("it answered {} puts for {}", answers.len(), trip.len());
                return Err(StoreError::Other(why).into());
            }
            Err(StoreError::Unavailable(why)) => {
                vec![Err(StoreError::Unavailable(why)); trip.len()]
            }
            Err(error) => return Err(error.into()),
        };
        for ((change, outcome), answer) in trip.iter().zip(open).zip(answers) {
            *outcome = match answer {
                Ok(PutOutcome::Stale(Some(entry)))
                    if attempt > 1 && entry.value == change.value =>
                {
                    Some(PutOutcome::Stored(entry.version))
                }
                Ok(outcome) => Some(outcome),
                Err(StoreError::Unavailable(_)) if attempt < attempts => None,
                Err(error) => return Err(error.into()),
            };
        }
        if outcomes.iter().any(Option::is_none) {
            host.sleep(wait_ms).await;
            wait_ms *= 2;
            attempt += 1;
        }
    }
}

/// What to say where an entry changed as often as it was read.
#[must_use]
pub fn contended(key: &str) -> Error {
    StoreError::Unavailable(format!("`{key}` is written by too many at once")).into()
}

/// Reads an entry, or takes `absent` where there is none, changes it, and writes
/// it where nobody else has meanwhile.
pub async fn update<T: FromJson + ToJson + Clone>(
    host: &impl Host,
    key: &str,
    absent: T,
    change: impl Fn(T) -> T,
) -> Result<T> {
    for _ in 0..UPDATE_ATTEMPTS {
        let (before, expect) = match read(host, key).await? {
            Some(Stored { value, version }) => (value, Expect::Version(version)),
            None => (absent.clone(), Expect::Absent),
        };
        if let Some(value) = replace(host, key, change(before), expect).await? {
            return Ok(value);
        }
    }
    Err(contended(key))
}

/// The same, where an entry that is spoilt counts as absent.
pub async fn renew<T: FromJson + ToJson + Clone>(
    host: &impl Host,
    key: &str,
    absent: T,
    change: impl Fn(T) -> T,
) -> Result<T> {
    let expect = match find::<T>(host, key).await? {
        Found::Whole(_) | Found::Absent => return update(host, key, absent, change).await,
        Found::Spoilt(Some(version)) => Expect::Version(version),
        Found::Spoilt(None) => Expect::Any,
    };
    match replace(host, key, change(absent.clone()), expect).await? {
        Some(value) => Ok(value),
        // Somebody has mended it.
        None => update(host, key, absent, change).await,
    }
}

/// Writes a value; nothing where somebody else was faster.
pub async fn replace<T: ToJson>(
    host: &impl Host,
    key: &str,
    value: T,
    expect: Expect,
) -> Result<Option<T>> {
    let outcome = save(host, key, &encode(&value), expect, SAVE_ATTEMPTS).await?;
    Ok(matches!(outcome, PutOutcome::Stored(_)).then_some(value))
}

/// All keys with a prefix, each once, in order.
pub async fn list(host: &impl Host, prefix: &str) -> Result<Vec<String>> {
    let mut keys: Vec<String> = Vec::new();
    let mut cursor = None;
    for _ in 0..MAX_LIST_PAGES {
        let page = host.list(prefix, cursor).await?;
        for key in page.keys {
            if key.starts_with(prefix) {
                insert(&mut keys, key);
            }
        }
        cursor = page.cursor;
        if cursor.is_none() {
            return Ok(keys);
        }
    }
    Err(endless())
}

/// What to say of a listing that does not end.
#[must_use]
pub fn endless() -> Error {
    StoreError::Other("its listing does not end".into()).into()
}

/// Puts a key into its place, unless it is there already.
pub fn insert(keys: &mut Vec<String>, key: String) {
    if let Err(place) = keys.binary_search(&key) {
        keys.insert(place, key);
    }
}
