//! Who has consented, and for which sites.
//!
//! Both are asked outside of any site:
//! <https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/>.

use super::{
    access::Access,
    api_error::ApiError,
    connection::Account,
    error::{Error, Kind, Result},
    failure,
    grant::TOKEN_TIMEOUT_MS,
    host::{Deadline, Host},
    http::{HttpRequest, HttpResponse},
    json::Object,
    rate_limit::RateLimit,
    retry::{Retry, RetryBudget},
    send::{Budget, Sent},
    site::{Site, read_accessible_resources},
};

/// A list of some hundred sites; more than anybody's.
const ANSWER_BYTES: u64 = 1024 * 1024;

/// The sites that a grant reaches.
pub async fn accessible_resources(
    host: &impl Host,
    access: &mut Access,
    deadline: Deadline,
    retry: Retry,
) -> Result<Vec<Site>> {
    let path = "/oauth/token/accessible-resources";
    let sent = get(host, access, path, deadline, retry).await?;
    read_accessible_resources(&sent.response).map_err(|error| error.with_attempts(sent.attempts))
}

/// The account that consented.
pub async fn me(host: &impl Host, access: &mut Access, deadline: Deadline) -> Result<Account> {
    let sent = get(host, access, "/me", deadline, Retry::default()).await?;
    let Sent {
        response, attempts, ..
    } = sent;
    let read = |me: Object| {
        let (account_id, name) = (me.text("account_id")?, me.optional_text("name")?);
        Ok(Account {
            account_id,
            name,
            retrieved_at: host.now(),
        })
    };
    Object::parse(&response.body)
        .and_then(read)
        .map_err(|broken| {
            let broken = response.headers.explain(broken);
            let message = format!("the account is not as documented: {broken}");
            Error::unexpected("me", message)
                .with_trace(response.trace_id())
                .with_attempts(attempts)
        })
}

/// Asks, for as long as the token endpoint is asked, and answers only a success.
/// An error counts the attempts.
async fn get(
    host: &impl Host,
    access: &mut Access,
    path: &str,
    deadline: Deadline,
    retry: Retry,
) -> Result<Sent> {
    let mut request = HttpRequest::get_json(access.app.api_origin.at(path));
    let budget = Budget {
        deadline: deadline.at_most(host, TOKEN_TIMEOUT_MS),
        body_bytes: ANSWER_BYTES,
        retry,
        retries: &RetryBudget::default(),
    };
    let asking = |error: Error| error.context(format_args!("asking {path}"));
    let sent = access
        .send(host, &mut request, budget)
        .await
        .map_err(asking)?;
    let is_refused = failure::is_token_refused(&sent.response);
    let error = if !sent.response.is_success() || is_refused {
        refusal(sent.response, is_refused, access, host)
    } else if sent.response.truncated {
        Error::too_long("the answer", ANSWER_BYTES).with_trace(sent.response.trace_id())
    } else {
        return Ok(sent);
    };
    Err(asking(error.with_attempts(sent.attempts)))
}

fn refusal(
    response: HttpResponse,
    is_token_refused: bool,
    access: &Access,
    host: &impl Host,
) -> Error {
    let trace_id = response.trace_id();
    let error = if is_token_refused {
        let status = response.status;
        Error::reauthorize(
            "unauthorized",
            format!("a fresh access token was refused ({status}); consent again"),
        )
    } else if matches!(response.status, 401 | 403) {
        let granted = access.tokens.value.scopes.join(" ");
        Error::configuration(
            "scope",
            format!("the grant does not reach it; granted are: {granted}"),
        )
    } else if response.status == 429 {
        let limit = RateLimit::read(&response.headers, host.now()).unwrap_or_default();
        Error::new(
            Kind::RateLimited(limit),
            "Atlassian answered 429: try again later",
        )
    } else {
        let error = ApiError::read(response);
        let message = format!("Atlassian answered {error}");
        Error::new(Kind::Api(error), message)
    };
    error.with_trace(trace_id)
}
