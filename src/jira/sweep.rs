//! Personal data reporting: the register of accounts, the sweep through it, and
//! what Atlassian's answers are followed by.
//!
//! ```text
//!  enter, oauth-exchange ──► accounts/ ──► plan ──► batches of 90 ──► Atlassian
//!                               ▲                                        │
//!                               └── reported, flagged, gone ◄── erasures/ ◄┘ saved first
//!                                                                  │
//!                                       host ◄── actions/ ◄────────┘ until acknowledged
//! ```

pub mod account_id;
pub mod action;
pub mod answer;
pub mod consenters;
pub mod cycle;
pub mod enter;
pub mod erasure;
pub mod evidence;
pub mod gone;
pub mod lease;
pub mod listing;
pub mod options;
pub mod own;
pub mod pass;
pub mod plan;
pub mod register;
pub mod report;
pub mod sender;
pub mod state;
pub mod status;

use self::{
    action::ActionPage,
    enter::{Entered, Forgotten, HeldAccount},
    evidence::{BatchEvidence, SweepSummary},
    options::SweepOptions,
    report::{SweepReport, Swept},
    status::{AccountPage, ShownAccount, Summary},
};
use super::{error::Result, host::Host, instant::UnixMs};

/// A step of `gdpr-sweep`.
#[derive(Debug, Clone)]
pub enum SweepStep {
    /// Enter accounts.
    Enter(Vec<HeldAccount>),
    /// Take accounts out.
    Forget(Vec<String>),
    /// Report what is due.
    Sweep(SweepOptions),
    /// Actions were seen to.
    Acknowledge(Vec<String>),
    /// Show what is stored.
    Status(StatusQuery),
}

/// What to show.
#[derive(Debug, Clone)]
pub enum StatusQuery {
    /// The cycle.
    Summary,
    /// One account.
    Account(String),
    /// The register.
    Accounts(Option<String>),
    /// What was not acknowledged.
    Actions(Option<String>),
    /// The last sweeps.
    Reports,
    /// A page of the batches of one.
    Evidence(String, u32),
}

/// What a step came to.
#[derive(Debug)]
pub enum SweepOutcome {
    /// What `enter` did.
    Entered(Entered),
    /// What `forget` did.
    Forgotten(Forgotten),
    /// What a sweep did.
    Swept(Box<SweepReport>),
    /// Another sweep is at work, until then.
    Busy(UnixMs),
    /// How many actions there were.
    Acknowledged(u32),
    /// The cycle.
    Summary(Summary),
    /// An account.
    Account(Option<ShownAccount>),
    /// Accounts.
    Accounts(AccountPage),
    /// Actions.
    Actions(ActionPage),
    /// Sweeps.
    Reports(Vec<SweepSummary>),
    /// Batches, and the next page.
    Evidence(Vec<BatchEvidence>, Option<u32>),
}

/// Takes a step: what `gdpr-sweep` does.
pub async fn gdpr_sweep(host: &impl Host, step: SweepStep) -> Result<SweepOutcome> {
    match step {
        SweepStep::Enter(accounts) => enter::enter(host, &accounts)
            .await
            .map(SweepOutcome::Entered),
        SweepStep::Forget(ids) => enter::forget(host, &ids).await.map(SweepOutcome::Forgotten),
        SweepStep::Sweep(options) => Ok(match report::sweep(host, options).await? {
            Swept::Report(report) => SweepOutcome::Swept(report),
            Swept::Busy(until) => SweepOutcome::Busy(until),
        }),
        SweepStep::Acknowledge(ids) => {
            enter::at_most("acknowledge", ids.len())?;
            let acknowledged = action::acknowledge(host, &ids).await?;
            Ok(SweepOutcome::Acknowledged(acknowledged))
        }
        SweepStep::Status(query) => show(host, query).await,
    }
}

async fn show(host: &impl Host, query: StatusQuery) -> Result<SweepOutcome> {
    Ok(match query {
        StatusQuery::Summary => SweepOutcome::Summary(status::summary(host).await?),
        StatusQuery::Account(id) => SweepOutcome::Account(status::account(host, &id).await?),
        StatusQuery::Accounts(cursor) => {
            SweepOutcome::Accounts(status::accounts(host, cursor.as_deref()).await?)
        }
        StatusQuery::Actions(cursor) => {
            SweepOutcome::Actions(action::page(host, cursor.as_deref()).await?)
        }
        StatusQuery::Reports => SweepOutcome::Reports(evidence::summaries(host).await?),
        StatusQuery::Evidence(sweep, page) => {
            let (batches, next) = evidence::page(host, &sweep, page).await?;
            SweepOutcome::Evidence(batches, next)
        }
    })
}
