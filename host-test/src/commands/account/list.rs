//! `jira-host account list`.

use std::io::{self, Write};

use jira_host::types::{AccountPage, RegisteredAccount, StatusQuery, SweepOutcome, SweepStep};

use crate::commands::Context;
use crate::commands::apart::apart;
use crate::commands::context::Session;
use crate::commands::gdpr::{account_json, step, unexpected};
use crate::commands::instant::second;
use crate::exit::{Exit, Failure};
use crate::log;
use crate::output::{Table, printable};

/// Writes the register page by page, as it may be long.
pub(super) async fn run(context: &Context) -> Result<(), Failure> {
    let session = context.session().await?;
    let as_json = context.json();
    let (mut cursor, mut written, mut damaged) = (None, 0, Vec::new());
    loop {
        let page = read(context, &session, cursor).await?;
        let (accounts, is_first) = (page.accounts, written == 0);
        written += accounts.len();
        apart(move || match as_json {
            true => write_json(&accounts, is_first),
            false => write_table(&accounts),
        })
        .await?;
        damaged.extend(page.damaged);
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    if as_json {
        apart(move || end_json(written == 0)).await?;
    } else if written == 0 {
        let add = context.command_line(&["account", "add", "--help"]);
        log::note(format_args!(
            "No account is in the register.\nhint: who keeps data of accounts enters them: `{add}`"
        ));
    }
    verdict(&damaged)
}

async fn read(
    context: &Context,
    session: &Session,
    cursor: Option<String>,
) -> Result<AccountPage, Failure> {
    let query = SweepStep::Status(StatusQuery::Accounts(cursor));
    match step(context, session, query).await? {
        SweepOutcome::Accounts(page) => Ok(page),
        _ => Err(unexpected("status")),
    }
}

fn write_table(accounts: &[RegisteredAccount]) -> Result<(), Failure> {
    if accounts.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(["ACCOUNT", "RETRIEVED", "REPORTED", "DUE", "CONNECTIONS"]);
    for account in accounts {
        let own = account.connections.iter();
        let own: Vec<_> = own.map(|own| own.connection.as_str()).collect();
        let retrieved = match account.retrieve_again {
            true => "again!".to_owned(),
            false => account.retrieved_at_unix_ms.map_or("-".to_owned(), second),
        };
        table.row([
            &account.account_id,
            &retrieved,
            &account.reported_at_unix_ms.map_or("-".to_owned(), second),
            &second(account.due_at_unix_ms),
            &own.join(" "),
        ]);
    }
    Ok(table.write()?)
}

/// One array, an account in each line.
fn write_json(accounts: &[RegisteredAccount], is_first: bool) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    for (place, account) in accounts.iter().enumerate() {
        let before = if is_first && place == 0 { "[\n" } else { ",\n" };
        write!(stdout, "{before}{}", account_json(account))?;
    }
    Ok(stdout.flush()?)
}

fn end_json(is_empty: bool) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let end = if is_empty { "[]\n" } else { "\n]\n" };
    stdout.write_all(end.as_bytes())?;
    Ok(stdout.flush()?)
}

fn verdict(damaged: &[String]) -> Result<(), Failure> {
    if damaged.is_empty() {
        return Ok(());
    }
    let ids = printable(&damaged.join(" "));
    Err(Failure::new(
        Exit::SecretStore,
        format!("the entries of these accounts cannot be read: {ids}"),
    ))
}
