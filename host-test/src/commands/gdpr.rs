//! `jira-host gdpr`: reports accounts to Atlassian, and shows what came of it.

mod actions;
mod counts;
mod json;
mod log;
mod round;
mod schedule;
mod status;
mod step;
mod sweep;

use clap::{Args, Subcommand};

pub(super) use self::json::account as account_json;
pub(super) use self::step::{step, unexpected};
use super::Context;
use crate::exit::Failure;

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host gdpr status
    jira-host gdpr sweep --dry-run
    jira-host gdpr sweep")]
pub(crate) struct GdprArgs {
    #[command(subcommand)]
    command: GdprCommand,
}

#[derive(Debug, Subcommand)]
enum GdprCommand {
    /// Reports what is due, and does what Atlassian answers.
    ///
    /// Accounts that are closed are erased from the store; of those that have
    /// changed, what is a cache. What must be erased elsewhere is listed as
    /// actions. It goes on to the end of the register unless it is told to stop
    /// before, and waits where Atlassian asks for up to four minutes; Ctrl-C ends it
    /// after the reports that are on their way.
    Sweep(sweep::SweepArgs),
    /// Shows when the next sweep is due.
    ///
    /// Where one is overdue, by two hours, it ends with exit code 12 and says so
    /// on standard error, so that a job of cron that runs it sounds an alarm. A store
    /// that is not there is an error too: nobody's accounts would be watched.
    #[command(after_long_help = "\
Examples:
    jira-host gdpr status
    jira-host gdpr status --json")]
    Status,
    /// Shows the last sweeps, or the batches of one.
    Log(log::LogArgs),
    /// Lists what Atlassian said of accounts and nobody has acknowledged yet.
    #[command(after_long_help = "\
Examples:
    jira-host gdpr actions
    jira-host gdpr actions --json")]
    Actions,
    /// Says that actions were seen to, so that they are told no more.
    Acknowledge(actions::AcknowledgeArgs),
    /// Runs as a daemon that sweeps when it is due.
    ///
    /// Several may run on one store: one sweeps at a time. It begins some minutes
    /// after the due time, by chance, catches up on what was missed while it was
    /// not there, and tries again after a failure. SIGTERM, SIGHUP and Ctrl-C end
    /// it, after the reports that are on their way; but not what it is started to
    /// ignore, as `nohup` does with SIGHUP. It tells what it does on standard
    /// error.
    Schedule(schedule::ScheduleArgs),
}

impl GdprArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self.command {
            GdprCommand::Sweep(args) => args.run(context).await,
            GdprCommand::Status => status::run(context).await,
            GdprCommand::Log(args) => args.run(context).await,
            GdprCommand::Actions => actions::list(context).await,
            GdprCommand::Acknowledge(args) => args.run(context).await,
            GdprCommand::Schedule(args) => args.run(context).await,
        }
    }
}
