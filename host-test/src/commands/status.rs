//! `jira-host status`, and how a connection is shown.

mod in_full;
mod table;

use clap::Args;
use jira_host::types::{
    AffectedConnection, Connected, ConnectionState, ConnectionStatus, OauthOutcome, OauthStep,
};
use serde_json::{Value, json};

use super::context::{Context, Session};
use super::instant::now_unix_ms;
use super::{default_connection, hint};
use crate::exit::{Failure, unexpected};
use crate::log;
use crate::output::{self, printable};

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host status
    jira-host status --json
    One of them, in full:
    jira-host status support")]
pub(crate) struct StatusArgs {
    /// The connection to show in full; without it, all are listed, also those
    /// that cannot be read.
    name: Option<String>,
}

impl StatusArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let session = context.session().await?;
        let connections = read(context, &session, self.name.as_deref()).await?;
        let default = match default_connection::chosen(context) {
            Ok(chosen) => chosen.map(|(name, _)| name),
            Err(failure) => {
                log::warning(format_args!(
                    "which connection is the default is not known: {failure}"
                ));
                None
            }
        };
        match (self.name, connections.first()) {
            (Some(_), Some(connection)) if context.json() => {
                output::json(&status_json(connection))?
            }
            (Some(_), Some(connection)) => in_full::write(connection)?,
            _ if context.json() => {
                output::json(&connections.iter().map(status_json).collect())?;
            }
            (_, None) => {
                let connect = context.command_line(&["connect", "NAME"]);
                log::note(format_args!(
                    "There are no connections yet.\nhint: `{connect}` makes one"
                ));
            }
            _ => table::write(&connections, default.as_deref(), now_unix_ms())?,
        }
        let is_unreadable = |it: &&ConnectionStatus| it.state == ConnectionState::Unreadable;
        for ConnectionStatus { connection, .. } in connections.iter().filter(is_unreadable) {
            let mend = mend_unreadable(context, connection);
            log::warning(format_args!("{connection} cannot be read: {mend}"));
        }
        Ok(())
    }
}

/// What to do about a connection that cannot be read.
pub(crate) fn mend_unreadable(context: &Context, name: &str) -> String {
    let status = context.command_line(&["status", name]);
    let disconnect = context.command_line(&["disconnect", name]);
    format!("`{status}` says why, and `{disconnect}` erases it")
}

/// What is stored of one connection, or of all.
pub(crate) async fn read(
    context: &Context,
    session: &Session,
    name: Option<&str>,
) -> Result<Vec<ConnectionStatus>, Failure> {
    let step = OauthStep::Status(name.map(str::to_owned));
    match session.step(&step).await? {
        Ok(OauthOutcome::Status(found)) => Ok(found),
        Ok(_) => Err(unexpected("status")),
        Err(error) => Err(hint::failure_of_name(
            context,
            session,
            name.unwrap_or("NAME"),
            error,
        )),
    }
}

fn account(connection: &ConnectionStatus) -> String {
    match &connection.account {
        Some(account) => account
            .name
            .clone()
            .unwrap_or_else(|| account.account_id.clone()),
        None => "-".to_owned(),
    }
}

/// The contract's word.
fn word(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Ready => "ready",
        ConnectionState::SiteNotChosen => "site-not-chosen",
        ConnectionState::ReauthorizationRequired => "reauthorization-required",
        ConnectionState::Unreadable => "unreadable",
    }
}

/// A connection in the contract's names.
pub(crate) fn status_json(connection: &ConnectionStatus) -> Value {
    let site = connection.site.as_ref().map(|site| {
        json!({
            "cloud_id": site.cloud_id,
            "url": site.url,
            "name": site.name,
            "scopes": site.scopes,
        })
    });
    let account = connection.account.as_ref().map(|account| {
        json!({
            "account_id": account.account_id,
            "name": account.name,
            "retrieved_at_unix_ms": account.retrieved_at_unix_ms,
        })
    });
    let last = connection.refreshes.last.map(|last| {
        json!({
            "outcome": last.outcome.name(),
            "at_unix_ms": last.at_unix_ms,
        })
    });
    json!({
        "connection": connection.connection,
        "display_name": connection.display_name,
        "description": connection.description,
        "service_management": connection.service_management,
        "state": word(connection.state),
        "site": site,
        "account": account,
        "granted_scopes": connection.granted_scopes,
        "missing_scopes": connection.missing_scopes,
        "access_expires_at_unix_ms": connection.access_expires_at_unix_ms,
        "consented_at_unix_ms": connection.consented_at_unix_ms,
        "refreshed_at_unix_ms": connection.refreshed_at_unix_ms,
        "reauthorize_by_unix_ms": connection.reauthorize_by_unix_ms,
        "refreshes": {
            "rotated": connection.refreshes.rotated,
            "recovered": connection.refreshes.recovered,
            "last": last,
        },
    })
}

/// Tells on standard error what was made, and what is not as one would wish.
pub(crate) fn connected_notes(context: &Context, connected: &Connected) {
    let status = &connected.status;
    let site = status.site.as_ref().map_or("no site", |site| &site.url);
    log::note(format_args!(
        "Connected: {} is at {}, as {}.",
        status.connection,
        printable(site),
        printable(&account(status))
    ));
    if !status.missing_scopes.is_empty() {
        let missing = status.missing_scopes.join(" ");
        log::warning(format_args!("not granted were {missing}"));
    }
    for other in &connected.affected {
        log::warning(loss(context, other));
    }
    let path = "/myself";
    let next = context.command_line(&["api", path, "--connection", &status.connection]);
    log::note(format_args!("hint: try `{next}`"));
}

fn loss(context: &Context, other: &AffectedConnection) -> String {
    let mut losses = Vec::new();
    if other.lost_site {
        losses.push("its site".to_owned());
    }
    if !other.lost_scopes.is_empty() {
        losses.push(format!("the scopes {}", other.lost_scopes.join(" ")));
    }
    let name = &other.connection;
    match &other.unchecked {
        Some(why) => format!("the connection {name} of the same account was not checked: {why}"),
        None => {
            let connect = context.command_line(&["connect", name]);
            let losses = losses.join(" and ");
            format!("this consent took {losses} from the connection {name}; `{connect}` renews it")
        }
    }
}
