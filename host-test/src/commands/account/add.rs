//! `jira-host account add`.

use std::path::PathBuf;

use clap::Args;
use jira_host::types::{HeldAccount, Refusal, RefusedAccount, SweepOutcome, SweepStep};
use serde_json::json;

use super::input::Lines;
use super::{ACCOUNTS_AT_ONCE, refused_json, tell_refused, verdict};
use crate::commands::Context;
use crate::commands::context::Session;
use crate::commands::gdpr::{step, unexpected};
use crate::commands::instant;
use crate::exit::{Exit, Failure};
use crate::log;
use crate::output;

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host account add --retrieved-at 2026-01-05T09:00:00Z 712020:1e5ab0d4
    Many, from a file:
    jira-host account add --input accounts.jsonl")]
pub(super) struct AddArgs {
    /// The accounts' ids.
    #[arg(value_name = "ACCOUNT", required_unless_present = "input")]
    account_ids: Vec<String>,
    /// When their data was retrieved from Atlassian, as `2026-01-05T09:00:00Z`.
    ///
    /// The oldest time, if it was retrieved in pieces. It is not the time of
    /// this command, unless the data comes from Atlassian only now.
    #[arg(long, value_name = "TIME", value_parser = instant::parse,
          required_unless_present = "input")]
    retrieved_at: Option<u64>,
    /// A site that the data is from. May be given several times.
    #[arg(long, value_name = "ID")]
    cloud_id: Vec<String>,
    /// Takes the time also if a later one was entered before, as after an older
    /// copy was restored.
    #[arg(long)]
    may_be_older: bool,
    /// A file of accounts, a JSON object in each line; `-` is standard input.
    ///
    /// With the members `account_id`, `retrieved_at_unix_ms`, and if wanted
    /// `cloud_ids` and `may_be_older`.
    #[arg(long, value_name = "FILE",
          conflicts_with_all = ["account_ids", "retrieved_at", "cloud_id", "may_be_older"])]
    input: Option<PathBuf>,
}

/// What came of all of them.
#[derive(Default)]
struct Added {
    added: u32,
    renewed: u32,
    refused: Vec<RefusedAccount>,
}

impl AddArgs {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        // Writing makes the store where there is none; looking would not.
        context.open_store().await?;
        let session = context.session().await?;
        let mut added = Added::default();
        match &self.input {
            Some(path) => {
                let mut lines = Lines::open(path.clone()).await?;
                loop {
                    let next = lines.next(ACCOUNTS_AT_ONCE).await;
                    let (rest, accounts) = next.map_err(|failure| added.broken_off(failure))?;
                    if accounts.is_empty() {
                        break;
                    }
                    added.enter(context, &session, accounts).await?;
                    lines = rest;
                }
            }
            None => {
                for account_ids in self.account_ids.chunks(ACCOUNTS_AT_ONCE) {
                    let accounts = account_ids.iter().map(|id| self.account(id)).collect();
                    added.enter(context, &session, accounts).await?;
                }
            }
        }
        added.tell(context)
    }

    fn account(&self, account_id: &str) -> HeldAccount {
        HeldAccount {
            account_id: account_id.to_owned(),
            // The arguments are refused without it.
            retrieved_at_unix_ms: self.retrieved_at.unwrap_or_default(),
            cloud_ids: self.cloud_id.clone(),
            may_be_older: self.may_be_older,
        }
    }
}

impl Added {
    async fn enter(
        &mut self,
        context: &Context,
        session: &Session,
        accounts: Vec<HeldAccount>,
    ) -> Result<(), Failure> {
        let times: Vec<_> = accounts.iter().map(|it| it.retrieved_at_unix_ms).collect();
        match step(context, session, SweepStep::Enter(accounts)).await? {
            SweepOutcome::Entered(mut entered) => {
                for account in &mut entered.refused {
                    tell_time(account, &times);
                }
                self.added += entered.added;
                self.renewed += entered.renewed;
                self.refused.extend(entered.refused);
                Ok(())
            }
            _ => Err(unexpected("enter")),
        }
    }

    /// The failure to read on, with what was done until then.
    fn broken_off(&self, failure: Failure) -> Failure {
        if failure.exit() != Exit::Usage {
            return failure;
        }
        tell_refused(&self.refused);
        failure.with_hint(match self.taken() {
            0 => "no account was entered".to_owned(),
            taken => {
                let before = "of the lines before";
                let one = format!("account {before} was entered");
                let many = format!("accounts {before} were entered");
                output::counted(taken, &one, &many)
            }
        })
    }

    fn taken(&self) -> u32 {
        self.added + self.renewed
    }

    fn tell(self, context: &Context) -> Result<(), Failure> {
        let (added, renewed) = (self.added, self.renewed);
        if context.json() {
            let refused: Vec<_> = self.refused.iter().map(refused_json).collect();
            output::json(&json!({ "added": added, "renewed": renewed, "refused": refused }))?;
        }
        let taken = self.taken();
        let added = output::counted(added, "account is new", "accounts are new");
        let renewed = output::counted(renewed, "was there", "were there");
        log::note(format_args!("{added} in the register, {renewed}."));
        verdict(&self.refused, taken)
    }
}

/// Says of a time that was refused what the component says in milliseconds.
fn tell_time(account: &mut RefusedAccount, times: &[u64]) {
    let place = usize::try_from(account.index).unwrap_or(usize::MAX);
    if let (Refusal::RetrievedAt, Some(&time)) = (account.reason, times.get(place)) {
        let when = match time > instant::now_unix_ms() {
            true => "in the future",
            false => "before there was any Jira; in --input it is told in milliseconds",
        };
        account.message = format!("{} is {when}", instant::second(time));
    }
}
