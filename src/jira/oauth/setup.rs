//! The end of setting up: account, site, and what other connections lost.

use super::{Connected, ConnectionStatus, OauthOutcome, identity, scopes};
use crate::jira::{
    access::Access,
    connection::{Connection, SiteChoice},
    error::{Error, Result},
    host::{Deadline, Host},
    name::{CONNECTIONS, ConnectionName},
    site::Site,
    store,
};

/// How many other connections are checked after a consent: each costs a
/// request, and the person waits. Beyond that they are named as unchecked.
const MAX_CHECKED: usize = 20;

/// Chooses a site; wit/types.wit describes the fields.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "wit/types.wit describes the fields")]
pub struct ChooseSite {
    pub connection: String,
    pub site: Option<String>,
}

impl ChooseSite {
    pub(super) async fn take(self, host: &impl Host, deadline: Deadline) -> Result<OauthOutcome> {
        let name = ConnectionName::parse(&self.connection)?;
        let access = Access::load(host, &name).await?;
        Setup {
            host,
            deadline,
            access,
            wanted: self.site,
        }
        .finish()
        .await
    }
}

/// What another connection of the same account has lost.
#[derive(Debug, Clone)]
pub struct AffectedConnection {
    /// The connection.
    pub connection: String,
    /// The scopes that it no longer has.
    pub lost_scopes: Vec<String>,
    /// Whether its site is no longer within the grant.
    pub lost_site: bool,
    /// Why it could not be checked.
    pub unchecked: Option<String>,
}

/// A connection whose tokens are saved and whose site is to be settled.
pub(super) struct Setup<'a, H> {
    pub host: &'a H,
    pub deadline: Deadline,
    pub access: Access,
    /// The site that the person named.
    pub wanted: Option<String>,
}

impl<H: Host> Setup<'_, H> {
    pub async fn finish(mut self) -> Result<OauthOutcome> {
        let sites =
            identity::accessible_resources(self.host, &mut self.access, self.deadline).await?;
        let account = identity::me(self.host, &mut self.access, self.deadline).await?;
        let before = &self.access.connection;
        let same_account = before
            .account
            .as_ref()
            .is_some_and(|known| known.account_id == account.account_id);
        let earlier = before
            .choice
            .as_ref()
            .filter(|_| same_account)
            .map(|choice| choice.site.cloud_id.as_str());
        let chosen = choose(&sites, self.wanted.as_deref(), earlier)?.cloned();

        let consent_id = &self.access.tokens.value.consent_id;
        let choice = chosen.map(|site| SiteChoice {
            site,
            consent_id: consent_id.clone(),
        });
        self.access.connection =
            store::update(self.host, &self.access.name.connection_key(), |before| {
                Connection {
                    account: Some(account.clone()),
                    choice: choice.clone(),
                    ..before
                }
            })
            .await?;
        if choice.is_none() {
            return Ok(OauthOutcome::Sites(sites));
        }
        let affected = self.affected_connections(&account.account_id).await?;
        let Access {
            name,
            connection,
            tokens,
            ..
        } = &self.access;
        let status = ConnectionStatus::of(name, connection, Some(&tokens.value), self.host.now());
        Ok(OauthOutcome::Connected(Box::new(Connected {
            status,
            affected,
        })))
    }

    /// Asks Atlassian, with the tokens of each other connection of the account,
    /// what it still reaches. What cannot be asked is said, and fails nothing.
    async fn affected_connections(&self, account_id: &str) -> Result<Vec<AffectedConnection>> {
        let mut affected = Vec::new();
        let mut checked = 0;
        for key in store::list(self.host, CONNECTIONS).await? {
            let Some(name) =
                ConnectionName::from_key(&key).filter(|name| *name != self.access.name)
            else {
                continue;
            };
            let of_this_account = match store::read::<Connection>(self.host, &key).await {
                Ok(Some(other)) => other
                    .value
                    .account
                    .is_some_and(|account| account.account_id == account_id),
                Ok(None) => false,
                Err(error) => {
                    affected.push(AffectedConnection::unchecked(&name, error.to_string()));
                    false
                }
            };
            if !of_this_account {
                continue;
            }
            checked += 1;
            affected.push(if checked > MAX_CHECKED {
                AffectedConnection::unchecked(
                    &name,
                    format!("only {MAX_CHECKED} connections are checked"),
                )
            } else {
                self.check(&name)
                    .await
                    .unwrap_or_else(|error| AffectedConnection::unchecked(&name, error.to_string()))
            });
        }
        affected.retain(AffectedConnection::has_lost_something);
        Ok(affected)
    }

    async fn check(&self, name: &ConnectionName) -> Result<AffectedConnection> {
        let mut other = Access::load(self.host, name).await?;
        let sites = identity::accessible_resources(self.host, &mut other, self.deadline).await?;
        let tokens = &other.tokens.value;
        let site = other.connection.site(tokens);
        let reached = site.and_then(|own| sites.iter().find(|site| site.cloud_id == own.cloud_id));
        let had = tokens
            .scopes
            .iter()
            .filter(|scope| scopes::is_of_a_site(scope));
        let lost = had.filter(|scope| reached.is_some_and(|site| !site.scopes.contains(scope)));
        Ok(AffectedConnection {
            connection: name.as_str().into(),
            lost_scopes: lost.cloned().collect(),
            lost_site: site.is_some() && reached.is_none(),
            unchecked: None,
        })
    }
}

impl AffectedConnection {
    fn unchecked(name: &ConnectionName, why: String) -> Self {
        Self {
            connection: name.as_str().into(),
            lost_scopes: Vec::new(),
            lost_site: false,
            unchecked: Some(why),
        }
    }

    fn has_lost_something(&self) -> bool {
        !self.lost_scopes.is_empty() || self.lost_site || self.unchecked.is_some()
    }
}

/// The site to take: the one that was named; the only one; or, of several, the
/// one that this account chose for this connection earlier. `None` is for the
/// person to decide.
fn choose<'a>(
    sites: &'a [Site],
    wanted: Option<&str>,
    earlier: Option<&str>,
) -> Result<Option<&'a Site>> {
    if let Some(wanted) = wanted {
        let site = sites
            .iter()
            .find(|site| site.is_called(wanted))
            .ok_or_else(|| {
                let known: Vec<_> = sites.iter().map(|site| site.url.as_str()).collect();
                let known = known.join(", ");
                Error::invalid(
                    "site",
                    format_args!("{wanted:?} is not among the sites of this grant: {known}"),
                )
            })?;
        return Ok(Some(site));
    }
    match sites {
        [] => Err(Error::configuration(
            "site",
            "the grant reaches no Jira site: the account has none, or none allows the app; consent again with another account or site",
        )),
        [only] => Ok(Some(only)),
        several => {
            Ok(earlier.and_then(|earlier| several.iter().find(|site| site.cloud_id == earlier)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sites(ids: &[&str]) -> Vec<Site> {
        let site = |id: &&str| Site {
            cloud_id: (*id).into(),
            url: format!("https://{id}.atlassian.net"),
            name: (*id).into(),
            scopes: Vec::new(),
        };
        ids.iter().map(site).collect()
    }

    #[track_caller]
    fn assert_choice(
        ids: &[&str],
        wanted: Option<&str>,
        earlier: Option<&str>,
        expected: Option<&str>,
    ) {
        let sites = sites(ids);
        let chosen = choose(&sites, wanted, earlier).unwrap();
        assert_eq!(chosen.map(|site| site.cloud_id.as_str()), expected);
    }

    #[test]
    fn a_site_is_never_guessed() {
        assert_choice(&["a"], None, None, Some("a"));
        assert_choice(&["a", "b"], None, None, None);
        assert_choice(&["a", "b"], None, Some("b"), Some("b"));
        assert_choice(&["a", "b"], None, Some("gone"), None);
        assert_choice(&["a"], None, Some("b"), Some("a"));
        assert_choice(
            &["a", "b"],
            Some("https://b.atlassian.net/"),
            Some("a"),
            Some("b"),
        );
    }

    #[test]
    fn a_site_that_is_not_granted_cannot_be_chosen() {
        let error = choose(&sites(&["a", "b"]), Some("c"), None).unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"site: "c" is not among the sites of this grant: https://a.atlassian.net, https://b.atlassian.net"#
        );
        let error = choose(&[], None, None).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the grant reaches no Jira site"),
            "{error}"
        );
    }
}
