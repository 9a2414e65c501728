//! Where the command line lets the component go.

use std::collections::BTreeSet;

use jira_host::network::{NetworkPolicy, Proxy};
use jira_host::{Network, NetworkError};

use super::{Context, Source};
use crate::commands::app_record::AppRecord;
use crate::exit::Failure;

/// Where Atlassian keeps attachments.
const MEDIA_ORIGIN: &str = "https://api.media.atlassian.com";

impl Context {
    /// What `--allow-origin` gives, where it was typed.
    pub(crate) fn allowed_origins(&self) -> &[String] {
        match self.configuration.source("allow_origin") {
            Source::Flag => self.origins_to_allow(),
            _ => &[],
        }
    }

    /// The origins that may be reached beside those of the application and
    /// those that were kept with it.
    pub(crate) fn origins_to_allow(&self) -> &[String] {
        self.allow_origin.as_deref().unwrap_or_default()
    }

    /// The networks that may be reached although they are not public.
    pub(crate) fn addresses_to_allow(&self) -> &[String] {
        self.allow_address.as_deref().unwrap_or_default()
    }

    /// Whether the proxy of the environment is to be used.
    pub(crate) fn is_proxy_asked_for(&self) -> bool {
        self.proxy_from_environment.unwrap_or_default()
    }

    /// Where requests may go: to where the application's record says, and to what
    /// the operator allowed. Other Atlassian origins are not for this application.
    pub(crate) fn allowed(&self, app: &AppRecord) -> Result<BTreeSet<String>, Failure> {
        let mut allowed =
            BTreeSet::from([app.auth_origin().to_owned(), app.api_origin().to_owned()]);
        if app.is_at_atlassian() {
            allowed.insert(MEDIA_ORIGIN.to_owned());
        }
        allowed.extend(self.settings()?.allowed_origins);
        allowed.extend(self.origins_to_allow().iter().cloned());
        Ok(allowed)
    }

    /// The way out.
    pub(crate) fn network(&self, app: &AppRecord) -> Result<Network, Failure> {
        Ok(self.policy(app)?.build()?)
    }

    /// What the way out is held to.
    pub(super) fn policy(&self, app: &AppRecord) -> Result<NetworkPolicy, Failure> {
        let mut policy = NetworkPolicy::none().allow_origins(self.allowed(app)?);
        for block in self.addresses_to_allow() {
            policy = policy.allow_addresses(block);
        }
        if let Some(ca) = &self.ca {
            policy = policy.trust_file(ca);
        }
        if let Some(proxy) = self.proxy()? {
            policy = policy.through_proxy(proxy);
        }
        Ok(policy)
    }

    /// The proxy of the environment, where it is asked for and there is one.
    pub(crate) fn proxy(&self) -> Result<Option<Proxy>, Failure> {
        if !self.is_proxy_asked_for() {
            return Ok(None);
        }
        Ok(Proxy::from_environment().map_err(NetworkError::from)?)
    }
}
