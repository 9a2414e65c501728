//! The exports, called on behalf of one tenant.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use wasmtime::{Result as WasmResult, Store};

use crate::bindings::world::JiraConnector;
use crate::call::{CallError, CallState, Limits, WallClock};
use crate::connector::Connector;
use crate::network::Network;
use crate::observe::{CallWatch, Nobody, Observe};
use crate::pages::{Export, Pages};
use crate::secrets::SecretStore;
use crate::types::{Error, OauthOutcome, OauthStep, Request, Response, SweepOutcome, SweepStep};

/// What came of a call: outside, whether the component could do its work;
/// inside, what it has to say. They stay apart because they are for different
/// people: a [`CallError`] is for who runs the host, an [`Error`] says itself
/// who must do what. `tenant.api_request(&request).await??` joins them where
/// that does not matter.
pub type Outcome<T> = Result<Result<T, Error>, CallError>;

/// One tenant's connector. A clone is the same tenant.
///
/// Every call runs in an instance of its own, which is gone afterwards; calls
/// may be made at the same time. What keeps them from each other's tokens is
/// the store.
#[derive(Clone)]
pub struct Tenant {
    connector: Connector,
    store: Arc<dyn SecretStore>,
    network: Network,
    limits: Limits,
    wall_clock: WallClock,
    observer: Arc<dyn Observe>,
}

impl Tenant {
    pub(crate) fn new(connector: Connector, store: Arc<dyn SecretStore>, network: Network) -> Self {
        Tenant {
            connector,
            store,
            network,
            limits: Limits::default(),
            wall_clock: Arc::new(SystemTime::now),
            observer: Arc::new(Nobody),
        }
    }

    /// Sets what a call may use.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets where the component gets the time of day from, so that a test can
    /// let an hour pass.
    pub fn with_wall_clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.wall_clock = Arc::new(now);
        self
    }

    /// Tells this of every call and every request, in place of whoever was told
    /// before.
    pub fn observed_by(mut self, observer: Arc<dyn Observe>) -> Self {
        self.observer = observer;
        self
    }

    /// Sends an authorised request to the Jira platform.
    pub async fn api_request(&self, request: &Request) -> Outcome<Response> {
        let call =
            self.call(async |connector, store| connector.call_api_request(store, request).await);
        self.watch("api-request", Some(&request.connection))
            .follow(call)
            .await
    }

    /// Sends an authorised request to Jira Service Management.
    pub async fn servicedesk_request(&self, request: &Request) -> Outcome<Response> {
        let call = self.call(async |connector, store| {
            connector.call_servicedesk_request(store, request).await
        });
        self.watch("servicedesk-request", Some(&request.connection))
            .follow(call)
            .await
    }

    /// A list of the Jira platform, to be fetched a few pages at a time, with what
    /// `paginate` says or the defaults. Nothing is sent yet.
    pub fn api_pages(&self, request: Request) -> Pages {
        Pages::new(self.clone(), Export::Api, request)
    }

    /// A list of Jira Service Management, to be fetched a few pages at a time.
    pub fn servicedesk_pages(&self, request: Request) -> Pages {
        Pages::new(self.clone(), Export::Servicedesk, request)
    }

    /// Makes, renews, shows and erases connections.
    pub async fn oauth_exchange(&self, step: &OauthStep) -> Outcome<OauthOutcome> {
        let call =
            self.call(async |connector, store| connector.call_oauth_exchange(store, step).await);
        self.watch("oauth-exchange", step.connection())
            .follow(call)
            .await
    }

    /// Keeps the register of accounts, and reports them to Atlassian.
    pub async fn gdpr_sweep(&self, step: &SweepStep) -> Outcome<SweepOutcome> {
        let call = self.call(async |connector, store| connector.call_gdpr_sweep(store, step).await);
        self.watch("gdpr-sweep", None).follow(call).await
    }

    /// The watch over a call that is about to be made.
    fn watch(&self, export: &'static str, connection: Option<&str>) -> CallWatch {
        CallWatch::begin(export, connection, Arc::clone(&self.observer))
    }

    async fn call<T>(
        &self,
        export: impl AsyncFnOnce(&JiraConnector, &mut Store<CallState>) -> WasmResult<T>,
    ) -> Result<T, CallError> {
        // Held longer than the instance, so that there is room for the next one.
        let _admitted = self.connector.admit()?;
        let pre = self.connector.pre();
        let mut store = self.call_state().into_store(pre.engine());
        let call = async {
            let connector = pre.instantiate_async(&mut store).await?;
            export(&connector, &mut store).await
        };
        match tokio::time::timeout(self.limits.timeout, call).await {
            Ok(outcome) => outcome.map_err(|error| CallError::of(&error)),
            Err(_) => Err(CallError::OutOfTime(self.limits.timeout)),
        }
    }

    fn call_state(&self) -> CallState {
        CallState::new(
            Arc::clone(&self.store),
            self.network.clone(),
            Arc::clone(&self.wall_clock),
            Arc::clone(&self.observer),
            &self.limits,
        )
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant")
            .field("connector", &self.connector)
            .field("network", &self.network)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
