//! `jira-host use`, and which connection a request goes by.

use clap::Args;
use serde_json::json;

use super::context::{Context, Session, Source};
use super::status;
use crate::exit::{Exit, Failure};
use crate::log;
use crate::output;

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host use support")]
pub(crate) struct UseArgs {
    /// The connection.
    name: String,
}

impl UseArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let session = context.session().await?;
        status::read(context, &session, Some(&self.name)).await?;
        let mut settings = context.settings()?;
        settings.default_connection = Some(self.name.clone());
        settings.write()?;
        if context.json() {
            output::json(&json!({ "default_connection": self.name }))?;
        }
        match context.configured_connection() {
            Some(other) if other != self.name => log::warning(format_args!(
                "{} is chosen, and requests still go by {other}: the {} says so, which goes first",
                self.name,
                context.configuration().source("connection")
            )),
            _ => log::note(format_args!(
                "Requests go by the connection {} from now on.",
                self.name
            )),
        }
        Ok(())
    }
}

/// The connection that was chosen beforehand, and where: the environment and
/// the configuration file go before `use`.
pub(super) fn chosen(context: &Context) -> Result<Option<(String, Source)>, Failure> {
    if let Some(name) = context.configured_connection() {
        let source = context.configuration().source("connection");
        return Ok(Some((name.to_owned(), source)));
    }
    let chosen = context.settings()?.default_connection;
    Ok(chosen.map(|name| (name, Source::Chosen)))
}

/// The connection that was named, that was chosen by `use`, or the only one.
pub(super) async fn resolve(
    context: &Context,
    session: &Session,
    named: Option<String>,
) -> Result<String, Failure> {
    if let Some(name) = named {
        return Ok(name);
    }
    if let Some((name, _)) = chosen(context)? {
        return Ok(name);
    }
    let connections = status::read(context, session, None).await?;
    match connections.as_slice() {
        [only] => Ok(only.connection.clone()),
        [] => {
            let connect = context.command_line(&["connect", "NAME"]);
            Err(
                Failure::new(Exit::Reauthorize, "there are no connections yet")
                    .with_hint(format!("`{connect}` makes one")),
            )
        }
        several => {
            let names: Vec<_> = several.iter().map(|it| it.connection.as_str()).collect();
            let first = names.first().copied().unwrap_or_default();
            let choose = context.command_line(&["use", first]);
            let why = format!("there are several connections: {}", names.join(", "));
            Err(Failure::new(Exit::Usage, why).with_hint(format!(
                "name one with `--connection NAME`, or choose one for all requests: `{choose}`"
            )))
        }
    }
}
