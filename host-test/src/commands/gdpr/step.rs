use jira_host::types::{Error, ErrorKind, OauthStep, SweepOutcome, SweepStep};

use crate::commands::context::{Context, Session};
use crate::commands::hint;
use crate::exit::Failure;
pub(in crate::commands) use crate::exit::unexpected;

/// Makes a step that sends nothing.
pub(in crate::commands) async fn step(
    context: &Context,
    session: &Session,
    step: SweepStep,
) -> Result<SweepOutcome, Failure> {
    let outcome = session.call(session.tenant().gdpr_sweep(&step)).await?;
    outcome.map_err(|error| failure(context, session, None, error))
}

/// Refuses a connection that is not there: while nothing is due, no sweep would. It
/// does not go before a sweep, which goes on with erasures without any connection.
pub(super) async fn check_connection(
    context: &Context,
    session: &Session,
    connection: Option<&str>,
) -> Result<(), Failure> {
    let Some(name) = connection else {
        return Ok(());
    };
    let status = OauthStep::Status(Some(name.to_owned()));
    match session.step(&status).await? {
        Ok(_) => Ok(()),
        Err(error) => Err(failure(context, session, connection, error)),
    }
}

/// What the component says of a failure, with what to do now.
pub(super) fn failure(
    context: &Context,
    session: &Session,
    connection: Option<&str>,
    error: Error,
) -> Failure {
    let connection = connection.unwrap_or("NAME");
    let lacks_scope = matches!(&error.kind, ErrorKind::Configuration(what) if what == "scope");
    if lacks_scope {
        let connect = context.command_line(&["connect", connection]);
        return Failure::from(error).with_hint(format!(
            "add the personal data reporting API to the app in the developer console, then \
             `{connect}`: a person consents again"
        ));
    }
    hint::failure(context, session, connection, error)
}
