//! The handle that tests hold.

use crate::browser::{self, ConsentError, Decision};
use crate::origin::Origins;
use crate::server;
use crate::tls::Tls;
use crate::world::Shared;
use crate::{Fault, List, On, Order, Origin, Recorded, Reported, Settings};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};
use tokio::sync::broadcast;
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
    /// Starts the three servers on loopback. They run on the runtime of the
    /// caller, which must have its clock enabled.
    pub async fn start(settings: Settings) -> io::Result<Simulator> {
        let tls = settings.tls.then(Tls::new).transpose()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let mut listeners = Vec::new();
        let mut origin = async || -> io::Result<String> {
            let listener = server::listen(port(&settings, listeners.len())?).await?;
            let origin = format!("{scheme}://{}", listener.local_addr()?);
            listeners.push(listener);
            Ok(origin)
        };
        let origins = Origins {
            auth: origin().await?,
            api: origin().await?,
            media: origin().await?,
        };
        let shared = Arc::new(Shared::new(settings, origins, tls));
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

    /// The certificate of the authority that has signed the servers', in PEM;
    /// nothing where plain HTTP is spoken. It is a new one in every run, its
    /// key is gone, and it is good for loopback only.
    pub fn ca_pem(&self) -> Option<&str> {
        self.0.shared.tls.as_ref().map(|tls| tls.ca_pem.as_str())
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
        browser::consent(&self.0.shared, url, decision).await
    }

    /// Moves the simulator's clock. Nothing else does, unless it is to keep
    /// [real time](Settings::real_time).
    pub fn advance(&self, by: Duration) {
        self.0.shared.world().clock.advance(by);
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
        self.0.shared.world().script.add(on, fault, Some(1));
    }

    /// Orders a fault in the words of a person, as often as they say.
    pub fn order(&self, order: Order) {
        let world = &mut *self.0.shared.world();
        world.script.add(order.on, order.fault, order.times);
    }

    /// Sets a list, in place of one at the same path.
    pub fn list(&self, list: List) {
        self.0.shared.world().lists.set(list);
    }

    /// Closes an account: reports of it are answered `closed`. If it is one of
    /// the people, what it granted cannot be renewed any more.
    pub fn close_account(&self, account_id: &str) {
        self.0.shared.world().close_account(account_id);
    }

    /// Changes the profile of an account at this moment, in milliseconds since
    /// the epoch of Unix: reports of data that was retrieved before are
    /// answered `updated`.
    pub fn change_profile(&self, account_id: &str, at_unix_ms: i64) {
        let world = &mut *self.0.shared.world();
        world.register.change(account_id, at_unix_ms);
    }

    /// What the header `Cycle-Period` says from now on.
    pub fn say_cycle_period(&self, text: &str) {
        self.0.shared.world().register.say_cycle_period(text);
    }

    /// What was reported of an account, if anything.
    pub fn reported(&self, account_id: &str) -> Option<Reported> {
        self.0.shared.world().register.reported(account_id)
    }

    /// What was reported of every account.
    pub fn all_reported(&self) -> BTreeMap<String, Reported> {
        let world = self.0.shared.world();
        let reported = world.register.all_reported();
        reported
            .map(|(id, reported)| (id.clone(), reported))
            .collect()
    }

    /// One line for each request, in the order of arrival:
    /// `auth POST /oauth/token grant_type=refresh_token refresh#1 -> 200 access#2 refresh#2`.
    /// What is not answered yet ends in `-> …`.
    pub fn transcript(&self) -> Vec<String> {
        self.0.shared.world().transcript.lines()
    }

    /// The lines of the transcript from now on, each when its request is
    /// answered. It ends with the simulator.
    pub fn follow(&self) -> broadcast::Receiver<String> {
        self.0.shared.world().transcript.follow()
    }

    /// The requests, in the order of arrival.
    pub fn requests(&self) -> Vec<Recorded> {
        self.0.shared.world().transcript.recorded()
    }

    /// The faults that no request has met, or not often enough, in words.
    /// Those that are met always are not among them.
    pub fn unmet_faults(&self) -> Vec<String> {
        self.0.shared.world().script.told(false)
    }
}

/// The port for the nth origin; 0 where the system chooses.
fn port(settings: &Settings, nth: usize) -> io::Result<u16> {
    if settings.port == 0 {
        return Ok(0);
    }
    let port = u16::try_from(nth).map(|nth| settings.port.checked_add(nth));
    port.ok().flatten().ok_or_else(|| {
        let message = format!("there are no three ports from {} on", settings.port);
        io::Error::new(io::ErrorKind::InvalidInput, message)
    })
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("origins", &self.0.shared.origins)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origins_have_one_port_after_the_other_if_there_are_three() {
        let ports = |port| {
            let settings = Settings {
                port,
                ..Settings::default()
            };
            let ports: io::Result<Vec<u16>> =
                (0..3).map(|nth| super::port(&settings, nth)).collect();
            ports.map_err(|error| error.to_string())
        };
        assert_eq!(ports(0), Ok(vec![0, 0, 0]));
        assert_eq!(ports(8735), Ok(vec![8735, 8736, 8737]));
        let none = "there are no three ports from 65534 on".to_owned();
        assert_eq!(ports(65_534), Err(none));
    }
}
