//! A home whose store has a connection, and data of accounts.

use atlassian_simulator::{Fault, Gate, On, Reporting, Settings};
use jira_host::secrets::{Change, Expect, KeySource, SecretStore, SqliteStore};
use serde_json::Value;

use crate::consent::connect;
use crate::stage::Stage;

/// When all data was retrieved.
pub const RETRIEVED: &str = "2026-01-05T09:00:00Z";
pub const RETRIEVED_UNIX_MS: i64 = 1_767_603_600_000;

/// How often accounts are reported where Atlassian says nothing.
const CYCLE_MS: u64 = 7 * 86_400_000;

/// Where reports go.
pub const REPORTS: &str = "/app/report-accounts/";

/// What hosts keep under an account.
pub const KINDS: [&str; 3] = ["action-options", "pack-configurations", "user-data"];

/// Who consents.
pub const ADA: &str = "712020:7bf10000-0000-4000-8000-00000000000a";

impl Stage {
    /// With a connection, at an Atlassian that takes repeated reports.
    pub async fn connected() -> Stage {
        let settings = Settings {
            reporting: Reporting {
                reports_per_cycle: 100,
                ..Reporting::default()
            },
            ..Settings::default()
        };
        let stage = Stage::set_with(settings).await;
        connect(&stage, &["demo"]).await.0.done();
        stage
    }

    pub fn add(&self, ids: &[&str]) {
        let arguments = [&["account", "add", "--retrieved-at", RETRIEVED], ids].concat();
        self.run(&arguments).done();
    }

    pub fn add_many(&self, count: u32) {
        let ids: Vec<String> = (0..count).map(|it| format!("account-{it}")).collect();
        self.add(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// The store, beside what the program does with it.
    pub fn store(&self) -> SqliteStore {
        let path = self.home.store();
        let keys = KeySource::for_store(&path).unwrap();
        SqliteStore::open(&path, keys).unwrap()
    }

    /// Something of each kind.
    pub async fn keep(&self, ids: &[&str]) {
        let store = self.store();
        for ids in ids.chunks(50) {
            let keys = ids
                .iter()
                .flat_map(|id| KINDS.map(|kind| format!("{kind}/{id}/x")));
            let changes = keys.map(|key| Change {
                key,
                value: b"{}".to_vec(),
                expect: Expect::Any,
            });
            store.put_many(changes.collect()).await.unwrap();
        }
    }

    /// Sets when the next sweep is due, as if all accounts had been entered a
    /// cycle before that.
    pub async fn due_at(&self, unix_ms: u64) {
        let store = self.store();
        rewrite(&store, "sweep", "next_due", unix_ms).await;
        for key in keys(&store, "accounts/").await {
            rewrite(&store, &key, "entered_at", unix_ms - CYCLE_MS).await;
        }
    }

    /// The next report is answered so.
    pub fn answer_report(&self, fault: Fault) {
        self.simulator
            .script(On::method_path("POST", REPORTS), fault);
    }

    /// The next report is on its way until the gate opens.
    pub fn hold_report(&self) -> Gate {
        let gate = Gate::new();
        self.answer_report(Fault::Hold(gate.clone()));
        gate
    }

    /// From now on every look into the store fails.
    pub fn break_store(&self) {
        self.change_store("ALTER TABLE entries RENAME TO elsewhere");
    }

    /// As if the lease had ended meanwhile of the sweep that could not release it.
    pub fn mend_store(&self) {
        self.change_store(
            "BEGIN;
             DELETE FROM elsewhere WHERE key = 'leases/gdpr/sweep';
             ALTER TABLE elsewhere RENAME TO entries;
             COMMIT",
        );
    }

    fn change_store(&self, sql: &str) {
        let store = rusqlite::Connection::open(self.home.store()).unwrap();
        store.execute_batch(sql).unwrap();
    }

    /// How often an account was reported.
    pub fn reports(&self, id: &str) -> u32 {
        self.simulator
            .reported(id)
            .map_or(0, |reported| reported.times)
    }
}

async fn rewrite(store: &SqliteStore, key: &str, member: &str, unix_ms: u64) {
    let entry = store.get(key).await.unwrap().unwrap();
    let mut record: Value = serde_json::from_slice(&entry.value).unwrap();
    let place = record.pointer_mut(&format!("/value/{member}")).unwrap();
    assert!(place.is_u64(), "{key} has no {member}");
    *place = unix_ms.into();
    let value = record.to_string().into_bytes();
    store.put(key, value, Expect::Any).await.unwrap();
}

/// All keys that begin so, in order.
pub async fn keys(store: &SqliteStore, prefix: &str) -> Vec<String> {
    let (mut keys, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.list(prefix, cursor).await.unwrap();
        keys.extend(page.keys);
        cursor = page.cursor;
        if cursor.is_none() {
            keys.sort();
            return keys;
        }
    }
}

pub fn now_unix_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    u64::try_from(since.unwrap().as_millis()).unwrap()
}
