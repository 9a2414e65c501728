//! `jira-host gdpr actions` and `jira-host gdpr acknowledge`.

use clap::Args;
use jira_host::types::{AccountAction, StatusQuery, SweepOutcome, SweepStep};
use serde_json::{Value, json};

use super::json;
use super::step::{step, unexpected};
use crate::commands::context::{Context, Session};
use crate::commands::instant::second;
use crate::exit::Failure;
use crate::log;
use crate::output::{self, Table};

/// How many ids a step takes.
const IDS_AT_ONCE: usize = 1_000;

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host gdpr acknowledge 712020:1e5ab0d4/8f3c0a17")]
pub(crate) struct AcknowledgeArgs {
    /// The ids of the actions, as `jira-host gdpr actions` shows them.
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
}

impl AcknowledgeArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let session = context.session().await?;
        let mut acknowledged = 0;
        for ids in self.ids.chunks(IDS_AT_ONCE) {
            let acknowledge = SweepStep::Acknowledge(ids.to_vec());
            match step(context, &session, acknowledge).await? {
                SweepOutcome::Acknowledged(count) => acknowledged += count,
                _ => return Err(unexpected("acknowledge")),
            }
        }
        if context.json() {
            output::json(&json!({ "acknowledged": acknowledged }))?;
        }
        let seen_to = output::counted(
            acknowledged,
            "action was waiting for this, and is told no more",
            "actions were waiting for this, and are told no more",
        );
        log::note(format_args!("{seen_to}."));
        Ok(())
    }
}

/// Lists the actions that wait.
pub(super) async fn list(context: &Context) -> Result<(), Failure> {
    let session = context.session().await?;
    let actions = read(context, &session).await?;
    if context.json() {
        output::json(&actions.iter().map(json::action).collect::<Value>())?;
    } else if actions.is_empty() {
        log::note("No action waits.");
    } else {
        table(&actions)?;
    }
    tell_waiting(context, &actions, false);
    Ok(())
}

async fn read(context: &Context, session: &Session) -> Result<Vec<AccountAction>, Failure> {
    let (mut actions, mut cursor) = (Vec::new(), None);
    loop {
        let query = SweepStep::Status(StatusQuery::Actions(cursor));
        let SweepOutcome::Actions(page) = step(context, session, query).await? else {
            return Err(unexpected("status"));
        };
        actions.extend(page.actions);
        cursor = page.cursor;
        if cursor.is_none() {
            return Ok(actions);
        }
    }
}

/// What was said and what was erased, with the id to acknowledge it by.
pub(super) fn table(actions: &[AccountAction]) -> Result<(), Failure> {
    if actions.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(["ACCOUNT", "STATE", "ANSWERED", "ERASED", "ACTION"]);
    for action in actions {
        table.row([
            &action.account_id,
            json::state(action.state),
            &second(action.answered_at_unix_ms),
            &erased(action),
            &action.id,
        ]);
    }
    Ok(table.write()?)
}

fn erased(action: &AccountAction) -> String {
    let erased = &action.erased;
    let mut parts = Vec::new();
    for (count, kind) in [
        (erased.pack_configurations, "pack configurations"),
        (erased.action_options, "action options"),
        (erased.user_data, "user data"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {kind}"));
        }
    }
    for connection in &erased.connections {
        parts.push(format!("connection {connection}"));
    }
    match parts.is_empty() {
        true => "-".to_owned(),
        false => parts.join(", "),
    }
}

/// Tells on standard error that somebody must do something.
pub(super) fn tell_waiting(context: &Context, actions: &[AccountAction], has_more: bool) {
    let Some(first) = actions.first() else {
        return;
    };
    let waiting = match has_more {
        true => format!("{} and more actions wait", actions.len()),
        false => output::counted(actions.len(), "action waits", "actions wait"),
    };
    let acknowledge = context.command_line(&["gdpr", "acknowledge", &first.id]);
    log::request(format_args!(
        "{waiting}: erase what is kept of closed accounts elsewhere, retrieve \
         that of updated ones again.\nhint: after that, `{acknowledge}` and so on"
    ));
}
