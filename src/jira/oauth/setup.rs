//! The end of setting up: account, site, and what other connections lost.

use super::{Connected, ConnectionStatus, OauthOutcome, scopes};
use crate::jira::{
    access::Access,
    connection::{Account, Connection, SiteChoice, not_connected, site_not_chosen},
    error::{Error, Result},
    host::{Deadline, Expect, Host},
    identity,
    name::{CONNECTIONS, ConnectionName},
    retry::Retry,
    site::Site,
    store::{self, Stored},
    sweep::own,
    token::TokenSet,
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
        let replaced = access.connection.accounts();
        Setup {
            host,
            deadline,
            access,
            wanted: self.site,
            replaced,
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
    /// The accounts that it was set up with before.
    pub replaced: Vec<String>,
}

impl<H: Host> Setup<'_, H> {
    pub async fn finish(mut self) -> Result<OauthOutcome> {
        let finished = self.settle().await;
        finished.map_err(|error| {
            error
                .add_waited(self.access.waited_ms)
                .with_refresh(self.access.refresh)
        })
    }

    async fn settle(&mut self) -> Result<OauthOutcome> {
        let sites = identity::accessible_resources(
            self.host,
            &mut self.access,
            self.deadline,
            Retry::default(),
        )
        .await?;
        let account = identity::me(self.host, &mut self.access, self.deadline).await?;
        let earlier = self.access.connection.choice.as_ref();
        let chosen = choose(&sites, self.wanted.as_deref(), earlier, &account.account_id)?.cloned();
        own::hold(self.host, &account, &self.access.name).await?;
        self.write_down(&account, chosen.as_ref()).await?;
        for id in &self.replaced {
            if *id != account.account_id {
                own::release(self.host, id, &self.access.name).await?;
            }
        }
        if chosen.is_none() {
            return Ok(OauthOutcome::Sites(sites));
        }
        let affected = self.affected_connections(&account.account_id).await;
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
            refresh: self.access.refresh,
        })))
    }

    /// Writes account and choice, unless another consent has taken the place of
    /// this one meanwhile. Takes them back where the connection was erased: whoever
    /// disconnects deletes the tokens first.
    async fn write_down(&mut self, account: &Account, chosen: Option<&Site>) -> Result<()> {
        let name = &self.access.name;
        let key = name.connection_key();
        if let Some(connection) = self.settled(account, chosen).await?
            && self.is_still_granted().await?
        {
            self.access.connection = connection;
            return Ok(());
        }
        self.host.delete(&key, Expect::Any).await?;
        own::release(self.host, &account.account_id, name).await?;
        Err(not_connected(name))
    }

    /// Writes the connection as it is settled, if it is still there. Tokens are saved
    /// before what belongs to them, so that whoever reads them after it sees a consent
    /// that is newer.
    async fn settled(
        &self,
        account: &Account,
        chosen: Option<&Site>,
    ) -> Result<Option<Connection>> {
        let tokens = &self.access.tokens.value;
        let choice = chosen.map(|site| SiteChoice {
            site: site.clone().into(),
            consent_id: tokens.consent_id.clone(),
            account_id: account.account_id.clone(),
        });
        let key = self.access.name.connection_key();
        for _ in 0..store::UPDATE_ATTEMPTS {
            let (before, expect) = match store::read::<Connection>(self.host, &key).await? {
                Some(Stored { value, version }) => (value, Expect::Version(version)),
                None => (self.access.connection.clone(), Expect::Absent),
            };
            if !self.is_still_granted().await? {
                return Ok(None);
            }
            let before = before.for_consent_of(tokens);
            let connection = Connection {
                account: Some(account.clone()),
                choice: choice.clone().or_else(|| before.choice.clone()),
                ..before
            };
            let written = store::replace(self.host, &key, connection, expect).await?;
            if written.is_some() {
                return Ok(written);
            }
        }
        Err(store::contended(&key))
    }

    /// Whether the tokens are there; an error where they are of another consent.
    async fn is_still_granted(&self) -> Result<bool> {
        let name = &self.access.name;
        let stored = store::read::<TokenSet>(self.host, &name.tokens_key()).await?;
        match stored.map(|stored| stored.value.consent_id) {
            None => Ok(false),
            Some(id) if id == self.access.tokens.value.consent_id => Ok(true),
            Some(_) => Err(site_not_chosen(name)),
        }
    }

    /// Asks Atlassian, with the tokens of each other connection of the account,
    /// what it still reaches. What cannot be asked is said, and fails nothing.
    async fn affected_connections(&self, account_id: &str) -> Vec<AffectedConnection> {
        let mut affected = Vec::new();
        let mut checked = 0;
        let keys = match store::list(self.host, CONNECTIONS).await {
            Ok(keys) => keys,
            Err(error) => return vec![AffectedConnection::unchecked("", error.to_string())],
        };
        for key in keys {
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
                    affected.push(AffectedConnection::unchecked(
                        name.as_str(),
                        error.to_string(),
                    ));
                    false
                }
            };
            if !of_this_account {
                continue;
            }
            checked += 1;
            affected.push(if checked > MAX_CHECKED {
                AffectedConnection::unchecked(
                    name.as_str(),
                    format!("only {MAX_CHECKED} connections are checked"),
                )
            } else if self.deadline.remaining_ms(self.host) == 0 {
                AffectedConnection::unchecked(name.as_str(), "there was no time left".into())
            } else {
                self.check(&name).await.unwrap_or_else(|error| {
                    AffectedConnection::unchecked(name.as_str(), error.to_string())
                })
            });
        }
        affected.retain(AffectedConnection::has_lost_something);
        affected
    }

    async fn check(&self, name: &ConnectionName) -> Result<AffectedConnection> {
        let mut other = Access::load(self.host, name).await?;
        // A renewal on the way would bring the scopes that are left.
        let had = other.tokens.value.scopes.clone();
        // A person waits, and there may be many.
        let retry = Retry::OFF;
        let sites =
            identity::accessible_resources(self.host, &mut other, self.deadline, retry).await?;
        let site = other.connection.site(&other.tokens.value);
        let reached = site.and_then(|own| sites.iter().find(|site| site.cloud_id == own.cloud_id));
        let is_lost = |scope: &String| {
            scopes::is_of_a_site(scope) && reached.is_some_and(|site| !site.scopes.contains(scope))
        };
        Ok(AffectedConnection {
            connection: name.as_str().into(),
            lost_scopes: had.into_vec().into_iter().filter(is_lost).collect(),
            lost_site: site.is_some() && reached.is_none(),
            unchecked: None,
        })
    }
}

impl AffectedConnection {
    fn unchecked(name: &str, why: String) -> Self {
        Self {
            connection: name.into(),
            lost_scopes: Vec::new(),
            lost_site: false,
            unchecked: Some(why),
        }
    }

    fn has_lost_something(&self) -> bool {
        !self.lost_scopes.is_empty() || self.lost_site || self.unchecked.is_some()
    }
}

/// The site to take: the one that was named; the one that this account chose
/// for this connection earlier; the only one, unless another was chosen
/// earlier, by whomever. `None` is for the person to decide.
fn choose<'a>(
    sites: &'a [Site],
    wanted: Option<&str>,
    earlier: Option<&SiteChoice>,
    account_id: &str,
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
    let chosen_earlier = |site: &&Site| {
        earlier.is_some_and(|choice| {
            choice.site.cloud_id == site.cloud_id
                && (sites.len() == 1 || choice.account_id == account_id)
        })
    };
    match sites {
        [] => Err(Error::configuration(
            "site",
            "the grant reaches no Jira site: the account has none, or none allows the app; consent again with another account or site",
        )),
        [only] if earlier.is_none() => Ok(Some(only)),
        several => Ok(several.iter().find(chosen_earlier)),
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
            scopes: Vec::new().into(),
        };
        ids.iter().map(site).collect()
    }

    fn chosen_by_ada(cloud_id: &str) -> SiteChoice {
        SiteChoice {
            site: sites(&[cloud_id]).remove(0).into(),
            consent_id: "first".into(),
            account_id: "ada".into(),
        }
    }

    #[track_caller]
    fn assert_choice(
        ids: &[&str],
        wanted: Option<&str>,
        earlier: Option<&str>,
        account: &str,
        expected: Option<&str>,
    ) {
        let sites = sites(ids);
        let earlier = earlier.map(chosen_by_ada);
        let chosen = choose(&sites, wanted, earlier.as_ref(), account).unwrap();
        assert_eq!(chosen.map(|site| site.cloud_id.as_str()), expected);
    }

    #[test]
    fn a_site_is_never_guessed() {
        assert_choice(&["a"], None, None, "ada", Some("a"));
        assert_choice(&["a", "b"], None, None, "ada", None);
        assert_choice(&["a", "b"], None, Some("b"), "ada", Some("b"));
        assert_choice(&["a", "b"], None, Some("b"), "bob", None);
        assert_choice(&["a", "b"], None, Some("gone"), "ada", None);
        assert_choice(&["a"], None, Some("a"), "bob", Some("a"));
        assert_choice(&["a"], None, Some("gone"), "ada", None);
        assert_choice(
            &["a", "b"],
            Some("https://b.atlassian.net/"),
            Some("a"),
            "ada",
            Some("b"),
        );
    }

    #[test]
    fn a_site_that_is_not_granted_cannot_be_chosen() {
        let error = choose(&sites(&["a", "b"]), Some("c"), None, "ada").unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"site: "c" is not among the sites of this grant: https://a.atlassian.net, https://b.atlassian.net"#
        );
        let error = choose(&[], None, None, "ada").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the grant reaches no Jira site"),
            "{error}"
        );
    }
}
