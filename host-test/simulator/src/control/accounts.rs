//! Accounts from outside the process: closing them, changing their profiles,
//! and learning what was reported of them.

use super::refuse;
use crate::answer::Answer;
use crate::request::{Request, decoded};
use crate::world::World;
use serde::Deserialize;
use serde_json::{Value, json};

/// What becomes of an account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    account_id: String,
    #[serde(default)]
    closed: bool,
    changed_at_unix_ms: Option<i64>,
}

/// What became of accounts, and how many were reported how often.
pub(super) fn overview(world: &World) -> Answer {
    let register = &world.register;
    let (mut accounts, mut reports, mut most) = (0_u64, 0_u64, 0);
    for (_, reported) in register.all_reported() {
        accounts += 1;
        reports += u64::from(reported.times);
        most = most.max(reported.times);
    }
    let changed = register.changed().iter();
    let changed: Value = changed
        .map(|(id, at)| (id.clone(), Value::from(*at)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    Answer::json(
        200,
        &json!({
            "closed": register.closed(),
            "changed": changed,
            "reported": {"accounts": accounts, "reports": reports, "most_times": most},
        }),
    )
}

/// What was reported of one account.
pub(super) fn reported(world: &World, account_id: &str) -> Answer {
    match world.register.reported(&decoded(account_id)) {
        Some(reported) => Answer::json(
            200,
            &json!({
                "times": reported.times,
                "updated_at_unix_ms": reported.updated_at_unix_ms,
            }),
        ),
        None => refuse(404, "this account was not reported"),
    }
}

pub(super) fn change(world: &mut World, request: &Request) -> Answer {
    let change: Change = match serde_json::from_slice(&request.body) {
        Ok(change) => change,
        Err(error) => return refuse(400, &error.to_string()),
    };
    if change.closed {
        world.close_account(&change.account_id);
    }
    if let Some(at) = change.changed_at_unix_ms {
        world.register.change(&change.account_id, at);
    }
    Answer::empty(204)
}

pub(super) fn say_cycle_period(world: &mut World, request: &Request) -> Answer {
    let body = request.json().unwrap_or_default();
    match body.get("text").and_then(Value::as_str) {
        Some(text) => {
            world.register.say_cycle_period(text);
            Answer::empty(204)
        }
        None => refuse(400, "`text` is not a text"),
    }
}
