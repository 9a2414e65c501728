use std::error::Error;
use std::sync::Arc;

use atlassian_simulator::{Settings, Simulator};
use jira_host::{Connector, Network, Tenant};
use serde_json::Value;

use super::watched::Watched;

/// What stands for the cloud id of the site where requests are shown.
pub(super) const SITE: &str = "{site}";

/// What the steps play on.
pub(super) struct Stage {
    pub(super) connector: Connector,
    pub(super) simulator: Simulator,
    pub(super) store: Arc<Watched>,
    pub(super) tenant: Tenant,
}

/// A point in time, to look back to.
pub(super) struct Mark {
    requests: usize,
    writes: usize,
}

impl Stage {
    pub(super) async fn set(connector: Connector) -> Result<Stage, Box<dyn Error>> {
        let simulator = Simulator::start(Settings::default()).await?;
        let store = Arc::new(Watched::new(simulator.clone())?);
        let network = Network::allowing(simulator.origins())?;
        let tenant = connector.tenant(store.clone(), network);
        Ok(Stage {
            connector,
            simulator,
            store,
            tenant,
        })
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            requests: self.simulator.transcript().len(),
            writes: self.store.writes().len(),
        }
    }

    /// How many requests were sent since.
    pub(super) fn requests_since(&self, mark: &Mark) -> usize {
        self.simulator.transcript().len() - mark.requests
    }

    /// What was sent and what was written since, in the order of time, with
    /// [`SITE`] for the cloud id.
    pub(super) fn timeline_since(&self, mark: &Mark) -> Vec<String> {
        let requests = self.simulator.transcript();
        let writes = self.store.writes();
        let mut writes = writes.iter().skip(mark.writes).peekable();
        let mut timeline = Vec::new();
        for (place, request) in requests.iter().enumerate().skip(mark.requests) {
            while let Some(write) = writes.next_if(|write| write.requests_before <= place) {
                timeline.push(write.line.clone());
            }
            timeline.push(request.clone());
        }
        timeline.extend(writes.map(|write| write.line.clone()));
        timeline
            .iter()
            .map(|line| self.with_short_site(line))
            .collect()
    }

    fn with_short_site(&self, line: &str) -> String {
        let sites = &self.simulator.settings().sites;
        sites.iter().fold(line.to_owned(), |line, site| {
            line.replace(&site.cloud_id, SITE)
        })
    }

    /// All of it.
    pub(super) fn timeline(&self) -> Vec<String> {
        self.timeline_since(&Mark {
            requests: 0,
            writes: 0,
        })
    }
}

/// A text within an answer.
pub(super) fn text_at(body: &[u8], pointer: &str) -> Result<String, Box<dyn Error>> {
    let body: Value = serde_json::from_slice(body)?;
    match body.pointer(pointer).and_then(Value::as_str) {
        Some(text) => Ok(text.to_owned()),
        None => Err(format!("the answer has no text at `{pointer}`").into()),
    }
}
