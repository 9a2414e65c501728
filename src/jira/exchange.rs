//! One request of a caller, from checking it to reading the answer.
//!
//! ```text
//!  check ──► load ──► [renew] ──► send ──► 2xx, 304 ─────────────► ok
//!                        ▲         │ ▲ └─► redirect ──► next hop ──┐
//!                        └── 401 ──┘ └───────────────────────────┘
//!                                  └─────► anything else ────────► error
//! ```

use super::{
    access::{Access, Budget, Sent, send_once},
    api_error::ERROR_BODY_BYTES,
    error::{Error, Kind, Result},
    failure,
    host::{Deadline, Host},
    http::{Headers, HttpResponse, Method},
    instant::UnixMs,
    path::Api,
    rate_limit::RateLimit,
    redirect::{self, Hop, MAX_REDIRECTS},
    request::{ApiRequest, CheckedRequest, RedirectMode},
    site::Site,
};

/// A success.
#[derive(Debug, Clone)]
pub struct ApiResponse {
    /// 2xx, 304, or with [`RedirectMode::Manual`] any 3xx.
    pub status: u16,
    /// All headers.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
    /// Atlassian's name for the exchange.
    pub trace_id: Option<String>,
    /// What it said of rate limits.
    pub rate_limit: Option<RateLimit>,
    /// How often the request was sent.
    pub attempts: u32,
}

/// Checks, sends and answers a request: what `api-request` and
/// `servicedesk-request` do.
pub async fn exchange(host: &impl Host, api: Api, request: ApiRequest) -> Result<ApiResponse> {
    let request = CheckedRequest::check(api, request)?;
    let deadline = Deadline::after(host, request.timeout_ms);
    let mut access = Access::load(host, &request.connection).await?;
    let site = access
        .connection
        .site_for(&access.name, api, &access.tokens.value)?
        .clone();
    let ending = Ending {
        method: request.method(),
        max_response_bytes: request.max_response_bytes,
        redirect: request.redirect,
    };
    let budget = Budget {
        deadline,
        body_bytes: ending.max_response_bytes.max(ERROR_BODY_BYTES as u64),
    };
    let hop = Hop {
        request: request.to_http(&site, &access.app.api_origin),
        is_own_site: true,
    };
    let result = follow_hops(host, &mut access, &site, hop, budget, ending).await;
    let sent = result.map_err(|error| error.add_waited(access.waited_ms))?;
    ending
        .read(sent, &site, &access, host.now())
        .map_err(|error| error.add_waited(access.waited_ms))
}

/// Sends until the answer points nowhere else.
async fn follow_hops(
    host: &impl Host,
    access: &mut Access,
    site: &Site,
    mut hop: Hop,
    budget: Budget,
    ending: Ending,
) -> Result<Sent> {
    let mut attempts = 0;
    for redirects in 0..=MAX_REDIRECTS {
        // Whatever answered with a redirect has done what it was asked to.
        let was_done = redirects > 0 && !ending.method.is_safe();
        let in_context = |error: Error| error.or_maybe_done(was_done);
        let response = if hop.is_own_site {
            let sent = access
                .send(host, &mut hop.request, budget)
                .await
                .map_err(in_context)?;
            if redirects == 0 {
                attempts = sent.attempts;
            }
            sent.response
        } else {
            let sent = send_once(host, &hop.request, budget).await;
            sent.map_err(|error| in_context(error).with_attempts(attempts))?
        };
        if !redirect::is_redirect(response.status) || ending.redirect == RedirectMode::Manual {
            return Ok(Sent { response, attempts });
        }
        hop = redirect::follow(hop, &response, site, &access.app.api_origin).map_err(|error| {
            error
                .or_maybe_done(!ending.method.is_safe())
                .with_attempts(attempts)
        })?;
    }
    Err(redirect::too_many()
        .or_maybe_done(!ending.method.is_safe())
        .with_attempts(attempts))
}

/// What decides how an answer is read.
#[derive(Debug, Clone, Copy)]
struct Ending {
    method: Method,
    max_response_bytes: u64,
    redirect: RedirectMode,
}

impl Ending {
    fn read(self, sent: Sent, site: &Site, access: &Access, now: UnixMs) -> Result<ApiResponse> {
        let Sent { response, attempts } = sent;
        let is_ok = response.is_success()
            || response.status == 304
            || (self.redirect == RedirectMode::Manual && (300..=399).contains(&response.status));
        if !is_ok {
            let scopes = &access.tokens.value.scopes;
            return Err(
                failure::read(response, self.method, site, scopes, now).with_attempts(attempts)
            );
        }
        if response.truncated || response.body.len() as u64 > self.max_response_bytes {
            return Err(self.too_long(&response).with_attempts(attempts));
        }
        Ok(ApiResponse {
            status: response.status,
            trace_id: response.trace_id(),
            rate_limit: RateLimit::read(&response.headers, now),
            headers: response.headers,
            body: response.body,
            attempts,
        })
    }

    fn too_long(self, response: &HttpResponse) -> Error {
        let limit = self.max_response_bytes;
        let message = format!(
            "the answer is longer than max-response-bytes, {limit}; ask for less, or allow more"
        );
        Error::new(Kind::LimitExceeded("max-response-bytes", limit), message)
            .with_trace(response.trace_id())
            .or_maybe_done(!self.method.is_safe())
    }
}
