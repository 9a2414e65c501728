//! What is sent for a batch, and what the answer means.
//!
//! <https://developer.atlassian.com/cloud/jira/platform/user-privacy-developer-guide/>

use serde_json::Value;
use url::Url;

use super::{account_id::AccountId, action::AccountState, plan::Due};
use crate::jira::{
    api_error::ApiError,
    error::{Error, Kind, Result},
    http::{HttpRequest, HttpResponse},
    json::{self, Broken, FromJson, Object},
    secret::Secret,
};

/// With the slash at the end, and not below a site.
pub const PATH: &str = "/app/report-accounts/";

/// How much of an answer is read: about four times the longest.
pub const ANSWER_BYTES: u64 = 64 * 1024;

/// How many failures a call answers; more is not for a list.
pub const MAX_FAILURES: usize = 50;

/// Accounts that could not be reported, or one whose data could not be erased.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The batch.
    pub batch: u32,
    /// The accounts.
    pub accounts: Vec<AccountId>,
    /// Why.
    pub error: Error,
}

/// The request that reports these accounts.
#[must_use]
pub fn request(url: Url, bearer: Secret, accounts: &[Due]) -> HttpRequest {
    let reported = accounts.iter().map(|due| {
        json::object(vec![
            ("accountId", due.id.as_str().into()),
            ("updatedAt", due.retrieved_at.to_rfc3339().into()),
        ])
    });
    let body = json::object(vec![("accounts", Value::Array(reported.collect()))]);
    let mut request = HttpRequest::post_json(url, body.to_string().into_bytes());
    request.bearer = Some(bearer);
    request
}

/// Reads a success: which of the accounts need something, by their places. One
/// that was not asked for, comes twice or has a state that nobody knows makes
/// the whole answer one that cannot be trusted.
pub fn read(response: &HttpResponse, accounts: &[Due]) -> Result<Vec<(usize, AccountState)>> {
    let wrong = |why: String| {
        let message = format!("the report was answered by something else than documented: {why}");
        Error::unexpected("report-accounts", message).with_trace(response.trace_id())
    };
    match response.status {
        204 => return Ok(Vec::new()),
        200 if !response.truncated => {}
        200 => return Err(wrong("it is too long".into())),
        status => return Err(wrong(format!("the status is {status}"))),
    }
    let items: Vec<Item> = Object::parse(&response.body)
        .and_then(|body| {
            body.optional_list("accounts")?
                .ok_or(Broken::Missing("accounts"))
        })
        .map_err(|broken| wrong(response.headers.explain(broken).to_string()))?;
    let mut found: Vec<(usize, AccountState)> = Vec::new();
    for (position, item) in items.iter().enumerate() {
        let at = |why: &str| wrong(format!("{why} at `accounts[{position}]`"));
        let is_it = |due: &Due| due.id.as_str() == item.account_id;
        let index = accounts.iter().position(is_it);
        let index = index.ok_or_else(|| at("an account that was not asked for"))?;
        if found.iter().any(|(known, _)| *known == index) {
            return Err(at("an account for the second time"));
        }
        let state = AccountState::parse(&item.status);
        found.push((index, state.ok_or_else(|| at("an unknown status"))?));
    }
    Ok(found)
}

/// Reads anything that is no success.
#[must_use]
pub fn refusal(response: HttpResponse) -> Error {
    let trace_id = response.trace_id();
    let error = ApiError::read(response);
    let message = format!("the report was answered by {error}");
    Error::new(Kind::Api(error), message).with_trace(trace_id)
}

struct Item {
    account_id: String,
    status: String,
}

impl FromJson for Item {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            account_id: object.text("accountId")?,
            status: object.text("status")?,
        })
    }
}
