use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

use atlassian_simulator::{Settings, Simulator};
use jira_host::secrets::{KeySource, SecretStore, SqliteStore};
use serde_json::Value;

use crate::home::{Home, Ran};

/// A home in which the application is stored, and its Atlassian.
pub struct Stage {
    pub simulator: Simulator,
    pub home: Home,
}

impl Stage {
    pub async fn set() -> Stage {
        Stage::set_with(Settings::default()).await
    }

    pub async fn set_with(settings: Settings) -> Stage {
        let stage = Stage::without_app(settings).await;
        stage.store_app(&[]).done();
        stage
    }

    pub async fn without_app(mut settings: Settings) -> Stage {
        settings.redirect_uri = format!("http://127.0.0.1:{}/callback", free_port());
        Stage::at(settings).await
    }

    /// With the redirect URI of these settings.
    pub async fn at(settings: Settings) -> Stage {
        Stage {
            simulator: Simulator::start(settings).await.unwrap(),
            home: Home::new(),
        }
    }

    /// Stores the simulator's application, with these arguments beside.
    pub fn store_app(&self, arguments: &[&str]) -> Ran {
        let settings = self.simulator.settings();
        let mut all = vec![
            "app",
            "set",
            "--client-id",
            &settings.client_id,
            "--client-secret-stdin",
            "--redirect-uri",
            &settings.redirect_uri,
            "--auth-origin",
            self.simulator.auth_origin(),
            "--api-origin",
            self.simulator.api_origin(),
        ];
        all.extend(arguments);
        self.home.run_with_input(&all, &settings.client_secret)
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.home.run(arguments)
    }

    /// The store, past the commands.
    pub fn open_store(&self) -> SqliteStore {
        let path = self.home.store();
        let keys = KeySource::for_store(&path).unwrap();
        SqliteStore::open(&path, keys).unwrap()
    }

    /// The application as the component reads it.
    pub async fn app_record(&self) -> Value {
        let store = self.open_store();
        let entry = store.get("app").await.unwrap().unwrap();
        serde_json::from_slice(&entry.value).unwrap()
    }

    /// Everything in the store that nobody may see.
    pub async fn secrets(&self) -> Vec<String> {
        let store = self.open_store();
        let mut secrets = vec![self.simulator.settings().client_secret.clone()];
        for key in store.list("tokens/", None).await.unwrap().keys {
            let entry = store.get(&key).await.unwrap().unwrap();
            let tokens: Value = serde_json::from_slice(&entry.value).unwrap();
            secrets.extend(long_texts(&tokens));
        }
        secrets
    }
}

/// A port that nobody uses and that the system gives to nobody: below those
/// that it chooses for others, each asked for once by this process. Another
/// process of this kind begins elsewhere.
pub fn free_port() -> u16 {
    const FIRST: u32 = 12_000;
    const COUNT: u32 = 18_000;
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id().wrapping_mul(97);
    loop {
        let next = start.wrapping_add(ASKED.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(FIRST + next % COUNT).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn long_texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if text.len() > 100 => vec![text.clone()],
        Value::Object(members) => members.values().flat_map(long_texts).collect(),
        Value::Array(items) => items.iter().flat_map(long_texts).collect(),
        _ => Vec::new(),
    }
}
