//! People in Jira.

use crate::Account;
use crate::answer::Answer;
use crate::route::Visit;
use serde_json::{Value, json};

/// A person as the platform shows one.
pub(crate) fn person(base: &str, account: &Account) -> Value {
    let id = &account.account_id;
    json!({
        "self": format!("{base}/rest/api/3/user?accountId={id}"),
        "accountId": id,
        "accountType": "atlassian",
        "displayName": account.name,
        "emailAddress": account.email,
        "active": true,
        "timeZone": "Europe/Vienna",
    })
}

pub(super) fn myself(visit: &mut Visit<'_>) -> Answer {
    Answer::json(200, &person(&visit.base, visit.account))
}
