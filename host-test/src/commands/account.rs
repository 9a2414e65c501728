//! `jira-host account`: the register of accounts whose data is stored.

mod add;
mod input;
mod list;

use clap::{Args, Subcommand};
use jira_host::types::{RefusedAccount, StatusQuery, SweepOutcome, SweepStep};
use serde_json::json;

use super::Context;
use super::gdpr::{account_json, step, unexpected};
use super::instant::second;
use crate::exit::{Exit, Failure};
use crate::log;
use crate::output::{self, Output, printable};
use crate::wording;

/// How many accounts a step takes.
const ACCOUNTS_AT_ONCE: usize = 1_000;

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host account add --retrieved-at 2026-01-05T09:00:00Z 712020:1e5ab0d4
    jira-host account list")]
pub(crate) struct AccountArgs {
    #[command(subcommand)]
    command: AccountCommand,
}

#[derive(Debug, Subcommand)]
enum AccountCommand {
    /// Enters accounts whose personal data is kept, here or elsewhere.
    ///
    /// They are Atlassian account ids, not cloud ids. Enter an account before its
    /// data is written, and again each time that the data was retrieved anew.
    /// Those who consented to connections are entered by themselves.
    Add(add::AddArgs),
    /// Lists the accounts of the register.
    #[command(after_long_help = "\
Examples:
    jira-host account list
    jira-host account list --json")]
    List,
    /// Shows an account of the register.
    Show(ShowArgs),
    /// Takes accounts out of the register of which nothing is kept any more.
    Forget(ForgetArgs),
}

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host account show 712020:1e5ab0d4")]
struct ShowArgs {
    /// The account's id.
    #[arg(value_name = "ACCOUNT")]
    account_id: String,
}

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host account forget 712020:1e5ab0d4")]
struct ForgetArgs {
    /// The accounts' ids.
    #[arg(value_name = "ACCOUNT", required = true)]
    account_ids: Vec<String>,
}

impl AccountArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self.command {
            AccountCommand::Add(args) => args.run(context).await,
            AccountCommand::List => list::run(context).await,
            AccountCommand::Show(args) => args.run(context).await,
            AccountCommand::Forget(args) => args.run(context).await,
        }
    }
}

impl ShowArgs {
    async fn run(self, context: &Context) -> Result<(), Failure> {
        let session = context.session().await?;
        let query = SweepStep::Status(StatusQuery::Account(self.account_id.clone()));
        let SweepOutcome::Account(found) = step(context, &session, query).await? else {
            return Err(unexpected("status"));
        };
        let Some(account) = found else {
            let why = format!("the account {} is not in the register", self.account_id);
            return Err(Failure::new(Exit::Usage, why));
        };
        if context.json() {
            output::json(&account_json(&account))?;
            return Ok(());
        }
        let mut output = Output::new();
        output.heading(&printable(&account.account_id))?;
        for (name, instant) in [
            ("retrieved", account.retrieved_at_unix_ms),
            ("entered", Some(account.entered_at_unix_ms)),
            ("reported", account.reported_at_unix_ms),
            ("due", Some(account.due_at_unix_ms)),
        ] {
            output.line(name, &instant.map_or_else(|| "-".to_owned(), second))?;
        }
        for own in &account.connections {
            let retrieved = second(own.retrieved_at_unix_ms);
            output.line("consent to", &format!("{}, {retrieved}", own.connection))?;
        }
        if !account.cloud_ids.is_empty() {
            output.line("cloud ids", &account.cloud_ids.join("\n"))?;
        }
        if account.retrieve_again {
            let text = "has changed and was erased; retrieve it again";
            output.conclusion("data", text)?;
        }
        Ok(())
    }
}

impl ForgetArgs {
    async fn run(self, context: &Context) -> Result<(), Failure> {
        let session = context.session().await?;
        let (mut removed, mut kept, mut refused) = (0, 0, Vec::new());
        for account_ids in self.account_ids.chunks(ACCOUNTS_AT_ONCE) {
            let forget = SweepStep::Forget(account_ids.to_vec());
            let SweepOutcome::Forgotten(done) = step(context, &session, forget).await? else {
                return Err(unexpected("forget"));
            };
            removed += done.removed;
            kept += done.kept;
            refused.extend(done.refused);
        }
        if context.json() {
            let refused: Vec<_> = refused.iter().map(refused_json).collect();
            output::json(&json!({ "removed": removed, "kept": kept, "refused": refused }))?;
        }
        let taken = removed + kept;
        let removed = output::counted(removed, "account", "accounts");
        log::note(format_args!("{removed} left the register."));
        if kept > 0 {
            log::note(format_args!(
                "{kept} stay, as connections of theirs are stored."
            ));
        }
        verdict(&refused, taken)
    }
}

fn refused_json(refused: &RefusedAccount) -> serde_json::Value {
    json!({ "account_id": refused.account_id, "message": refused.message })
}

fn tell_refused(refused: &[RefusedAccount]) {
    for account in refused {
        let why = wording::of_message(&account.message);
        let (id, why) = (printable(&account.account_id), printable(&why));
        log::request(format_args!("refused: {id}: {why}"));
    }
}

/// Fails where some were refused; all others were taken.
fn verdict(refused: &[RefusedAccount], taken: u32) -> Result<(), Failure> {
    tell_refused(refused);
    if refused.is_empty() {
        return Ok(());
    }
    let count = refused.len();
    let mut message = output::counted(count, "account was refused", "accounts were refused");
    if taken > 0 {
        message.push_str("; all others were taken");
    }
    Err(Failure::new(Exit::Usage, message))
}
