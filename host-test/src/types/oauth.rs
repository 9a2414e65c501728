use std::fmt;

use wasmtime::component::{ComponentType, Lift, Lower};

use super::{
    Authorize, ChooseSite, Connected, ConnectionStatus, Disconnected, RefreshOutcome, Site,
};

/// A step of `oauth_exchange`.
#[derive(Clone, Debug, PartialEq, ComponentType, Lift, Lower)]
#[component(variant)]
pub enum OauthStep {
    /// Begin: make the URL at which a person consents.
    #[component(name = "authorize")]
    Authorize(Authorize),
    /// Go on when the browser has come back to the redirect URI.
    #[component(name = "callback")]
    Callback(Callback),
    /// Choose the site, where the consent reaches several.
    #[component(name = "choose-site")]
    ChooseSite(ChooseSite),
    /// Rotate the tokens of this connection now.
    #[component(name = "refresh")]
    Refresh(String),
    /// What is stored of this connection, or of all.
    #[component(name = "status")]
    Status(Option<String>),
    /// Erase all that is stored of this connection.
    #[component(name = "disconnect")]
    Disconnect(String),
}

impl OauthStep {
    /// The connection that it is about, unless it is about all.
    pub fn connection(&self) -> Option<&str> {
        match self {
            OauthStep::Authorize(Authorize { connection, .. })
            | OauthStep::Callback(Callback { connection, .. })
            | OauthStep::ChooseSite(ChooseSite { connection, .. })
            | OauthStep::Refresh(connection)
            | OauthStep::Disconnect(connection) => Some(connection),
            OauthStep::Status(connection) => connection.as_deref(),
        }
    }
}

impl Authorize {
    /// Asks for the usual scopes of the Jira platform.
    pub fn new(connection: impl Into<String>) -> Self {
        Authorize {
            connection: connection.into(),
            display_name: None,
            description: None,
            include_service_management: false,
            extra_scopes: Vec::new(),
        }
    }

    /// Asks for Jira Service Management too.
    pub fn with_service_management(mut self) -> Self {
        self.include_service_management = true;
        self
    }
}

impl RefreshOutcome {
    /// Its name in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            RefreshOutcome::Fresh => "fresh",
            RefreshOutcome::Waited => "waited",
            RefreshOutcome::Rotated => "rotated",
            RefreshOutcome::Recovered => "recovered",
            RefreshOutcome::Reauthorize => "reauthorize",
            RefreshOutcome::Failed => "failed",
        }
    }
}

/// Finishes a consent.
#[derive(Clone, PartialEq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Callback {
    /// The connection, as at `authorize`.
    pub connection: String,
    /// The `state` that was kept in the session of the person who began.
    pub state: String,
    /// The whole URL that the browser was sent to.
    #[component(name = "redirect-url")]
    pub redirect_url: String,
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

/// What a step came to.
#[derive(Clone, Debug, PartialEq, ComponentType, Lift, Lower)]
#[component(variant)]
#[expect(clippy::large_enum_variant, reason = "the shape is the contract's")]
pub enum OauthOutcome {
    /// From `authorize`.
    #[component(name = "consent")]
    Consent(Consent),
    /// From `callback`, `choose-site` and `refresh`: the connection works.
    #[component(name = "connected")]
    Connected(Connected),
    /// From `callback` and `choose-site`: the person must choose.
    #[component(name = "sites")]
    Sites(Vec<Site>),
    /// From `status`.
    #[component(name = "status")]
    Status(Vec<ConnectionStatus>),
    /// From `disconnect`.
    #[component(name = "disconnected")]
    Disconnected(Disconnected),
}

/// Where to send a person.
#[derive(Clone, PartialEq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Consent {
    /// The URL to open in the person's browser.
    pub url: String,
    /// To be bound to the person's session and handed back at `callback`.
    pub state: String,
    /// When this consent can no longer be finished.
    #[component(name = "expires-at-unix-ms")]
    pub expires_at_unix_ms: u64,
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consent")
            .field("expires_at_unix_ms", &self.expires_at_unix_ms)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_state_nor_code_is_shown() {
        let step = OauthStep::Callback(Callback {
            connection: "support".to_owned(),
            state: "hidden-state".to_owned(),
            redirect_url: "https://example.com/?code=hidden-code".to_owned(),
        });
        let outcome = OauthOutcome::Consent(Consent {
            url: "https://auth.example.com/?state=hidden-state".to_owned(),
            state: "hidden-state".to_owned(),
            expires_at_unix_ms: 1,
        });
        let shown = format!("{step:?} {outcome:?}");
        assert!(!shown.contains("hidden"), "{shown}");
        assert!(shown.contains("support"), "{shown}");
    }
}
