//! What the component says of a failure, with the command to type now.

use jira_host::network::Rule;
use jira_host::types::{Error, ErrorKind, StoreError, TransportError};

use super::context::{Context, Session, set_variable};
use crate::exit::Failure;

/// What names a proxy to other programs.
const PROXY_VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The failure of a call on this connection.
pub(crate) fn failure(
    context: &Context,
    session: &Session,
    connection: &str,
    error: Error,
) -> Failure {
    let hint = of(context, session, connection, &error.kind);
    hinted(error, hint)
}

/// The failure of a call on the connection that is the command's argument, and no
/// option as elsewhere.
pub(crate) fn failure_of_name(
    context: &Context,
    session: &Session,
    name: &str,
    mut error: Error,
) -> Failure {
    if let ErrorKind::InvalidRequest(field) = &error.kind
        && let Some(why) = error.message.strip_prefix(field)
        && field == "connection"
    {
        error.message = format!("NAME{why}");
    }
    failure(context, session, name, error)
}

/// The failure of a call, with what to do about it.
pub(crate) fn hinted(error: Error, hint: Option<String>) -> Failure {
    let failure = Failure::from(error);
    match hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

/// What to do about this kind of failure.
pub(crate) fn of(
    context: &Context,
    session: &Session,
    connection: &str,
    kind: &ErrorKind,
) -> Option<String> {
    let command = |words: &[&str]| format!("`{}`", context.command_line(words));
    Some(match kind {
        ErrorKind::ReauthorizationRequired(_) => command(&["connect", connection]),
        ErrorKind::Configuration(what) => match what.as_str() {
            "app" => command(&["app", "set"]) + " with what is missing; see `jira-host app set -h`",
            "client-secret" => command(&["app", "set", "--client-secret-file", "FILE"]),
            "service-management" => command(&["connect", connection, "--service-management"]),
            "scope" => command(&["connect", connection, "--scope", "SCOPE"]),
            "site" => command(&["connect", connection, "--site", "URL"]),
            _ => return None,
        },
        ErrorKind::Transport(TransportError::Denied(_)) => denied(session)?,
        ErrorKind::Transport(
            TransportError::NameUnresolved | TransportError::ConnectionFailed(_),
        ) => proxied(context)?,
        ErrorKind::Transport(TransportError::TlsFailed(_)) => {
            "behind a proxy with a certificate authority of its own, name it with `--ca FILE`"
                .into()
        }
        ErrorKind::Transport(TransportError::TimedOut) => {
            let doctor = command(&["doctor"]);
            format!("try it again; if it stays like this, {doctor} looks for what is in the way")
        }
        ErrorKind::LimitExceeded(limit) if limit.name == "max-response-bytes" => {
            "ask for less at once, or accept more with `--max-bytes`".into()
        }
        ErrorKind::SecretStore(StoreError::Other(_) | StoreError::Unavailable(_)) => {
            command(&["store", "check"])
        }
        _ => return None,
    })
}

/// Why no connection comes about on a machine that has a proxy.
fn proxied(context: &Context) -> Option<String> {
    if let Ok(Some(proxy)) = context.proxy() {
        return Some(format!(
            "is the proxy {proxy} the right one, and does it let through?"
        ));
    }
    let is_set = |name: &&&str| set_variable(name).is_some();
    let variable = PROXY_VARIABLES.iter().find(is_set)?;
    Some(format!(
        "{variable} is set, and no proxy is used unless that is asked for: \
         `--proxy-from-environment`"
    ))
}

/// What would allow what was denied.
fn denied(session: &Session) -> Option<String> {
    let denial = session.network().last_denial()?;
    let option = match (denial.rule(), denial.origin()) {
        (Rule::Origin, Some(origin)) => format!("allow it with `--allow-origin {origin}`"),
        (Rule::Address(_), _) => "allow it with `--allow-address ADDRESS`".to_owned(),
        _ => return Some(denial.to_string()),
    };
    Some(format!("{denial}; if that is right, {option}"))
}
