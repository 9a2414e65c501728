//! Sending a request until it is answered, refused, or out of time.

use super::{
    error::{Error, Kind, Result},
    host::{Deadline, Host},
    http::{HttpRequest, HttpResponse, SendLimits, TransportError},
    retry::{Attempts, Retry, RetryBudget, Setback},
    safety::{is_idempotent, is_safe},
};

/// What one request may take.
#[derive(Debug, Clone, Copy)]
pub struct Budget<'a> {
    /// When the call must be over.
    pub deadline: Deadline,
    /// How much of an answer's body is read.
    pub body_bytes: u64,
    /// How often the caller lets it be sent again.
    pub retry: Retry,
    /// What the requests of the call may be sent again together.
    pub retries: &'a RetryBudget,
}

/// An answer, and what it took.
#[derive(Debug)]
pub struct Sent {
    /// The answer.
    pub response: HttpResponse,
    /// How often the request was sent.
    pub attempts: u32,
    /// How long was waited in between.
    pub waited_ms: u64,
    /// Whether one of the attempts before may have been carried out.
    pub left_open: bool,
}

/// Sends a request as it is, again where [`Retry`] allows. Its error counts
/// the attempts, but for those of which nothing can have left.
pub async fn send(host: &impl Host, request: &HttpRequest, budget: Budget<'_>) -> Result<Sent> {
    let (mut attempts, mut waited_ms, mut left_open) = (0, 0, false);
    let mut again =
        Attempts::new(host, budget.deadline, budget.retry, &mut waited_ms).sharing(budget.retries);
    loop {
        let result = send_once(host, request, budget).await;
        let (was_sent, setback) = match &result {
            Ok(response) => (true, Setback::of_response(response, || host.now())),
            Err(Failure::Transport(error)) => {
                (!error.surely_not_sent(), Setback::of_transport(error))
            }
            Err(Failure::OutOfTime) => (false, None),
        };
        attempts += u32::from(was_sent);
        let is_idempotent = setback.is_some() && is_idempotent(request);
        if again.go_on_after(setback, is_idempotent).await {
            left_open |= matches!(setback, Some(Setback::LeftOpen(_)));
            continue;
        }
        return match result {
            Ok(response) => {
                if setback.is_none() {
                    budget.retries.succeeded();
                }
                Ok(Sent {
                    response,
                    attempts,
                    waited_ms,
                    left_open,
                })
            }
            Err(failure) => {
                let may_be_done = left_open || was_sent;
                let changes = !is_safe(request.method, request.url.path());
                Err(Error::from(failure)
                    .with_attempts(attempts)
                    .add_waited(waited_ms)
                    .or_maybe_done(changes && may_be_done))
            }
        };
    }
}

/// Why there is no answer.
enum Failure {
    Transport(TransportError),
    OutOfTime,
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Transport(error) => error.into(),
            Failure::OutOfTime => Self::new(
                Kind::Transport(TransportError::TimedOut),
                "the time allowed was over before the request could be sent",
            ),
        }
    }
}

async fn send_once(
    host: &impl Host,
    request: &HttpRequest,
    budget: Budget<'_>,
) -> Result<HttpResponse, Failure> {
    let timeout_ms = budget.deadline.remaining_ms(host);
    if timeout_ms == 0 {
        return Err(Failure::OutOfTime);
    }
    let limits = SendLimits {
        timeout_ms,
        body_bytes: budget.body_bytes,
    };
    host.send(request, limits).await.map_err(Failure::Transport)
}
