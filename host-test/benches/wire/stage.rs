//! A connection that works: made at a simulated Atlassian, used wherever the
//! requests are to go.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use atlassian_simulator::{Decision, Settings, Simulator};
use jira_host::secrets::{MemoryStore, SecretStore};
use jira_host::types::{Authorize, Callback, OauthOutcome, OauthStep};
use jira_host::{Connector, Loader, Network, Tenant};
use serde_json::Value;

use crate::Result;
use crate::native::Native;
use crate::paged::issues;
use crate::served::Served;
use crate::server::Server;

/// The name of the connection.
pub(crate) const CONNECTION: &str = "bench";

/// How many calls the connector makes room for.
const CALLS_AT_ONCE: u32 = 128;

/// How many issues the long list has: 19 MB in 100 pages.
pub(crate) const ISSUES: usize = 10_000;

/// What is in a store, by key.
pub(crate) type Entries = BTreeMap<String, String>;

/// What the rooms measure on.
pub(crate) struct Stage {
    pub(crate) component: PathBuf,
    pub(crate) connector: Connector,
    pub(crate) simulator: Simulator,
    entries: Entries,
    long: OnceLock<Arc<Served>>,
}

impl Stage {
    pub(crate) async fn set(component: &Path) -> Result<Stage> {
        let connector = Loader::new()
            .with_max_concurrent_calls(CALLS_AT_ONCE)
            .load(component)?;
        let simulator = Simulator::start(Settings::default()).await?;
        let entries = consent(&connector, &simulator).await?;
        Ok(Stage {
            component: component.to_owned(),
            connector,
            simulator,
            entries,
            long: OnceLock::new(),
        })
    }

    /// What is stored for a connection whose requests go to this origin, while
    /// its tokens come from the simulator.
    pub(crate) fn entries(&self, api_origin: &str) -> Result<Entries> {
        let mut entries = self.entries.clone();
        let app = entries.get_mut("app").ok_or("there is no application")?;
        let mut record: Value = serde_json::from_str(app)?;
        if let Some(members) = record.as_object_mut() {
            members.insert("api_origin".to_owned(), api_origin.into());
        }
        *app = record.to_string();
        Ok(entries)
    }

    /// A store with that in it.
    pub(crate) fn store(&self, api_origin: &str) -> Result<MemoryStore> {
        filled(&self.entries(api_origin)?)
    }

    /// Where requests to this server, and for tokens, may go.
    pub(crate) fn origins(&self, server: &Server) -> Vec<String> {
        let origins = self
            .simulator
            .origins()
            .into_iter()
            .chain([server.origin()]);
        origins.map(str::to_owned).collect()
    }

    /// The sandbox, on this server.
    pub(crate) fn tenant(&self, server: &Server) -> Result<Tenant> {
        self.tenant_with(server, Arc::new(self.store(server.origin())?))
    }

    pub(crate) fn tenant_with(
        &self,
        server: &Server,
        store: Arc<dyn SecretStore>,
    ) -> Result<Tenant> {
        let network = Network::allowing(self.origins(server))?;
        Ok(self.connector.tenant(store, network))
    }

    /// No sandbox, on this server.
    pub(crate) fn native(&self, server: &Server) -> Result<Native> {
        let site = self.simulator.settings().sites.first();
        let cloud_id = &site.ok_or("there is no site")?.cloud_id;
        Ok(Native::new(format!(
            "{}/ex/jira/{cloud_id}",
            server.origin()
        )))
    }

    /// The long list. It is made when it is first needed.
    pub(crate) fn long(&self) -> Arc<Served> {
        let made = || Arc::new(Served::new(&issues(ISSUES)));
        Arc::clone(self.long.get_or_init(made))
    }
}

/// A memory store with these entries.
pub(crate) fn filled(entries: &Entries) -> Result<MemoryStore> {
    let store = MemoryStore::new();
    for (key, value) in entries {
        store.insert(key, value.as_str())?;
    }
    Ok(store)
}

/// Makes the connection and takes down what is stored then.
async fn consent(connector: &Connector, simulator: &Simulator) -> Result<Entries> {
    let store = Arc::new(MemoryStore::new().with_page_size(usize::MAX));
    store.insert("app", simulator.app_record())?;
    let tenant = connector.tenant(store.clone(), Network::allowing(simulator.origins())?);

    let ask = OauthStep::Authorize(Authorize::new(CONNECTION).with_service_management());
    let OauthOutcome::Consent(consent) = tenant.oauth_exchange(&ask).await?? else {
        return Err("`authorize` did not answer a consent".into());
    };
    let allow = Decision::Allow { sites: Vec::new() };
    let finish = OauthStep::Callback(Callback {
        connection: CONNECTION.to_owned(),
        redirect_url: simulator.consent(&consent.url, allow).await?,
        state: consent.state,
    });
    tenant.oauth_exchange(&finish).await??;

    let mut entries = Entries::new();
    for key in store.list("", None).await?.keys {
        if let Some(entry) = store.get(&key).await? {
            entries.insert(key, String::from_utf8(entry.value)?);
        }
    }
    Ok(entries)
}
