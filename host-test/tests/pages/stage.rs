use std::sync::{Arc, OnceLock};

use atlassian_simulator::{Decision, Settings, Simulator};
use jira_host::secrets::MemoryStore;
use jira_host::types::{Authorize, Callback, OauthOutcome, OauthStep};
use jira_host::{Connector, Network, Tenant};

use crate::support;

/// A connection `demo`, and its Atlassian.
pub struct Stage {
    pub simulator: Simulator,
    pub tenant: Tenant,
    store: Arc<MemoryStore>,
}

impl Stage {
    /// With these lists, in the simulator's words.
    pub async fn with_lists(lists: &[&str]) -> Stage {
        let settings = Settings {
            lists: lists.iter().map(|list| list.parse().unwrap()).collect(),
            ..Settings::default()
        };
        let simulator = Simulator::start(settings).await.unwrap();
        let store = Arc::new(MemoryStore::new());
        store.insert("app", simulator.app_record()).unwrap();
        let stage = Stage {
            tenant: tenant(&simulator, &store),
            simulator,
            store,
        };
        stage.connect().await;
        stage
    }

    /// The same tenant elsewhere: nothing is shared but the store.
    pub fn elsewhere(&self) -> Tenant {
        tenant(&self.simulator, &self.store)
    }

    pub fn order(&self, order: &str) {
        self.simulator.order(order.parse().unwrap());
    }

    /// How many requests had this in them.
    pub fn requests(&self, part: &str) -> usize {
        let transcript = self.simulator.transcript();
        transcript.iter().filter(|line| line.contains(part)).count()
    }

    async fn connect(&self) {
        let ask = Authorize::new("demo").with_service_management();
        let asked = self.tenant.oauth_exchange(&OauthStep::Authorize(ask)).await;
        let OauthOutcome::Consent(consent) = asked.unwrap().unwrap() else {
            panic!("there is no consent to give");
        };
        let allow = Decision::Allow { sites: Vec::new() };
        let callback = OauthStep::Callback(Callback {
            connection: "demo".to_owned(),
            state: consent.state,
            redirect_url: self.simulator.consent(&consent.url, allow).await.unwrap(),
        });
        self.tenant
            .oauth_exchange(&callback)
            .await
            .unwrap()
            .unwrap();
    }
}

fn tenant(simulator: &Simulator, store: &Arc<MemoryStore>) -> Tenant {
    static CONNECTOR: OnceLock<Connector> = OnceLock::new();
    let connector = CONNECTOR.get_or_init(|| Connector::load(support::component()).unwrap());
    let network = Network::allowing(simulator.origins()).unwrap();
    connector.tenant(store.clone(), network)
}
