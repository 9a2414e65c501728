use jiff::Timestamp;
use jira_host::types::{ConnectionState, ConnectionStatus, Request};

use super::Findings;
use crate::commands::context::{Context, Session};
use crate::commands::{hint, status};
use crate::exit::{Exit, Failure};
use crate::spinner::Spinner;

pub(super) const CHECK: &str = "connections";
pub(super) const SCOPES: &str = "scopes";

/// What every connection may ask.
const WHO: &str = "/myself";

/// How long before a person must consent again it is time to ask them.
const NOTICE_MS: i64 = 14 * 24 * 60 * 60 * 1000;

const MEND: &str = "`jira-host status` says more";

/// The connections, and unless it is offline, whether Jira still knows them.
pub(super) async fn check(
    context: &Context,
    is_offline: bool,
    spinner: &Spinner,
    findings: &mut Findings,
) -> Result<(), Failure> {
    match try_check(context, is_offline, spinner, findings).await {
        Err(failure) if failure.exit() == Exit::Interrupted => Err(failure),
        Err(failure) => {
            findings.failure(CHECK, &failure, MEND);
            Ok(())
        }
        checked => checked,
    }
}

async fn try_check(
    context: &Context,
    is_offline: bool,
    spinner: &Spinner,
    findings: &mut Findings,
) -> Result<(), Failure> {
    let session = if is_offline {
        context.session().await?
    } else {
        context.session_of_app().await?.0
    };
    let connections = status::read(context, &session, None).await?;
    if connections.is_empty() {
        let connect = context.command_line(&["connect", "NAME"]);
        findings.warning(CHECK, "there are none yet", format!("`{connect}`"));
    }
    for connection in &connections {
        if !is_offline && connection.state == ConnectionState::Ready {
            let name = &connection.connection;
            spinner.show(format!("asking Jira by the connection {name}"));
            if let Err(failure) = ask(context, &session, connection).await? {
                findings.failure(CHECK, &failure, MEND);
                continue;
            }
        }
        tell(context, connection, findings);
    }
    Ok(())
}

/// Asks Jira who this is. That the person has revoked the grant, for one, is
/// known nowhere else.
async fn ask(
    context: &Context,
    session: &Session,
    connection: &ConnectionStatus,
) -> Result<Result<(), Failure>, Failure> {
    let name = &connection.connection;
    let request = Request::get(name, WHO);
    let answer = session.call(session.tenant().api_request(&request)).await?;
    Ok(match answer {
        Ok(_) => Ok(()),
        Err(error) => Err(hint::failure(context, session, name, error).about(name)),
    })
}

fn tell(context: &Context, connection: &ConnectionStatus, findings: &mut Findings) {
    let name = &connection.connection;
    let connect = format!("`{}`", context.command_line(&["connect", name]));
    match connection.state {
        ConnectionState::ReauthorizationRequired => {
            let what = format!("{name}: a person must consent again");
            findings.problem(CHECK, Exit::Reauthorize, what, &connect);
        }
        ConnectionState::SiteNotChosen => {
            let choose = context.command_line(&["connect", name, "--site", "URL"]);
            let what = format!("{name}: its site is not chosen");
            findings.problem(CHECK, Exit::Configuration, what, format!("`{choose}`"));
        }
        ConnectionState::Ready if is_due_soon(connection) => {
            let what = format!("{name}: works, and a person must consent again within two weeks");
            findings.warning(CHECK, what, &connect);
        }
        ConnectionState::Ready => {
            let site = connection.site.as_ref().map_or("", |site| &site.url);
            findings.ok(CHECK, format!("{name}: ready, at {site}"));
        }
        ConnectionState::Unreadable => {
            let what = format!("{name}: what is stored of it cannot be read");
            let mend = status::mend_unreadable(context, name);
            findings.problem(CHECK, Exit::SecretStore, what, mend);
            return;
        }
    }
    scopes(connection, &connect, findings);
}

fn is_due_soon(connection: &ConnectionStatus) -> bool {
    let due = connection.reauthorize_by_unix_ms;
    let due = due.and_then(|due| i64::try_from(due).ok());
    due.is_some_and(|due| due - Timestamp::now().as_millisecond() < NOTICE_MS)
}

fn scopes(connection: &ConnectionStatus, connect: &str, findings: &mut Findings) {
    let name = &connection.connection;
    if !connection.missing_scopes.is_empty() {
        let missing = connection.missing_scopes.join(" ");
        findings.warning(
            SCOPES,
            format!("{name}: not granted were {missing}"),
            format!("give the application these APIs in the developer console, then {connect}"),
        );
        return;
    }
    let desk = if connection.service_management {
        "with Jira Service Management"
    } else {
        "without Jira Service Management"
    };
    findings.ok(SCOPES, format!("{name}: all that were asked for, {desk}"));
}
