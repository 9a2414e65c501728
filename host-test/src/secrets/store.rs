use async_trait::async_trait;

use super::{Change, DeleteOutcome, Entry, Expect, KeyPage, PutOutcome, StoreError};

/// A store of secrets: one application, one trust domain.
///
/// The rules are those of `wit/secret-store.wit`. Two of them matter most.
/// The comparison and the write of [`put`](SecretStore::put) are one step that
/// no other writer can come between, and a value that was answered as stored
/// survives the loss of power; without either, a refresh token that Atlassian
/// has just rotated can be lost, and with it a person's consent.
///
/// The methods are `async_trait`'s boxed futures, as a store is chosen while
/// the program runs (`Arc<dyn SecretStore>`) and `async fn` in a trait does not
/// allow that.
///
/// # A store of one's own
///
/// In a table of SQLite; another database needs the same four things. Reading,
/// comparing and writing are one transaction. A version is never used twice, also not
/// after its key was deleted. What was answered as stored is committed. A list goes
/// on from a key, so that nothing is passed over while others write. This one seals
/// nothing; [`SqliteStore`](super::SqliteStore) does.
///
/// ```
/// use std::sync::{Arc, Mutex, PoisonError};
///
/// use async_trait::async_trait;
/// use jira_host::secrets::{
///     DeleteOutcome, Entry, Expect, KeyPage, PutOutcome, SecretStore, StoreError,
/// };
/// use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
///
/// #[derive(Clone)]
/// struct Table(Arc<Mutex<Connection>>);
///
/// const PAGE: usize = 100;
///
/// impl Table {
///     fn new(connection: Connection) -> rusqlite::Result<Table> {
///         connection.execute_batch(
///             "CREATE TABLE IF NOT EXISTS secrets
///                 (key TEXT PRIMARY KEY, value BLOB NOT NULL, version TEXT NOT NULL)",
///         )?;
///         Ok(Table(Arc::new(Mutex::new(connection))))
///     }
///
///     /// One transaction, which no other writer can come between. SQLite blocks, so
///     /// it has a thread of its own.
///     async fn ask<T: Send + 'static>(
///         &self,
///         work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
///     ) -> Result<T, StoreError> {
///         let connection = Arc::clone(&self.0);
///         let done = tokio::task::spawn_blocking(move || {
///             let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
///             let behavior = TransactionBehavior::Immediate;
///             let transaction = connection.transaction_with_behavior(behavior)?;
///             let answer = work(&transaction)?;
///             transaction.commit()?;
///             Ok(answer)
///         });
///         let failed = |error: rusqlite::Error| StoreError::Unavailable(error.to_string());
///         match done.await {
///             Ok(answer) => answer.map_err(failed),
///             Err(_) => Err(StoreError::Unavailable("the program is ending".into())),
///         }
///     }
/// }
///
/// fn read(table: &Transaction<'_>, key: &str) -> rusqlite::Result<Option<Entry>> {
///     let select = "SELECT value, version FROM secrets WHERE key = ?1";
///     let entry = table.query_row(select, [key], |row| {
///         Ok(Entry { value: row.get(0)?, version: row.get(1)? })
///     });
///     entry.optional()
/// }
///
/// fn is_met(expect: &Expect, found: &Option<Entry>) -> bool {
///     expect.is_met_by(found.as_ref().map(|entry| entry.version.as_str()))
/// }
///
/// #[async_trait]
/// impl SecretStore for Table {
///     async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
///         let key = key.to_owned();
///         self.ask(move |table| read(table, &key)).await
///     }
///
///     async fn put(
///         &self,
///         key: &str,
///         value: Vec<u8>,
///         expect: Expect,
///     ) -> Result<PutOutcome, StoreError> {
///         let key = key.to_owned();
///         self.ask(move |table| {
///             let found = read(table, &key)?;
///             if !is_met(&expect, &found) {
///                 return Ok(PutOutcome::Stale(found));
///             }
///             let write = "INSERT OR REPLACE INTO secrets (key, value, version)
///                          VALUES (?1, ?2, lower(hex(randomblob(16)))) RETURNING version";
///             let version = table.query_row(write, (&key, value), |row| row.get(0))?;
///             Ok(PutOutcome::Stored(version))
///         })
///         .await
///     }
///
///     async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError> {
///         let key = key.to_owned();
///         self.ask(move |table| {
///             let found = read(table, &key)?;
///             if !is_met(&expect, &found) {
///                 return Ok(DeleteOutcome::Stale(found));
///             }
///             table.execute("DELETE FROM secrets WHERE key = ?1", [&key])?;
///             Ok(DeleteOutcome::Deleted)
///         })
///         .await
///     }
///
///     async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError> {
///         let (prefix, after) = (prefix.to_owned(), cursor.unwrap_or_default());
///         self.ask(move |table| {
///             let mut select = table.prepare(
///                 "SELECT key FROM secrets
///                  WHERE key > ?2 AND substr(key, 1, length(?1)) = ?1 ORDER BY key",
///             )?;
///             let keys = select.query_map((&prefix, &after), |row| row.get(0))?;
///             let keys = keys.take(PAGE).collect::<rusqlite::Result<Vec<String>>>()?;
///             let cursor = keys.last().filter(|_| keys.len() == PAGE).cloned();
///             Ok(KeyPage { keys, cursor })
///         })
///         .await
///     }
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = Table::new(Connection::open_in_memory()?)?;
/// let PutOutcome::Stored(first) = store.put("tokens/a", b"1".to_vec(), Expect::Absent).await? else {
///     return Err("it was not there".into());
/// };
/// let expected = Expect::Version(first.clone());
/// let second = store.put("tokens/a", b"2".to_vec(), expected.clone()).await?;
/// assert!(matches!(second, PutOutcome::Stored(version) if version != first));
/// let lost = store.put("tokens/a", b"3".to_vec(), expected).await?;
/// assert!(matches!(lost, PutOutcome::Stale(Some(entry)) if entry.value == b"2"));
/// # for n in 0..250 {
/// #     store.put(&format!("sweep/{n}"), Vec::new(), Expect::Any).await?;
/// # }
/// # let (mut keys, mut cursor) = (Vec::new(), None);
/// # loop {
/// #     let page = store.list("sweep/", cursor).await?;
/// #     keys.extend(page.keys);
/// #     cursor = page.cursor;
/// #     if cursor.is_none() {
/// #         break;
/// #     }
/// # }
/// # assert_eq!(keys.len(), 250);
/// # assert_eq!(store.delete("tokens/a", Expect::Any).await?, DeleteOutcome::Deleted);
/// # assert_eq!(store.get("tokens/a").await?, None);
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// Reads one key. A key that is absent is `None`.
    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError>;

    /// Reads several keys, answered in the order asked. Every call makes this
    /// trip once, so a store that can make it in one should.
    async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError> {
        let mut entries = Vec::with_capacity(keys.len());
        for key in keys {
            entries.push(self.get(key).await?);
        }
        Ok(entries)
    }

    /// Writes one key where it is as expected.
    async fn put(
        &self,
        key: &str,
        value: Vec<u8>,
        expect: Expect,
    ) -> Result<PutOutcome, StoreError>;

    /// Writes several keys, each on its own as by `put`, answered in the order
    /// given: one trip where a store can make it in one, never one transaction. An
    /// error of the whole is for a trip that failed: then nobody knows which of
    /// the changes were made.
    async fn put_many(
        &self,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<PutOutcome, StoreError>>, StoreError> {
        let mut outcomes = Vec::with_capacity(changes.len());
        for change in changes {
            outcomes.push(self.put(&change.key, change.value, change.expect).await);
        }
        Ok(outcomes)
    }

    /// Deletes one key where it is as expected.
    async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError>;

    /// Lists the keys that begin with a prefix, a page at a time, in any order. The
    /// page's cursor is for the next call, and `None` on the last page. A key that
    /// was there all the while is answered at least once.
    async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError>;
}
