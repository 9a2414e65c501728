//! The exports, called on behalf of one tenant.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use wasmtime::component::{ComponentNamedList, Lift, Lower};

use crate::call::{CallError, CallState, Limits, WallClock};
use crate::connector::{Connector, Exports, TypedExport};
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
    /// ```no_run
    /// # use jira_host::Tenant;
    /// use jira_host::types::{Action, Request};
    ///
    /// # async fn create(tenant: &Tenant) -> Result<(), Box<dyn std::error::Error>> {
    /// let issue = r#"{"fields": {"summary": "The printer is on fire", "project": {"key": "DEMO"}}}"#;
    /// let request = Request::post("support", "/issue").with_json_object(issue);
    /// match tenant.api_request(&request).await? {
    ///     Ok(response) => println!("{}", String::from_utf8_lossy(&response.body)),
    ///     Err(error) if error.may_have_been_done => println!("look before you repeat it: {error}"),
    ///     Err(error) if error.action == Action::Reauthorize => println!("connect again: {error}"),
    ///     Err(error) => println!("{error}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn api_request(&self, request: &Request) -> Outcome<Response> {
        let call = self.call(&self.exports().api_request, request);
        self.watch("api-request", Some(&request.connection))
            .follow(call)
            .await
    }

    /// Sends an authorised request to Jira Service Management.
    /// The path is relative to `/rest/servicedeskapi`; one with `/rest/` or `/jsm/` is
    /// taken as it is. What Atlassian calls experimental must be asked for.
    ///
    /// ```no_run
    /// # use jira_host::Tenant;
    /// use jira_host::types::Request;
    ///
    /// # async fn queues(tenant: &Tenant) -> Result<(), Box<dyn std::error::Error>> {
    /// let queues = Request::get("support", "/servicedesk/1/queue").experimental();
    /// let response = tenant.servicedesk_request(&queues).await??;
    /// println!("{} after {} attempts", response.status, response.attempts);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn servicedesk_request(&self, request: &Request) -> Outcome<Response> {
        let call = self.call(&self.exports().servicedesk_request, request);
        self.watch("servicedesk-request", Some(&request.connection))
            .follow(call)
            .await
    }

    /// A list of the Jira platform, to be fetched a few pages at a time, with what
    /// `paginate` says or the defaults. Nothing is sent yet.
    /// ```no_run
    /// # use jira_host::Tenant;
    /// use jira_host::types::{ListEnd, Paginate, Request};
    ///
    /// # async fn changelog(tenant: &Tenant) -> Result<(), Box<dyn std::error::Error>> {
    /// let first_thousand = Paginate { max_items: Some(1_000), ..Paginate::default() };
    /// let changes = Request::get("support", "/issue/DEMO-1/changelog").with_paginate(first_thousand);
    /// let mut pages = tenant.api_pages(changes);
    /// while let Some(chunk) = pages.next().await?? {
    ///     for change in chunk.items().unwrap_or_default() {
    ///         println!("{change}");
    ///     }
    /// }
    /// let is_complete = pages.report().is_some_and(|report| report.end == ListEnd::Complete);
    /// # let _ = is_complete;
    /// # Ok(())
    /// # }
    /// ```
    pub fn api_pages(&self, request: Request) -> Pages {
        Pages::new(self.clone(), Export::Api, request)
    }

    /// A list of Jira Service Management, to be fetched a few pages at a time.
    pub fn servicedesk_pages(&self, request: Request) -> Pages {
        Pages::new(self.clone(), Export::Servicedesk, request)
    }

    /// Makes, renews, shows and erases connections.
    /// ```no_run
    /// # use jira_host::Tenant;
    /// use jira_host::types::{Authorize, Callback, OauthOutcome, OauthStep};
    ///
    /// # async fn connect(tenant: &Tenant, redirect_url: String) -> Result<(), Box<dyn std::error::Error>> {
    /// let authorize = OauthStep::Authorize(Authorize::new("support"));
    /// let OauthOutcome::Consent(consent) = tenant.oauth_exchange(&authorize).await?? else {
    ///     return Err("`authorize` answers a consent".into());
    /// };
    /// // Send the person to `consent.url`, and keep `consent.state` in their session.
    /// // They come back to the redirect URI, with a query that is theirs alone:
    /// let callback = OauthStep::Callback(Callback {
    ///     connection: "support".into(),
    ///     state: consent.state,
    ///     redirect_url,
    /// });
    /// match tenant.oauth_exchange(&callback).await?? {
    ///     OauthOutcome::Sites(sites) => println!("one of {} must be chosen", sites.len()),
    ///     outcome => println!("{outcome:?}"),
    /// }
    ///
    /// // At any time, and without asking Atlassian:
    /// let status = OauthStep::Status(Some("support".into()));
    /// println!("{:?}", tenant.oauth_exchange(&status).await??);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn oauth_exchange(&self, step: &OauthStep) -> Outcome<OauthOutcome> {
        let call = self.call(&self.exports().oauth_exchange, step);
        self.watch("oauth-exchange", step.connection())
            .follow(call)
            .await
    }

    /// Keeps the register of accounts, and reports them to Atlassian.
    /// ```no_run
    /// # use jira_host::Tenant;
    /// use jira_host::types::{SweepEnd, SweepOptions, SweepOutcome, SweepStep};
    ///
    /// # async fn sweep(tenant: &Tenant) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut options = SweepOptions::default();
    /// loop {
    ///     let step = SweepStep::Sweep(options.clone());
    ///     let SweepOutcome::Swept(report) = tenant.gdpr_sweep(&step).await?? else {
    ///         return Err("`sweep` answers a report".into());
    ///     };
    ///     for action in &report.actions {
    ///         println!("{:?}: {}", action.state, action.account_id);
    ///     }
    ///     match report.end {
    ///         SweepEnd::More(cursor) => options.cursor = Some(cursor),
    ///         SweepEnd::Complete => break,
    ///         end => return Err(format!("{end:?}").into()),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [`schedule`](crate::schedule) says when to do this.
    pub async fn gdpr_sweep(&self, step: &SweepStep) -> Outcome<SweepOutcome> {
        let call = self.call(&self.exports().gdpr_sweep, step);
        self.watch("gdpr-sweep", None).follow(call).await
    }

    /// The watch over a call that is about to be made.
    fn watch(&self, export: &'static str, connection: Option<&str>) -> CallWatch {
        CallWatch::begin(export, connection, Arc::clone(&self.observer))
    }

    fn exports(&self) -> &Exports {
        self.connector.exports()
    }

    async fn call<Taken, Answered>(
        &self,
        export: &TypedExport<Taken, Answered>,
        taken: &Taken,
    ) -> Outcome<Answered>
    where
        Taken: Lower + Sync,
        Answered: Lift + Send + Sync + 'static,
        for<'a> (&'a Taken,): ComponentNamedList,
        (Result<Answered, Error>,): ComponentNamedList,
    {
        // Held longer than the instance, so that there is room for the next one.
        let _admitted = self.connector.admit()?;
        let mut store = self.call_state().into_store(self.exports().engine());
        let call = self.exports().call(export, &mut store, taken);
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
