//! Whose token reports.
//!
//! Any token of the app with the scope will do. So where one is refused, the
//! next connection's is tried.

use url::Url;

use super::answer::PATH;
use crate::jira::{
    access::Access,
    connection::not_connected,
    error::{Error, Kind, Result},
    failure,
    grant::TOKEN_TIMEOUT_MS,
    host::{Deadline, Host},
    http::HttpResponse,
    name::{CONNECTIONS, ConnectionName},
    oauth::REPORT_PERSONAL_DATA,
    refresh::RefreshOutcome,
    secret::Secret,
    store,
};

/// How long a renewal may take, waiting for another caller's included.
const RENEWAL_MS: u64 = 2 * TOKEN_TIMEOUT_MS;

/// The connections that may report.
#[derive(Debug)]
pub struct Sender<'a, H> {
    host: &'a H,
    named: Option<ConnectionName>,
    untried: Option<Vec<ConnectionName>>,
    current: Option<Access>,
    was_renewed: bool,
    lacks_scope: bool,
    why_not: Option<Error>,
    /// How long renewals have waited for others.
    pub waited_ms: u64,
    /// What came of the last renewal.
    pub refresh: Option<RefreshOutcome>,
}

impl<'a, H: Host> Sender<'a, H> {
    /// Of this connection, or of any.
    pub const fn new(host: &'a H, named: Option<ConnectionName>) -> Self {
        Self {
            host,
            named,
            untried: None,
            current: None,
            was_renewed: false,
            lacks_scope: false,
            why_not: None,
            waited_ms: 0,
            refresh: None,
        }
    }

    /// Where to report to, and with which token. It is renewed where that is
    /// due; where it cannot be, the next connection's is taken.
    pub async fn token(&mut self, deadline: Deadline) -> Result<(Url, Secret)> {
        loop {
            let Some(access) = &self.current else {
                self.take_next().await?;
                continue;
            };
            if access.tokens.value.is_due(self.host.now()) {
                self.renew(deadline).await;
            }
            if let Some(access) = &self.current {
                let url = access.app.api_origin.at(PATH);
                return Ok((url, access.tokens.value.access_token.clone()));
            }
        }
    }

    /// Renews the token; where that fails, its connection is given up.
    async fn renew(&mut self, deadline: Deadline) {
        let Some(access) = &mut self.current else {
            return;
        };
        let deadline = deadline.at_most(self.host, RENEWAL_MS);
        let renewed = access.renew(self.host, deadline).await;
        self.waited_ms += core::mem::take(&mut access.waited_ms);
        self.refresh = access.refresh;
        if let Err(error) = renewed {
            self.give_up(error);
        }
    }

    /// A report was accepted.
    pub fn accepted(&mut self) {
        self.was_renewed = false;
    }

    /// A report with this token was refused (401 or 403). The token is renewed
    /// once; after that it is the next connection's turn.
    pub async fn refused(&mut self, used: &Secret, response: &HttpResponse, deadline: Deadline) {
        let Some(access) = &self.current else {
            return;
        };
        if !access.tokens.value.access_token.matches(used.expose()) {
            return;
        }
        let is_token = failure::is_token_refused(response);
        if is_token && !self.was_renewed {
            self.was_renewed = true;
            self.renew(deadline).await;
            return;
        }
        let name = access.name.as_str();
        let error = if is_token {
            let why = format!(
                "a fresh access token of connection {name:?} was refused (401); the grant may have been revoked; consent again"
            );
            Error::reauthorize("unauthorized", why)
        } else {
            let why = format!(
                "the token of connection {name:?} may not report ({}): it lacks the scope {REPORT_PERSONAL_DATA}, or the app does not have the personal data reporting API; add that to the app in the developer console and authorize again",
                response.status
            );
            Error::configuration("scope", why)
        };
        self.give_up(error.with_trace(response.trace_id()));
    }

    /// Connections were erased, among them perhaps the one that reports.
    pub fn forget(&mut self, erased: &[String]) {
        let is_erased =
            |access: &mut Access| erased.iter().any(|name| name == access.name.as_str());
        self.current.take_if(is_erased);
    }

    /// What must be mended for all goes before what one of them lacks.
    fn give_up(&mut self, error: Error) {
        self.current = None;
        self.was_renewed = false;
        let is_of_all = |error: &Error| matches!(error.kind(), Kind::Configuration(_));
        if self
            .why_not
            .as_ref()
            .is_none_or(|known| is_of_all(&error) && !is_of_all(known))
        {
            self.why_not = Some(error);
        }
    }

    async fn take_next(&mut self) -> Result<()> {
        if self.untried.is_none() {
            self.untried = Some(self.candidates().await?);
        }
        let Some(name) = self.untried.as_mut().and_then(Vec::pop) else {
            return Err(self.exhausted());
        };
        match Access::load(self.host, &name).await {
            Ok(access) => {
                if access
                    .tokens
                    .value
                    .scopes
                    .iter()
                    .any(|scope| scope == REPORT_PERSONAL_DATA)
                {
                    self.current = Some(access);
                } else {
                    self.lacks_scope = true;
                }
                Ok(())
            }
            // Without the application's record no connection works.
            Err(error) if matches!(error.kind(), Kind::Configuration(_)) => Err(error),
            Err(error) => {
                self.give_up(error);
                Ok(())
            }
        }
    }

    /// Who may be asked, the first one last.
    async fn candidates(&self) -> Result<Vec<ConnectionName>> {
        if let Some(name) = &self.named {
            return Ok(vec![name.clone()]);
        }
        let keys = store::list(self.host, CONNECTIONS).await?;
        let names = keys.iter().rev();
        Ok(names
            .filter_map(|key| ConnectionName::from_key(key))
            .collect())
    }

    fn exhausted(&mut self) -> Error {
        if let Some(error) = self.why_not.clone() {
            return error;
        }
        if self.lacks_scope {
            let why = format!(
                "no connection was granted the scope {REPORT_PERSONAL_DATA}: add the personal data reporting API to the app in the developer console and authorize again"
            );
            return Error::configuration("scope", why);
        }
        match &self.named {
            Some(name) => not_connected(name),
            None => Error::reauthorize(
                "not-connected",
                "there is no connection with whose token to report; make one by oauth-exchange with authorize",
            ),
        }
    }
}
