//! All connections, one in a row.

use std::io;

use jira_host::types::{ConnectionState, ConnectionStatus};

use crate::commands::instant::{day, in_words};
use crate::output::{Output, Table};

/// Writes them for who reads at this time; the default one is marked.
///
/// With names and sites of the usual length it fits into 100 columns: so a state
/// is told by what is to be done, and a site without its scheme.
pub(super) fn write(
    connections: &[ConnectionStatus],
    default: Option<&str>,
    now_unix_ms: u64,
) -> io::Result<()> {
    let mut table = Table::new([
        "",
        "NAME",
        "STATE",
        "SITE",
        "SCOPES",
        "TOKEN ENDS",
        "CONSENT BY",
    ]);
    for connection in connections {
        let is_default = default == Some(connection.connection.as_str());
        table.row([
            if is_default { "*" } else { "" },
            &connection.connection,
            state(connection.state),
            site(connection),
            &scopes(connection),
            &token(connection.access_expires_at_unix_ms, now_unix_ms),
            &connection
                .reauthorize_by_unix_ms
                .map_or("-".to_owned(), day),
        ]);
    }
    table.write()?;
    not_granted(connections)
}

/// Names what the numbers leave open.
fn not_granted(connections: &[ConnectionStatus]) -> io::Result<()> {
    let lacking = |it: &&ConnectionStatus| !it.missing_scopes.is_empty();
    let mut lacking = connections.iter().filter(lacking).peekable();
    if lacking.peek().is_none() {
        return Ok(());
    }
    let mut output = Output::new();
    output.gap()?;
    output.heading("Scopes that were asked for and not granted")?;
    for connection in lacking {
        output.line(
            &connection.connection,
            &connection.missing_scopes.join("\n"),
        )?;
    }
    Ok(())
}

fn state(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Ready => "ready",
        ConnectionState::SiteNotChosen => "choose a site",
        ConnectionState::ReauthorizationRequired => "consent again",
        ConnectionState::Unreadable => "unreadable",
    }
}

fn site(connection: &ConnectionStatus) -> &str {
    let Some(site) = &connection.site else {
        return "-";
    };
    site.url.strip_prefix("https://").unwrap_or(&site.url)
}

fn scopes(connection: &ConnectionStatus) -> String {
    let granted = connection.granted_scopes.len();
    match connection.missing_scopes.len() {
        0 => granted.to_string(),
        missing => format!("{granted} of {}", granted + missing),
    }
}

fn token(expires_at_unix_ms: Option<u64>, now_unix_ms: u64) -> String {
    match expires_at_unix_ms.map(|end| end.saturating_sub(now_unix_ms)) {
        None => "-".to_owned(),
        Some(0) => "expired".to_owned(),
        Some(left) => format!("in {}", in_words(left)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_token_is_told_from_now_on() {
        assert_eq!(token(None, 1), "-");
        assert_eq!(token(Some(1_000), 1_000), "expired");
        assert_eq!(token(Some(2_521_000), 1_000), "in 42 minutes");
    }
}
