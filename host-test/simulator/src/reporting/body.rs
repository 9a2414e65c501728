//! The body of a report, and what it must be.

use crate::request::Request;
use serde::Deserialize;
use std::collections::BTreeSet;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How many accounts a report may have.
const MOST_ACCOUNTS: usize = 90;
/// How long the id of an account may be.
const LONGEST_ID: usize = 128;
/// What stands for deleted people elsewhere. It is no account.
const UNKNOWN: &str = "unknown";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    accounts: Vec<WrittenAccount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct WrittenAccount {
    account_id: String,
    updated_at: String,
}

/// A report: accounts, and when their data was retrieved.
pub(super) struct Report {
    pub accounts: Vec<Held>,
}

/// An account that the app keeps data of.
pub(super) struct Held {
    pub account_id: String,
    /// When the data was retrieved, in milliseconds since the epoch of Unix.
    pub retrieved: i64,
}

impl Report {
    /// Reads the body of a report, or says what is wrong with it.
    pub fn read(request: &Request) -> Result<Report, String> {
        if request.media_type() != "application/json" {
            return Err("The Content-Type is not application/json.".to_owned());
        }
        let written: Written =
            serde_json::from_slice(&request.body).map_err(|error| error.to_string())?;
        let count = written.accounts.len();
        if !(1..=MOST_ACCOUNTS).contains(&count) {
            return Err(format!(
                "A report has 1 to {MOST_ACCOUNTS} accounts, not {count}."
            ));
        }
        let accounts = written.accounts.into_iter().map(Held::read);
        let accounts = accounts.collect::<Result<Vec<Held>, String>>()?;
        let ids: BTreeSet<&str> = accounts
            .iter()
            .map(|held| held.account_id.as_str())
            .collect();
        if ids.len() < count {
            return Err("An account is there twice.".to_owned());
        }
        Ok(Report { accounts })
    }
}

impl Held {
    fn read(written: WrittenAccount) -> Result<Held, String> {
        let id = written.account_id;
        let letters = id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-:".contains(&b));
        if !(1..=LONGEST_ID).contains(&id.len()) || !letters || id == UNKNOWN {
            return Err(format!("`{id}` is not the id of an account."));
        }
        let retrieved = OffsetDateTime::parse(&written.updated_at, &Rfc3339);
        let retrieved = retrieved.map_err(|_| format!("updatedAt of `{id}` is not RFC 3339."))?;
        Ok(Held {
            account_id: id,
            retrieved: retrieved.unix_timestamp() * 1000 + i64::from(retrieved.millisecond()),
        })
    }
}
