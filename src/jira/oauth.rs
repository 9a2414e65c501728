//! Making, renewing, showing and erasing connections: one file a step.

mod authorize;
mod callback;
mod consent;
mod disconnect;
mod scopes;
mod setup;
mod status;

pub use self::{
    authorize::Authorize,
    callback::Callback,
    disconnect::Disconnected,
    scopes::REPORT_PERSONAL_DATA,
    setup::{AffectedConnection, ChooseSite},
    status::{ConnectionState, ConnectionStatus},
};

use super::{
    access::Access,
    error::Result,
    grant::TOKEN_TIMEOUT_MS,
    host::{Deadline, Host},
    instant::UnixMs,
    name::ConnectionName,
    refresh::RefreshOutcome,
    site::Site,
};

/// A step of `oauth-exchange`.
#[derive(Debug, Clone)]
pub enum OauthStep {
    /// Begin a consent.
    Authorize(Authorize),
    /// Finish it.
    Callback(Callback),
    /// Choose its site.
    ChooseSite(ChooseSite),
    /// Rotate the tokens of a connection.
    Refresh(String),
    /// Show one connection or all.
    Status(Option<String>),
    /// Erase a connection.
    Disconnect(String),
}

/// What a step came to.
#[derive(Debug, Clone)]
pub enum OauthOutcome {
    /// Where to send a person.
    Consent(Consent),
    /// The connection works.
    Connected(Box<Connected>),
    /// One of these must be chosen.
    Sites(Vec<Site>),
    /// What is stored.
    Status(Vec<ConnectionStatus>),
    /// What was erased.
    Disconnected(Disconnected),
}

/// Where to send a person.
#[derive(Clone)]
pub struct Consent {
    /// The URL.
    pub url: String,
    /// The random value to bind to the person's session.
    pub state: String,
    /// When this can no longer be finished.
    pub expires_at: UnixMs,
}

/// URL and state are for the person who consents, nobody else.
impl core::fmt::Debug for Consent {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Consent(until {})", self.expires_at)
    }
}

/// A connection that works.
#[derive(Debug, Clone)]
pub struct Connected {
    /// What is stored of it.
    pub status: ConnectionStatus,
    /// What other connections have lost by it.
    pub affected: Vec<AffectedConnection>,
    /// What came of the refresh that the step needed, if it did.
    pub refresh: Option<RefreshOutcome>,
}

/// A step that talks to Atlassian is over after this, but for a refresh that was
/// sent: each of its requests has the time that a token request has, and it makes
/// a handful.
const STEP_TIMEOUT_MS: u64 = 4 * TOKEN_TIMEOUT_MS;

/// Takes a step: what `oauth-exchange` does.
pub async fn oauth_exchange(host: &impl Host, step: OauthStep) -> Result<OauthOutcome> {
    let deadline = Deadline::after(host, STEP_TIMEOUT_MS);
    match step {
        OauthStep::Authorize(step) => step.take(host).await.map(OauthOutcome::Consent),
        OauthStep::Callback(step) => step.take(host, deadline).await,
        OauthStep::ChooseSite(step) => step.take(host, deadline).await,
        OauthStep::Refresh(name) => refresh(host, &name, deadline).await,
        OauthStep::Status(name) => status::take(host, name.as_deref())
            .await
            .map(OauthOutcome::Status),
        OauthStep::Disconnect(name) => disconnect::take(host, &name)
            .await
            .map(OauthOutcome::Disconnected),
    }
}

async fn refresh(host: &impl Host, name: &str, deadline: Deadline) -> Result<OauthOutcome> {
    let name = ConnectionName::parse(name)?;
    let mut access = Access::load(host, &name).await?;
    let renewed = access.renew_all_the_same(host, deadline).await;
    renewed.map_err(|error| {
        error
            .add_waited(access.waited_ms)
            .with_refresh(access.refresh)
    })?;
    let status = ConnectionStatus::of(
        &name,
        &access.connection,
        Some(&access.tokens.value),
        host.now(),
    );
    Ok(OauthOutcome::Connected(Box::new(Connected {
        status,
        affected: Vec::new(),
        refresh: access.refresh,
    })))
}
