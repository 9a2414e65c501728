//! The connector inside a service with many tenants: what to paste, and where
//! its own parts go.
//!
//! ```sh
//! cargo run -p jira-host --example service
//! ```
//!
//! It loads the component and asks for an issue on behalf of a tenant that has
//! not consented yet, so it prints what a person must do. Nothing is sent.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use jira_host::network::NetworkPolicy;
use jira_host::secrets::{
    Change, DeleteOutcome, Entry, Expect, KeyPage, MemoryStore, PutOutcome, SecretStore, StoreError,
};
use jira_host::types::{Action, Request};
use jira_host::{CallError, Connector, Limits, Loader, Network, Tenant};

/// What the service makes once, when it starts.
struct Jira {
    connector: Connector,
    network: Network,
    secrets: Arc<dyn SecretStore>,
}

impl Jira {
    fn start(secrets: Arc<dyn SecretStore>) -> Result<Jira, Box<dyn Error>> {
        let connector = Loader::new()
            .with_default_cache()
            .with_max_concurrent_calls(200)
            .load("target/jira_connector.wasm")?;
        let network = NetworkPolicy::atlassian()
            .on_denial(|denial| eprintln!("egress: {denial}"))
            .build()?;
        Ok(Jira {
            connector,
            network,
            secrets,
        })
    }

    /// The connector of one tenant. It is cheap, so it can be made for each
    /// request that the service serves. An id with `/` could reach into the part of
    /// another tenant.
    fn tenant(&self, id: &str) -> Tenant {
        assert!(!id.contains('/'), "{id:?} is no id of a tenant");
        let store = TenantStore {
            prefix: format!("tenants/{id}/"),
            shared: Arc::clone(&self.secrets),
        };
        let limits = Limits {
            memory_bytes: 128 * 1024 * 1024,
            ..Limits::default()
        };
        let tenant = self.connector.tenant(Arc::new(store), self.network.clone());
        tenant.with_limits(limits)
    }
}

/// A store of one's own: one tenant's part of a store that all share. Its keys
/// begin with the tenant's name, which the component neither sees nor can leave.
struct TenantStore {
    prefix: String,
    shared: Arc<dyn SecretStore>,
}

impl TenantStore {
    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

#[async_trait]
impl SecretStore for TenantStore {
    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        self.shared.get(&self.key(key)).await
    }

    async fn put(
        &self,
        key: &str,
        value: Vec<u8>,
        expect: Expect,
    ) -> Result<PutOutcome, StoreError> {
        self.shared.put(&self.key(key), value, expect).await
    }

    // These two are one trip each, if they are passed on: they are what a request
    // and a sweep are made of.

    async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError> {
        let keys: Vec<_> = keys.iter().map(|key| self.key(key)).collect();
        self.shared.get_many(&keys).await
    }

    async fn put_many(
        &self,
        mut changes: Vec<Change>,
    ) -> Result<Vec<Result<PutOutcome, StoreError>>, StoreError> {
        for change in &mut changes {
            change.key = self.key(&change.key);
        }
        self.shared.put_many(changes).await
    }

    async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        self.shared.delete(&self.key(key), expect).await
    }

    async fn list(&self, prefix: &str, cursor: Option<String>) -> Result<KeyPage, StoreError> {
        let mut page = self.shared.list(&self.key(prefix), cursor).await?;
        for key in &mut page.keys {
            key.drain(..self.prefix.len());
        }
        Ok(page)
    }
}

/// What the service does with each way a call can end.
async fn show_issue(tenant: &Tenant, issue: &str) -> String {
    let request = Request::get("support", format!("/issue/{issue}"));
    match tenant.api_request(&request).await {
        Ok(Ok(response)) => String::from_utf8_lossy(&response.body).into_owned(),
        Ok(Err(error)) => match error.action {
            Action::Reauthorize => format!("show the person a link to consent: {error}"),
            Action::Retry => format!("try again later: {error}"),
            Action::FixConfiguration => format!("tell the operator: {error}"),
            Action::FixRequest => format!("tell the caller: {error}"),
            Action::Report => format!("wake somebody: {error}"),
        },
        Err(busy @ CallError::Busy(_)) => format!("answer 503: {busy}"),
        Err(error) => format!("answer 500 and report: {error}"),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A database in a real service, or `SqliteStore`.
    let secrets = MemoryStore::new();
    let app =
        r#"{"client_id": "id", "client_secret": "secret", "redirect_uri": "https://a.example/"}"#;
    secrets.insert("tenants/acme/app", app)?;

    let jira = Jira::start(Arc::new(secrets))?;
    println!("{}", show_issue(&jira.tenant("acme"), "DEMO-1").await);
    Ok(())
}
