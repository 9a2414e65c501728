//! The personal data reporting API: which of the accounts that an app keeps
//! data of are closed, and whose data is out of date.

mod body;
mod register;

use crate::answer::Answer;
use crate::request::Request;
use crate::world::{Shared, World};
use body::Report;
pub(crate) use register::Register;
pub use register::Reported;
use serde_json::json;
use std::time::Duration;

/// The scope that every report needs.
const SCOPE: &str = "report:personal-data";

/// How the personal data reporting API behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reporting {
    /// How long a cycle is.
    pub cycle: Duration,
    /// What `Cycle-Period` says of it, in any form. Without it the header is
    /// not there, as the documentation allows.
    pub cycle_period: Option<String>,
    /// How often an account may be reported within a cycle; the next report
    /// with it is answered 429. One that repeats a report whose answer was
    /// lost is no misuse, so it is more than once.
    pub reports_per_cycle: u32,
}

impl Default for Reporting {
    fn default() -> Self {
        Reporting {
            cycle: Duration::from_secs(7 * 86_400),
            cycle_period: None,
            reports_per_cycle: 3,
        }
    }
}

/// A refusal in the words of this API.
pub(crate) fn refuse(status: u16, message: &str) -> Answer {
    let kind = match status {
        400 => "BAD_REQUEST",
        429 => "TOO_MANY_REQUESTS",
        503 => "SERVICE_UNAVAILABLE",
        _ => "INTERNAL_SERVER_ERROR",
    };
    Answer::json(status, &json!({"errorType": kind, "errorMessage": message}))
}

/// Answers a report of the account that this token is of.
pub(crate) fn answer(
    shared: &Shared,
    world: &mut World,
    request: &Request,
    account_id: &str,
) -> Answer {
    let grant = world.grants.grant(account_id);
    if !grant.is_some_and(|grant| grant.has(SCOPE)) {
        return Answer::gateway(403, "Forbidden");
    }
    let report = match Report::read(request) {
        Ok(report) => report,
        Err(message) => return refuse(400, &message),
    };
    let settings = &shared.settings.reporting;
    let register = &mut world.register;
    if let Some(wait) = register.too_often(&report, settings, world.now) {
        let seconds = wait.as_secs().max(1).to_string();
        let message = "An account was reported too often within the cycle.";
        return refuse(429, message).with("retry-after", &seconds);
    }
    let outcome = register.enter(&report, settings, world.now);
    let answer = if outcome.is_empty() {
        Answer::empty(204)
    } else {
        let accounts = outcome.iter();
        let accounts: Vec<_> = accounts
            .map(|(id, status)| json!({"accountId": id, "status": status.as_str()}))
            .collect();
        Answer::json(200, &json!({ "accounts": accounts }))
    };
    let answer = answer.noting(&told(report.accounts.len(), &outcome));
    match register.cycle_period(settings) {
        Some(text) => answer.with("cycle-period", &text),
        None => answer,
    }
}

/// What the transcript says of a report.
fn told(reported: usize, outcome: &[(String, register::Status)]) -> String {
    let of = |status| outcome.iter().filter(|(_, is)| *is == status).count();
    let (closed, updated) = (of(register::Status::Closed), of(register::Status::Updated));
    format!("{reported} reported, {closed} closed, {updated} updated")
}
