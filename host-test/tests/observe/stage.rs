use std::sync::Arc;

use atlassian_simulator::{Decision, Settings, Simulator};
use jira_host::secrets::{MemoryStore, SecretStore};
use jira_host::types::{Authorize, Callback, OauthOutcome, OauthStep};
use jira_host::{Connector, Network, Tenant};
use serde_json::Value;

use crate::{support, written};

/// A tenant with a connection `demo`, and its Atlassian.
pub struct Stage {
    pub simulator: Simulator,
    pub tenant: Tenant,
    store: Arc<MemoryStore>,
}

impl Stage {
    pub async fn set() -> Stage {
        written::listen();
        let simulator = Simulator::start(Settings::default()).await.unwrap();
        let store = Arc::new(MemoryStore::new());
        store.insert("app", simulator.app_record()).unwrap();
        let network = Network::allowing(simulator.origins()).unwrap();
        let connector = Connector::load(support::component()).unwrap();
        let tenant = connector.tenant(store.clone(), network);
        let stage = Stage {
            simulator,
            tenant,
            store,
        };
        stage.connect().await;
        stage
    }

    async fn connect(&self) {
        let ask = OauthStep::Authorize(Authorize::new("demo"));
        let asked = self.tenant.oauth_exchange(&ask).await.unwrap().unwrap();
        let OauthOutcome::Consent(consent) = asked else {
            panic!("{asked:?}");
        };
        let allow = Decision::Allow { sites: Vec::new() };
        let back = self.simulator.consent(&consent.url, allow).await.unwrap();
        let callback = OauthStep::Callback(Callback {
            connection: "demo".to_owned(),
            state: consent.state,
            redirect_url: back,
        });
        self.tenant
            .oauth_exchange(&callback)
            .await
            .unwrap()
            .unwrap();
    }

    /// The site of the connection, as it is in paths.
    pub fn cloud_id(&self) -> String {
        self.simulator.settings().sites[0].cloud_id.clone()
    }

    /// Everything that nobody may see.
    pub async fn secrets(&self) -> Vec<String> {
        let entry = self.store.get("tokens/demo").await.unwrap().unwrap();
        let tokens: Value = serde_json::from_slice(&entry.value).unwrap();
        let mut secrets = vec![self.simulator.settings().client_secret.clone()];
        secrets.extend(long_texts(&tokens));
        assert!(secrets.len() > 1, "{}", secrets.len());
        secrets
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
