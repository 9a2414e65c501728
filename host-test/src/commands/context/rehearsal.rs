use std::sync::Arc;
use std::time::SystemTime;

use jira_host::network::{Catch, CaughtRequest};

use super::read_only_store::ReadOnlyStore;
use super::{Context, Session};
use crate::exit::Failure;

/// The connector as it would do its work, with nothing going out and nothing
/// being stored.
pub(crate) struct Rehearsal {
    session: Session,
    store: Arc<ReadOnlyStore>,
    catch: Catch,
}

impl Context {
    /// The connector on its store, to see what it would send.
    pub(crate) async fn rehearsal(&self) -> Result<Rehearsal, Failure> {
        let (store, app) = self.store_of_app().await?;
        let store = Arc::new(ReadOnlyStore::new(store));
        let catch = Catch::new();
        let network = self.policy(&app)?.caught_by(catch.clone()).build()?;
        Ok(Rehearsal {
            session: self.session_on(store.clone(), network)?,
            store,
            catch,
        })
    }
}

impl Rehearsal {
    /// The connector, ready to be called.
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// The same at another time of day.
    pub(crate) fn session_at(&self, now: SystemTime) -> Session {
        Session {
            tenant: self.session.tenant.clone().with_wall_clock(move || now),
            store: Arc::clone(&self.session.store),
            network: self.session.network.clone(),
        }
    }

    /// The first request that would have gone to Jira.
    pub(crate) fn caught(&self) -> Option<CaughtRequest> {
        let requests = self.catch.requests();
        requests.into_iter().find(|request| request.is_authorized)
    }

    /// Whether the tokens would have been renewed first.
    pub(crate) fn wants_renewal(&self) -> bool {
        self.store.lease_was_wanted()
    }
}
