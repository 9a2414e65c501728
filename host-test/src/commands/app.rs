//! `jira-host app`: the application of the developer console.

mod secret_source;

use clap::{Args, Subcommand};
use jira_host::secrets::{Expect, SecretStore};
use serde_json::{Value, json};

use self::secret_source::SecretSource;
use super::Context;
use super::app_record::{AppRecord, ClientSecret, StoredApp, origin};
use super::callback_address::{CallbackAddress, EXAMPLE_REDIRECT_URI};
use crate::exit::{Exit, Failure};
use crate::log;
use crate::output::{self, Output};

/// What the keys of connections begin with: `wit/secret-store.wit`.
const CONNECTIONS: &str = "connections/";

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host app set --client-id ID --client-secret-file secret.txt \\
        --redirect-uri http://127.0.0.1:8734/callback
    jira-host app show")]
pub(crate) struct AppArgs {
    #[command(subcommand)]
    command: AppCommand,
}

#[derive(Debug, Subcommand)]
enum AppCommand {
    /// Stores the application, or changes what is given and keeps the rest.
    ///
    /// Client id, client secret and redirect URI are in the developer console:
    /// `https://developer.atlassian.com/console/myapps/`.
    #[command(after_long_help = "\
Examples:
    jira-host app set --client-id ID --client-secret-file secret.txt \\
        --redirect-uri http://127.0.0.1:8734/callback
    Another client secret, and all else as it is:
    jira-host app set --client-secret-stdin
    For an application without the personal data reporting API:
    jira-host app set --no-report-personal-data")]
    Set(SetArgs),
    /// Shows the application, without its secret.
    #[command(after_long_help = "\
Examples:
    jira-host app show
    jira-host app show --json")]
    Show,
}

#[derive(Args, Debug)]
struct SetArgs {
    /// The client id.
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    #[command(flatten)]
    client_secret: SecretSource,
    /// The callback URL, character for character as it is registered.
    ///
    /// For `jira-host connect` it leads to this machine, such as
    /// `http://127.0.0.1:8734/callback`.
    #[arg(long, value_name = "URI")]
    redirect_uri: Option<String>,
    /// Where consent and tokens are, for government clouds and the simulator.
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    auth_origin: Option<String>,
    /// Where everything else is, likewise.
    ///
    /// Origins of `--allow-origin` are kept with it, in place of earlier ones.
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    api_origin: Option<String>,
    /// For an application without the personal data reporting API.
    #[arg(long, overrides_with = "report_personal_data")]
    no_report_personal_data: bool,
    /// For an application with it, which is the default.
    #[arg(long)]
    report_personal_data: bool,
    /// Changes client id and origins although there are connections, which do
    /// not work with the new ones.
    #[arg(long)]
    force: bool,
}

impl AppArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self.command {
            AppCommand::Set(args) => args.run(context).await,
            AppCommand::Show => show(context).await,
        }
    }
}

impl SetArgs {
    async fn run(self, context: &Context) -> Result<(), Failure> {
        let secret = self.client_secret.read()?;
        let store = context.look_into_store().await?;
        let (before, expect) = stored(&*store).await?;
        if before.is_some() && secret.is_none() && self.is_empty(context) {
            return Err(nothing_given(context));
        }
        let record = self.onto(before.clone().unwrap_or_default(), secret);
        let moved = before.map_or_else(Vec::new, |before| record.moved_from(&before));
        if !self.force {
            check_connections(context, &*store, &moved).await?;
        }
        check_whole(&record)?;
        let address = CallbackAddress::parse(&record.redirect_uri)?;
        let store = context.open_store().await?;
        record.write(&*store, expect).await?;
        if self.api_origin.is_some() || !context.allowed_origins().is_empty() {
            let mut settings = context.settings()?;
            settings.allowed_origins = context.allowed_origins().to_vec();
            settings.write()?;
        }
        if context.json() {
            output::json(&as_json(&record, &context.settings()?.allowed_origins))?;
        }
        log::note("The application is stored.");
        match address {
            Some(_) if moved.is_empty() && is_connected(&*store).await => {}
            Some(_) => {
                let typed = context.typed().clone().without_origins();
                let next = typed.command_line(&["connect", "NAME"]);
                log::note(format_args!("hint: next, connect to a site: `{next}`"));
            }
            None => log::note(format_args!(
                "hint: `jira-host connect` waits on this machine and cannot do so at `{}`; \
                 to use it, register and store a redirect URI such as `{EXAMPLE_REDIRECT_URI}`",
                record.redirect_uri
            )),
        }
        Ok(())
    }

    /// Whether nothing is given but perhaps the secret.
    fn is_empty(&self, context: &Context) -> bool {
        let given = [
            &self.client_id,
            &self.redirect_uri,
            &self.auth_origin,
            &self.api_origin,
        ];
        let switched = self.report_personal_data || self.no_report_personal_data;
        given.iter().all(|it| it.is_none()) && !switched && context.allowed_origins().is_empty()
    }

    /// What was given, and for the rest what is stored.
    fn onto(&self, mut stored: AppRecord, secret: Option<ClientSecret>) -> AppRecord {
        // A secret belongs to its client id.
        if self
            .client_id
            .as_ref()
            .is_some_and(|id| *id != stored.client_id)
        {
            stored.client_secret = ClientSecret::default();
        }
        AppRecord {
            client_id: self.client_id.clone().unwrap_or(stored.client_id),
            client_secret: secret.unwrap_or(stored.client_secret),
            redirect_uri: self.redirect_uri.clone().unwrap_or(stored.redirect_uri),
            report_personal_data: match (self.report_personal_data, self.no_report_personal_data) {
                (true, _) => true,
                (_, true) => false,
                _ => stored.report_personal_data,
            },
            auth_origin: self.auth_origin.clone().or(stored.auth_origin),
            api_origin: self.api_origin.clone().or(stored.api_origin),
        }
        .without_usual_origins()
    }
}

fn nothing_given(context: &Context) -> Failure {
    let show = context.command_line(&["app", "show"]);
    let message = "nothing is given that is to change, so the application stays as it is";
    Failure::new(Exit::Usage, message).with_hint(format!(
        "`{show}` shows it, and `jira-host app set -h` what can be given"
    ))
}

fn check_whole(record: &AppRecord) -> Result<(), Failure> {
    let missing = record.missing();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("the application still lacks {}", missing.join(", "));
    Err(Failure::new(Exit::Usage, message).with_hint(
        "give `--client-id ID --client-secret-file FILE --redirect-uri URI`; the secret is also \
         taken from standard input (`--client-secret-stdin`) or the variable \
         JIRA_HOST_CLIENT_SECRET",
    ))
}

/// Refuses to take the application from under its connections: their tokens
/// were granted to it, at its origins, and work nowhere else.
async fn check_connections(
    context: &Context,
    store: &dyn SecretStore,
    moved: &[&str],
) -> Result<(), Failure> {
    if moved.is_empty() {
        return Ok(());
    }
    let connections = store.list(CONNECTIONS, None).await?.keys;
    let Some(first) = connections.first() else {
        return Ok(());
    };
    let first = first.strip_prefix(CONNECTIONS).unwrap_or(first);
    let moved = moved.join(" and the ");
    Err(Failure::new(
        Exit::Configuration,
        format!(
            "there are connections, such as {first}, and the {moved} would change under them; \
             their tokens work with the stored application only"
        ),
    )
    .with_hint(format!(
        "keep another application in a store of its own, with `--store PATH`; or give up the \
         connections with `{}`; or insist with `--force`",
        context.command_line(&["disconnect", first])
    )))
}

async fn is_connected(store: &dyn SecretStore) -> bool {
    let listed = store.list(CONNECTIONS, None).await;
    listed.is_ok_and(|page| !page.keys.is_empty())
}

/// What is stored, and what the store must still hold for it to be replaced. A
/// record that cannot be read is replaced as a whole.
async fn stored(store: &dyn SecretStore) -> Result<(Option<AppRecord>, Expect), Failure> {
    match AppRecord::read(store).await {
        Ok(Some(StoredApp { record, expect })) => Ok((Some(record), expect)),
        Ok(None) => Ok((None, Expect::Absent)),
        Err(failure) if failure.exit() == Exit::Configuration => Ok((None, Expect::Any)),
        Err(failure) => Err(failure),
    }
}

fn as_json(record: &AppRecord, allowed_origins: &[String]) -> Value {
    json!({
        "client_id": record.client_id,
        "redirect_uri": record.redirect_uri,
        "report_personal_data": record.report_personal_data,
        "auth_origin": record.auth_origin(),
        "api_origin": record.api_origin(),
        "allowed_origins": allowed_origins,
    })
}

async fn show(context: &Context) -> Result<(), Failure> {
    let store = context.look_into_store().await?;
    let Some(StoredApp { record, .. }) = AppRecord::read(&*store).await? else {
        return Err(context.without_app());
    };
    let allowed = context.settings()?.allowed_origins;
    if context.json() {
        output::json(&as_json(&record, &allowed))?;
        return Ok(());
    }
    let mut output = Output::new();
    output.line("client id", &record.client_id)?;
    output.line("secret", "stored, not shown")?;
    output.line("callback", &record.redirect_uri)?;
    let reports = if record.report_personal_data {
        "yes"
    } else {
        "no"
    };
    output.line(
        "reports",
        &format!("{reports} (personal data reporting API)"),
    )?;
    output.line("consent at", record.auth_origin())?;
    output.line("API at", record.api_origin())?;
    if !allowed.is_empty() {
        output.line("allowed too", &allowed.join("\n"))?;
    }
    Ok(())
}
