//! One connection, with all that is stored of it.

use std::io;

use jira_host::types::{ConnectionStatus, LastRefresh, Refreshes};

use super::{account, word};
use crate::commands::instant::second;
use crate::output::Output;

pub(super) fn write(connection: &ConnectionStatus) -> io::Result<()> {
    let mut output = Output::new();
    output.heading(&connection.connection)?;
    output.line("state", word(connection.state))?;
    for (name, text) in [
        ("called", connection.display_name.as_deref()),
        ("is for", connection.description.as_deref()),
    ] {
        if let Some(text) = text {
            output.line(name, text)?;
        }
    }
    if let Some(site) = &connection.site {
        output.line(
            "site",
            &format!("{} ({}, cloud id {})", site.url, site.name, site.cloud_id),
        )?;
    }
    output.line("account", &account(connection))?;
    let service_management = if connection.service_management {
        "yes"
    } else {
        "no"
    };
    output.line("servicedesk", service_management)?;
    output.line("granted", &connection.granted_scopes.join("\n"))?;
    if !connection.missing_scopes.is_empty() {
        output.line("not granted", &connection.missing_scopes.join("\n"))?;
    }
    for (name, instant) in [
        ("consented", connection.consented_at_unix_ms),
        ("refreshed", connection.refreshed_at_unix_ms),
        ("expires", connection.access_expires_at_unix_ms),
        ("consent by", connection.reauthorize_by_unix_ms),
    ] {
        if let Some(instant) = instant {
            output.line(name, &second(instant))?;
        }
    }
    refreshes(&mut output, &connection.refreshes)
}

/// Since the consent. Those that changed no token are not counted in the store.
fn refreshes(output: &mut Output, refreshes: &Refreshes) -> io::Result<()> {
    let Some(LastRefresh {
        outcome,
        at_unix_ms,
    }) = refreshes.last
    else {
        return output.line("refreshes", "none since the consent");
    };
    let (rotated, recovered) = (refreshes.rotated, refreshes.recovered);
    let counted = format!("{rotated} rotated, {recovered} recovered, since the consent");
    output.line("refreshes", &counted)?;
    let at = second(at_unix_ms);
    output.line("last one", &format!("{at}, {}", outcome.name()))
}
