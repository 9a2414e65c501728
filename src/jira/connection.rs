//! A connection: a named grant and the site chosen for it.

use std::rc::Rc;

use serde_json::Value;

use super::{
    error::{Error, Result},
    host::{Expect, Host},
    instant::UnixMs,
    json::{self, Broken, FromJson, Object, Texts, ToJson},
    name::ConnectionName,
    path::Api,
    site::Site,
    store,
    token::TokenSet,
};

/// What is stored of a connection beside its tokens.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// The consent that all of this, but for the choice, was written for.
    pub consent_id: String,
    /// How people call it.
    pub display_name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it was set up for Jira Service Management.
    pub service_management: bool,
    /// The scopes that were asked for.
    pub asked_scopes: Texts,
    /// The account that consented, once it is known.
    pub account: Option<Account>,
    /// The chosen site and the consent for which it was chosen.
    pub choice: Option<SiteChoice>,
}

/// A site, chosen for one consent. After a new one, which may come from
/// another account, it counts only once it is confirmed: a crash in between
/// cannot send a request to the wrong site.
#[derive(Debug, Clone)]
pub struct SiteChoice {
    /// The site. A call keeps it, whatever comes of the connection.
    pub site: Rc<Site>,
    /// The consent.
    pub consent_id: String,
    /// The account that gave it.
    pub account_id: String,
}

/// An Atlassian account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id, opaque.
    pub account_id: String,
    /// Its public name.
    pub name: Option<String>,
    /// When this was retrieved from Atlassian.
    pub retrieved_at: UnixMs,
}

impl Connection {
    /// The site chosen for the consent that these tokens come from.
    #[must_use]
    pub fn site(&self, tokens: &TokenSet) -> Option<&Rc<Site>> {
        let choice = self.choice.as_ref()?;
        (choice.consent_id == tokens.consent_id).then_some(&choice.site)
    }

    /// The site to which an export may send requests.
    pub fn site_for(&self, name: &ConnectionName, api: Api, tokens: &TokenSet) -> Result<Rc<Site>> {
        if api == Api::ServiceDesk && !self.service_management {
            let name = name.as_str();
            return Err(Error::configuration(
                "service-management",
                format!(
                    "connection {name:?} was set up without Jira Service Management; authorize it again with include-service-management"
                ),
            ));
        }
        let site = self.site(tokens).cloned();
        site.ok_or_else(|| site_not_chosen(name))
    }

    /// The accounts that it has been set up with: who consented, and who chose the
    /// site, which may have been another one before.
    #[must_use]
    pub fn accounts(&self) -> Vec<String> {
        let consented = self.account.as_ref().map(|account| &account.account_id);
        let chose = self.choice.as_ref().map(|choice| &choice.account_id);
        let chose = chose.filter(|id| Some(*id) != consented);
        consented.into_iter().chain(chose).cloned().collect()
    }

    /// What holds for the consent that these tokens come from. Where a callback
    /// was cut short between saving them and writing this, it is what can be
    /// told from the tokens, and the choice that was made earlier.
    #[must_use]
    pub fn for_consent_of(self, tokens: &TokenSet) -> Self {
        if self.consent_id == tokens.consent_id {
            return self;
        }
        let is_service_desk = |scope: &String| scope.contains(":servicedesk-");
        Self {
            consent_id: tokens.consent_id.clone(),
            service_management: tokens.scopes.iter().any(is_service_desk),
            asked_scopes: tokens.scopes.clone(),
            account: None,
            ..self
        }
    }
}

/// Erases what goes with the tokens of a connection; whether consents were
/// under way.
pub async fn erase_pending(host: &impl Host, name: &ConnectionName) -> Result<bool> {
    let consents = store::list(host, &name.consents_prefix()).await?;
    for key in &consents {
        host.delete(key, Expect::Any).await?;
    }
    host.delete(&name.lease_key(), Expect::Any).await?;
    Ok(!consents.is_empty())
}

/// What to say where the site of a consent is not settled.
#[must_use]
pub fn site_not_chosen(name: &ConnectionName) -> Error {
    let name = name.as_str();
    Error::configuration(
        "site",
        format!("no site is chosen for connection {name:?}; call oauth-exchange with choose-site"),
    )
}

impl FromJson for Connection {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            consent_id: object.text("consent_id")?,
            display_name: object.optional_text("display_name")?,
            description: object.optional_text("description")?,
            service_management: object.optional_flag("service_management")?.unwrap_or(false),
            asked_scopes: object.later_texts("asked_scopes")?,
            account: object.optional("account")?,
            choice: object.optional("choice")?,
        })
    }
}

impl ToJson for Connection {
    fn to_json(&self) -> Value {
        json::object(vec![
            ("consent_id", self.consent_id.as_str().into()),
            (
                "display_name",
                json::optional_text(self.display_name.as_deref()),
            ),
            (
                "description",
                json::optional_text(self.description.as_deref()),
            ),
            ("service_management", self.service_management.into()),
            ("asked_scopes", json::texts(&self.asked_scopes)),
            (
                "account",
                self.account.as_ref().map_or(Value::Null, ToJson::to_json),
            ),
            (
                "choice",
                self.choice.as_ref().map_or(Value::Null, ToJson::to_json),
            ),
        ])
    }
}

impl FromJson for SiteChoice {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            site: Rc::new(object.object("site")?),
            consent_id: object.text("consent_id")?,
            account_id: object.text("account_id")?,
        })
    }
}

impl ToJson for SiteChoice {
    fn to_json(&self) -> Value {
        json::object(vec![
            ("site", self.site.to_json()),
            ("consent_id", self.consent_id.as_str().into()),
            ("account_id", self.account_id.as_str().into()),
        ])
    }
}

impl FromJson for Account {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            account_id: object.text("account_id")?,
            name: object.optional_text("name")?,
            retrieved_at: UnixMs(object.number("retrieved_at")?),
        })
    }
}

impl ToJson for Account {
    fn to_json(&self) -> Value {
        json::object(vec![
            ("account_id", self.account_id.as_str().into()),
            ("name", json::optional_text(self.name.as_deref())),
            ("retrieved_at", self.retrieved_at.0.into()),
        ])
    }
}

/// What to say where there is no such connection.
#[must_use]
pub fn not_connected(name: &ConnectionName) -> Error {
    let name = name.as_str();
    Error::reauthorize(
        "not-connected",
        format!("there is no connection {name:?}; make it by oauth-exchange with authorize"),
    )
}
