//! The handle that tests hold.

use crate::browser::{self, ConsentError, Decision};
use crate::origin::Origins;
use crate::server;
use crate::world::Shared;
use crate::{Fault, On, Origin, Recorded, Settings};
use serde_json::json;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running simulation of Atlassian. Clones are handles of the same one; when
/// the last is dropped, its sockets are closed.
#[derive(Clone)]
pub struct Simulator(Arc<Running>);

struct Running {
    shared: Arc<Shared>,
    servers: Vec<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}

impl Simulator {
    /// Starts the three servers on loopback, on ports that the system chooses.
    /// They run on the runtime of the caller.
    pub async fn start(settings: Settings) -> std::io::Result<Simulator> {
        let mut listeners = Vec::new();
        let mut origin = async || -> std::io::Result<String> {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let origin = format!("http://{}", listener.local_addr()?);
            listeners.push(listener);
            Ok(origin)
        };
        let origins = Origins {
            auth: origin().await?,
            api: origin().await?,
            media: origin().await?,
        };
        let shared = Arc::new(Shared::new(settings, origins));
        let servers = Origin::ALL.into_iter().zip(listeners);
        let servers = servers
            .map(|(origin, listener)| tokio::spawn(server::serve(shared.clone(), origin, listener)))
            .collect();
        Ok(Simulator(Arc::new(Running { shared, servers })))
    }

    /// Where consent and tokens are, such as `http://127.0.0.1:40001`.
    pub fn auth_origin(&self) -> &str {
        &self.0.shared.origins.auth
    }

    /// Where the gateway is.
    pub fn api_origin(&self) -> &str {
        &self.0.shared.origins.api
    }

    /// Where attachments are downloaded from.
    pub fn media_origin(&self) -> &str {
        &self.0.shared.origins.media
    }

    /// All three, for a host's list of what may be reached.
    pub fn origins(&self) -> [&str; 3] {
        Origin::ALL.map(|origin| self.0.shared.origins.of(origin))
    }

    /// The `app` entry of a secret store that leads to this simulator. It
    /// holds the client secret.
    pub fn app_record(&self) -> String {
        let settings = self.settings();
        let reports = settings
            .app_scopes
            .iter()
            .any(|scope| scope == "report:personal-data");
        json!({
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "redirect_uri": settings.redirect_uri,
            "report_personal_data": reports,
            "auth_origin": self.auth_origin(),
            "api_origin": self.api_origin(),
        })
        .to_string()
    }

    /// What is simulated.
    pub fn settings(&self) -> &Settings {
        &self.0.shared.settings
    }

    /// Plays the person and the browser, over a socket: opens the consent
    /// page, submits its form, and answers the URL that the browser is sent to.
    /// It holds a code.
    pub async fn consent(&self, url: &str, decision: Decision) -> Result<String, ConsentError> {
        browser::consent(self.auth_origin(), url, decision).await
    }

    /// Moves the simulator's clock. Nothing else does.
    pub fn advance(&self, by: Duration) {
        self.0.shared.world().now.advance(by);
    }

    /// Every access token that was issued so far is answered 401 from now on.
    pub fn expire_access_tokens(&self) {
        self.0.shared.world().grants.expire_access();
    }

    /// As if every person had revoked the app: access tokens are answered 401,
    /// refresh tokens 403 `invalid_grant`, codes are void. Consent can be given
    /// anew.
    pub fn revoke_grants(&self) {
        self.0.shared.world().grants.revoke();
    }

    /// Orders a fault for the next request that matches. Of several for one
    /// request the first is met; each is met once.
    pub fn script(&self, on: On, fault: Fault) {
        self.0.shared.world().script.add(on, fault);
    }

    /// One line for each request, in the order of arrival:
    /// `auth POST /oauth/token grant_type=refresh_token refresh#1 -> 200 access#2 refresh#2`.
    /// What is not answered yet ends in `-> …`.
    pub fn transcript(&self) -> Vec<String> {
        self.0.shared.world().transcript.lines()
    }

    /// The requests, in the order of arrival.
    pub fn requests(&self) -> Vec<Recorded> {
        self.0.shared.world().transcript.recorded()
    }

    /// The faults that no request has met, in words.
    pub fn unmet_faults(&self) -> Vec<String> {
        self.0.shared.world().script.unmet()
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("origins", &self.0.shared.origins)
            .finish_non_exhaustive()
    }
}
