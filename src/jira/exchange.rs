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
    http::{Headers, HttpRequest, HttpResponse, Method},
    instant::UnixMs,
    paging::{collect::collect, place::Frozen, report::ListReport},
    path::Api,
    rate_limit::RateLimit,
    redirect::{self, Hop, MAX_REDIRECTS},
    refresh::RefreshOutcome,
    request::{ApiRequest, CheckedRequest, RedirectMode},
    retry::{Retry, RetryBudget},
    safety::is_safe,
    send::{Budget, Sent, send},
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
    /// With `paginate`: what was fetched.
    pub list: Option<ListReport>,
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

/// What describes a body that a list's answer does not have.
const OF_A_BODY: &[&str] = &[
    "accept-ranges",
    "content-digest",
    "content-encoding",
    "content-length",
    "content-md5",
    "content-range",
    "digest",
    "etag",
    "last-modified",
    "repr-digest",
    "transfer-encoding",
];

impl ApiResponse {
    /// The answer of a list, from that of the last of its pages.
    #[must_use]
    pub fn of_list(self, body: Vec<u8>, list: ListReport, attempts: u32) -> Self {
        Self {
            headers: self.headers.without(OF_A_BODY),
            body,
            list: Some(list),
            attempts,
            ..self
        }
    }
}

/// Checks, sends and answers a request: what `api-request` and
/// `servicedesk-request` do.
pub async fn exchange(host: &impl Host, api: Api, request: ApiRequest) -> Result<ApiResponse> {
    let request = CheckedRequest::check(api, request)?;
    let traits = request.traits();
    let answer = answer(host, request).await;
    answer.map_err(|error| match error.kind() {
        Kind::InvalidRequest(_) => error,
        _ => error.with_traits(traits),
    })
}

async fn answer(host: &impl Host, mut request: CheckedRequest) -> Result<ApiResponse> {
    let deadline = Deadline::after(host, request.timeout_ms);
    let mut access = Access::load(host, &request.connection).await?;
    let site = access
        .connection
        .site_for(&access.name, request.api, &access.tokens.value)?;
    let deadline = access.settle(host, deadline).await;
    let mut call = Call {
        host,
        access: &mut access,
        site: &site,
        deadline,
        ending: Ending {
            method: request.method(),
            is_safe: is_safe(request.method(), &request.target().path),
            max_response_bytes: request.max_response_bytes,
            redirect: request.redirect,
        },
        retry: request.retry,
        retries: &RetryBudget::default(),
    };
    let result = match request.paginate.take() {
        Some(options) => collect(call, request, options).await,
        None => {
            let request = request.to_http(&site, &call.access.app.api_origin);
            let answer = call.answer(request, deadline).await;
            answer.map(|answer| answer.response)
        }
    };
    result.map_err(|error| {
        error
            .add_waited(access.waited_ms)
            .with_refresh(access.refresh)
    })
}

/// One call of an export: what its requests have in common.
#[derive(Debug)]
pub struct Call<'a, H> {
    /// The outside.
    pub host: &'a H,
    /// The connection.
    pub access: &'a mut Access,
    /// Its site.
    pub site: &'a Site,
    /// When the call must be over.
    pub deadline: Deadline,
    ending: Ending,
    retry: Retry,
    retries: &'a RetryBudget,
}

/// A success, and where it comes from.
#[derive(Debug)]
pub struct Answer {
    /// The success.
    pub response: ApiResponse,
    /// Whether the very place answered that was asked.
    pub is_direct: bool,
}

impl Answer {
    /// Counts requests that were sent before.
    #[must_use]
    pub fn after(mut self, attempts: u32) -> Self {
        self.response.attempts += attempts;
        self
    }
}

impl<'a, H: Host> Call<'a, H> {
    /// Sends a request, follows where its answer points, and reads the last
    /// one.
    pub async fn answer(&mut self, request: HttpRequest, deadline: Deadline) -> Result<Answer> {
        let budget = self.budget(deadline);
        let hop = Hop {
            request,
            is_own_site: true,
        };
        let arrived =
            follow_hops(self.host, self.access, self.site, hop, budget, self.ending).await?;
        let is_direct = !arrived.was_redirected;
        let response = self
            .ending
            .read(arrived, self.site, self.access, self.host.now())?;
        Ok(Answer {
            response,
            is_direct,
        })
    }

    /// Reads the answer to a request that was sent on its own.
    pub fn read(&self, sent: Sent) -> Result<ApiResponse> {
        let arrived = Arrived {
            response: sent.response,
            attempts: sent.attempts,
            left_open: sent.left_open,
            is_own_site: true,
            was_redirected: false,
        };
        self.ending
            .read(arrived, self.site, self.access, self.host.now())
    }

    /// The same request with the token that is good now.
    #[must_use]
    pub fn authorised(&self, mut request: HttpRequest) -> HttpRequest {
        request.bearer = Some(self.access.tokens.value.access_token.clone());
        request
    }

    /// Gets a newer token because of this answer; whether there is one.
    pub async fn renew_after(&mut self, response: &HttpResponse) -> Result<bool> {
        let deadline = self.deadline;
        self.access.renew_after(response, self.host, deadline).await
    }

    /// Gets a newer token where this one has expired.
    pub async fn renew_if_due(&mut self) -> Result<()> {
        self.deadline = self.access.renew_if_due(self.host, self.deadline).await?;
        Ok(())
    }

    /// Whether a newer token may help.
    #[must_use]
    pub fn is_refused(&self, response: &HttpResponse) -> bool {
        let Ending { is_safe, .. } = self.ending;
        self.access.may_renew()
            && self
                .access
                .is_refused(is_safe, response, || self.host.now())
    }

    /// What a request may take that is over by then.
    #[must_use]
    pub fn budget(&self, deadline: Deadline) -> Budget<'a> {
        Budget {
            deadline,
            body_bytes: self.ending.max_response_bytes.max(ERROR_BODY_BYTES as u64),
            retry: self.retry,
            retries: self.retries,
        }
    }

    /// What a link to the next page says of its place.
    #[must_use]
    pub fn place_in_link(
        &self,
        frozen: &Frozen,
        link: &str,
        parameters: &[&str],
    ) -> Option<String> {
        frozen.place_in_link(link, parameters, self.site, &self.access.app.api_origin)
    }
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
    is_safe: bool,
    max_response_bytes: u64,
    redirect: RedirectMode,
}

impl Ending {
    /// Whatever answered with a redirect has done what it was asked to.
    fn after_redirect(self, error: Error) -> Error {
        error.or_maybe_done(!self.is_safe)
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
        let was_delete = self.method == Method::Delete && !was_redirected;
        let probably_done = left_open && was_delete && response.status == 404;
        let is_ok = response.is_success()
            || probably_done
            || response.status == 304
            || (self.redirect == RedirectMode::Manual && (300..=399).contains(&response.status));
        if !is_ok || (is_own_site && failure::is_login_failed(&response)) {
            let asked = Asked {
                is_safe: self.is_safe,
                site,
                scopes: &access.tokens.value.scopes,
                is_own_site,
                was_done: was_redirected && !self.is_safe,
            };
            return Err(failure::read(response, asked, now)
                .with_attempts(attempts)
                .or_maybe_done(left_open && !self.is_safe));
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
            list: None,
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
            .or_maybe_done(!self.is_safe)
    }
}
