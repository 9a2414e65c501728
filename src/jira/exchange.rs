//! One request of a caller, from checking it to reading the answer.
//!
//! ```text
//!  check ──► load ──► [renew] ──► send ──► 2xx, 304 ─────────────► ok
//!                        ▲         │ ▲ └─► redirect ──► next hop ──┐
//!                        └── 401 ──┘ └───────────────────────────┘
//!                                  └─────► anything else ────────► error
//! ```

use super::{
    access::Access,
    api_error::ERROR_BODY_BYTES,
    error::{Error, Kind, Result},
    failure::{self, Asked},
    host::{Deadline, Host},
    http::{Headers, HttpResponse, Method},
    instant::UnixMs,
    path::Api,
    rate_limit::RateLimit,
    redirect::{self, Hop, MAX_REDIRECTS},
    refresh::RefreshOutcome,
    request::{ApiRequest, CheckedRequest, RedirectMode},
    retry::RetryBudget,
    send::{Budget, send},
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
    /// How long was waited, for others or to send it again.
    pub waited_ms: u64,
    /// Whether this is the 404 to a DELETE that was sent before, and may have
    /// been carried out then.
    pub probably_done: bool,
    /// What came of the refresh that the call needed, if it did.
    pub refresh: Option<RefreshOutcome>,
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
        retry: request.retry,
        retries: &RetryBudget::default(),
    };
    let hop = Hop {
        request: request.to_http(&site, &access.app.api_origin),
        is_own_site: true,
    };
    let result = follow_hops(host, &mut access, &site, hop, budget, ending).await;
    let answer = result.and_then(|arrived| ending.read(arrived, &site, &access, host.now()));
    answer.map_err(|error| {
        error
            .add_waited(access.waited_ms)
            .with_refresh(access.refresh)
    })
}

/// The answer that points nowhere else, and how it was reached.
struct Arrived {
    response: HttpResponse,
    attempts: u32,
    is_own_site: bool,
    was_redirected: bool,
    /// Whether an earlier attempt of the request may have been carried out.
    left_open: bool,
}

/// Sends until the answer points nowhere else.
async fn follow_hops(
    host: &impl Host,
    access: &mut Access,
    site: &Site,
    mut hop: Hop,
    budget: Budget<'_>,
    ending: Ending,
) -> Result<Arrived> {
    let (mut attempts, mut left_open) = (0, false);
    for redirects in 0..=MAX_REDIRECTS {
        let was_redirected = redirects > 0;
        let sent = if hop.is_own_site {
            access.send(host, &mut hop.request, budget).await
        } else {
            let sent = send(host, &hop.request, budget).await;
            sent.inspect(|sent| access.waited_ms += sent.waited_ms)
        };
        let response = match sent {
            Ok(sent) if was_redirected => sent.response,
            Ok(sent) => {
                (attempts, left_open) = (sent.attempts, sent.left_open);
                sent.response
            }
            Err(error) if was_redirected => {
                return Err(ending.after_redirect(error).with_attempts(attempts));
            }
            Err(error) => return Err(error),
        };
        if !redirect::is_redirect(response.status) || ending.redirect == RedirectMode::Manual {
            let is_own_site = hop.is_own_site;
            return Ok(Arrived {
                response,
                attempts,
                is_own_site,
                was_redirected,
                left_open,
            });
        }
        hop = redirect::follow(hop, &response, site, &access.app.api_origin)
            .map_err(|error| ending.after_redirect(error).with_attempts(attempts))?;
    }
    Err(ending
        .after_redirect(redirect::too_many())
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
    /// Whatever answered with a redirect has done what it was asked to.
    fn after_redirect(self, error: Error) -> Error {
        error.or_maybe_done(!self.method.is_safe())
    }

    fn read(
        self,
        arrived: Arrived,
        site: &Site,
        access: &Access,
        now: UnixMs,
    ) -> Result<ApiResponse> {
        let Arrived {
            response,
            attempts,
            is_own_site,
            was_redirected,
            left_open,
        } = arrived;
        let probably_done = left_open && self.method == Method::Delete && response.status == 404;
        let is_ok = response.is_success()
            || probably_done
            || response.status == 304
            || (self.redirect == RedirectMode::Manual && (300..=399).contains(&response.status));
        if !is_ok || (is_own_site && failure::is_login_failed(&response)) {
            let asked = Asked {
                method: self.method,
                site,
                scopes: &access.tokens.value.scopes,
                is_own_site,
                was_done: was_redirected && !self.method.is_safe(),
            };
            return Err(failure::read(response, asked, now)
                .with_attempts(attempts)
                .or_maybe_done(left_open && !self.method.is_safe()));
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
            waited_ms: access.waited_ms,
            probably_done,
            refresh: access.refresh,
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
