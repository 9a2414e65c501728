//! What is stored of connections, for people to see.

use crate::jira::{
    connection::{Account, Connection, not_connected},
    error::Result,
    host::{Entry, Host},
    instant::UnixMs,
    name::{CONNECTIONS, ConnectionName},
    refresh::RefreshTally,
    site::Site,
    store,
    token::TokenSet,
};

/// What is read of each connection: what is kept of it, and its tokens.
const KEYS_OF_A_CONNECTION: usize = 2;

/// Whether a connection can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// It can.
    Ready,
    /// Its site must be chosen.
    SiteNotChosen,
    /// A person must consent again.
    ReauthorizationRequired,
    /// What is stored of it cannot be read.
    Unreadable,
}

/// What is stored of a connection; wit/types.wit describes the fields.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "wit/types.wit describes the fields")]
pub struct ConnectionStatus {
    pub connection: String,
    pub display_name: Option<String>,
    pub description: Option<String>,
    pub service_management: bool,
    pub state: ConnectionState,
    pub site: Option<Site>,
    pub account: Option<Account>,
    pub granted_scopes: Vec<String>,
    pub missing_scopes: Vec<String>,
    pub access_expires_at: Option<UnixMs>,
    pub consented_at: Option<UnixMs>,
    pub refreshed_at: Option<UnixMs>,
    pub reauthorize_by: Option<UnixMs>,
    pub refreshes: RefreshTally,
}

impl ConnectionStatus {
    /// The status of a connection and its tokens, if it has any.
    #[must_use]
    pub fn of(
        name: &ConnectionName,
        connection: &Connection,
        tokens: Option<&TokenSet>,
        now: UnixMs,
    ) -> Self {
        let site = tokens.and_then(|tokens| connection.site(tokens));
        let granted_scopes = tokens
            .map(|tokens| tokens.scopes.to_vec())
            .unwrap_or_default();
        let missing = connection
            .asked_scopes
            .iter()
            .filter(|scope| !granted_scopes.contains(scope));
        Self {
            connection: name.as_str().into(),
            display_name: connection.display_name.clone(),
            description: connection.description.clone(),
            service_management: connection.service_management,
            state: match tokens {
                Some(tokens) if tokens.reauthorize_by() > now && tokens.refused.is_none() => {
                    match site {
                        Some(_) => ConnectionState::Ready,
                        None => ConnectionState::SiteNotChosen,
                    }
                }
                _ => ConnectionState::ReauthorizationRequired,
            },
            site: site.map(|site| Site::clone(site)),
            account: connection.account.clone(),
            missing_scopes: missing.cloned().collect(),
            granted_scopes,
            access_expires_at: tokens.map(|tokens| tokens.expires_at),
            consented_at: tokens.map(|tokens| tokens.consented_at),
            refreshed_at: tokens.map(|tokens| tokens.refreshed_at),
            reauthorize_by: tokens.map(TokenSet::reauthorize_by),
            refreshes: tokens
                .map(|tokens| tokens.refreshes.clone())
                .unwrap_or_default(),
        }
    }

    /// Of a connection that cannot be read nothing is known but its name.
    fn unreadable(name: &ConnectionName, now: UnixMs) -> Self {
        Self {
            state: ConnectionState::Unreadable,
            ..Self::of(name, &Connection::default(), None, now)
        }
    }
}

/// Reads the status of one connection or of all. Why one cannot be read is told
/// where it is asked for alone; among all, it keeps nobody from the others.
pub(super) async fn take(host: &impl Host, name: Option<&str>) -> Result<Vec<ConnectionStatus>> {
    if let Some(name) = name {
        let name = ConnectionName::parse(name)?;
        let found = read(host, std::slice::from_ref(&name)).await?.pop();
        let (_, status) = found.ok_or_else(|| not_connected(&name))?;
        return Ok(vec![status?]);
    }
    let keys = store::list(host, CONNECTIONS).await?;
    let names: Vec<_> = keys
        .iter()
        .filter_map(|key| ConnectionName::from_key(key))
        .collect();
    let mut all = Vec::new();
    for names in names.chunks(store::READ_AT_ONCE / KEYS_OF_A_CONNECTION) {
        for (name, status) in read(host, names).await? {
            all.push(status.unwrap_or_else(|_| ConnectionStatus::unreadable(name, host.now())));
        }
    }
    Ok(all)
}

/// Those of these that exist, each with its status or with why it has none.
async fn read<'a>(
    host: &impl Host,
    names: &'a [ConnectionName],
) -> Result<Vec<(&'a ConnectionName, Result<ConnectionStatus>)>> {
    let keys: Vec<_> = names
        .iter()
        .flat_map(|name| [name.connection_key(), name.tokens_key()])
        .collect();
    let mut entries = store::get_readable(host, &keys).await?.into_iter();
    let mut found = Vec::new();
    for name in names {
        let (connection, tokens) = (entries.next(), entries.next());
        if let (Some(Ok(None)), Some(Ok(None))) = (&connection, &tokens) {
            continue;
        }
        if let Some((connection, tokens)) = connection.zip(tokens) {
            found.push((name, decode(name, connection, tokens, host.now())));
        }
    }
    Ok(found)
}

/// A consent that was cut short has left tokens, and of the connection nothing, or
/// what another consent wrote.
fn decode(
    name: &ConnectionName,
    connection: Result<Option<Entry>>,
    tokens: Result<Option<Entry>>,
    now: UnixMs,
) -> Result<ConnectionStatus> {
    let (connection, tokens) = (connection?, tokens?);
    let connection = connection
        .map(|entry| store::decode::<Connection>(&name.connection_key(), &entry))
        .transpose()?;
    let connection = connection.map_or_else(Connection::default, |stored| stored.value);
    let tokens = tokens
        .map(|entry| store::decode::<TokenSet>(&name.tokens_key(), &entry))
        .transpose()?;
    let tokens = tokens.as_ref().map(|tokens| &tokens.value);
    let connection = match tokens {
        Some(tokens) => connection.for_consent_of(tokens),
        None => connection,
    };
    Ok(ConnectionStatus::of(name, &connection, tokens, now))
}
