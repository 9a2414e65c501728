//! One error for everything that is not success.
//!
//! An [`Error`] says what happened ([`Kind`]), what the caller does now
//! ([`Action`], which follows from the kind), and tells it in a sentence that
//! grows by context as it travels up. It never holds a token, a signed URL or,
//! outside of [`Kind::Api`], an answer's body.

use core::fmt;

use super::{
    api_error::ApiError, host::StoreError, http::TransportError, rate_limit::RateLimit,
    refresh::RefreshOutcome, traits::RequestTraits,
};

/// Why a call did not succeed.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Kind,
    message: String,
    attempts: u32,
    waited_ms: u64,
    may_have_been_done: bool,
    trace_id: Option<String>,
    action: Option<Action>,
    refresh: Option<RefreshOutcome>,
    traits: Option<RequestTraits>,
}

/// The result of anything here.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// What happened. wit/types.wit describes each case.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Refused before anything was sent to Jira; the field at fault.
    InvalidRequest(&'static str),
    /// No grant, or a dead one; a fixed word.
    ReauthorizationRequired(&'static str),
    /// An answer with an error status.
    Api(ApiError),
    /// A 429.
    RateLimited(RateLimit),
    /// No usable answer.
    Transport(TransportError),
    /// A success that is not as documented; where in the answer.
    UnexpectedResponse(&'static str),
    /// A stated limit was exceeded; its name and value.
    LimitExceeded(&'static str, u64),
    /// The store failed.
    SecretStore(StoreError),
    /// Set up wrongly; a fixed word.
    Configuration(&'static str),
}

/// What the caller does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A person consents again.
    Reauthorize,
    /// The operator changes something.
    FixConfiguration,
    /// The same call, later.
    Retry,
    /// Another request.
    FixRequest,
    /// Somebody looks.
    Report,
}

impl Error {
    /// An error of this kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            attempts: 0,
            waited_ms: 0,
            may_have_been_done: false,
            trace_id: None,
            action: None,
            refresh: None,
            traits: None,
        }))
    }

    /// A refusal of one field of the request.
    pub fn invalid(field: &'static str, message: impl fmt::Display) -> Self {
        Self::new(Kind::InvalidRequest(field), format!("{field}: {message}"))
    }

    /// A grant that a person must renew.
    pub fn reauthorize(reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::ReauthorizationRequired(reason), message)
    }

    /// Something that the operator must set right.
    pub fn configuration(what: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Configuration(what), message)
    }

    /// An answer that is not the documented one.
    pub fn unexpected(at: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::UnexpectedResponse(at), message)
    }

    /// An answer of more bytes than are read of it; nobody can ask for less.
    pub fn too_long(answer: &str, limit: u64) -> Self {
        let message = format!("{answer} has more than {limit} bytes");
        Self::new(Kind::LimitExceeded("answer-bytes", limit), message).with_action(Action::Report)
    }

    /// Says what was being done: `{context}: {message}`.
    #[must_use]
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        self.0.message = format!("{context}: {}", self.0.message);
        self
    }

    /// How often the request was sent.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// How long was waited, in addition to what is noted already.
    #[must_use]
    pub fn add_waited(mut self, ms: u64) -> Self {
        self.0.waited_ms = self.0.waited_ms.saturating_add(ms);
        self
    }

    /// Says what to do, where it does not follow from the kind.
    #[must_use]
    pub fn with_action(mut self, action: Action) -> Self {
        self.0.action = Some(action);
        self
    }

    /// Says what to do instead, where the same call cannot succeed later.
    #[must_use]
    pub fn instead_of_retry(self, action: Action) -> Self {
        match self.action() {
            Action::Retry => self.with_action(action),
            _ => self,
        }
    }

    /// Notes that the request may have been carried out. Never takes it back.
    #[must_use]
    pub fn or_maybe_done(mut self, may_have_been_done: bool) -> Self {
        self.0.may_have_been_done |= may_have_been_done;
        self
    }

    /// Notes Atlassian's name for the exchange.
    #[must_use]
    pub fn with_trace(mut self, trace_id: Option<String>) -> Self {
        self.0.trace_id = trace_id.or(self.0.trace_id);
        self
    }

    /// Notes what came of the refresh that the call needed.
    #[must_use]
    pub fn with_refresh(mut self, outcome: Option<RefreshOutcome>) -> Self {
        self.0.refresh = outcome;
        self
    }

    /// What came of the refresh that the call needed, if it did.
    #[must_use]
    pub fn refresh(&self) -> Option<RefreshOutcome> {
        self.0.refresh
    }

    /// Notes what is known of the request by itself.
    #[must_use]
    pub fn with_traits(mut self, traits: RequestTraits) -> Self {
        self.0.traits = Some(traits);
        self
    }

    /// What is known of the request by itself, where it is one of a caller.
    #[must_use]
    pub fn traits(&self) -> Option<RequestTraits> {
        self.0.traits
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// Whether no byte of the request can have reached the server.
    #[must_use]
    pub fn surely_not_sent(&self) -> bool {
        matches!(&self.0.kind, Kind::Transport(error) if error.surely_not_sent())
    }

    /// How often the request was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long was waited.
    #[must_use]
    pub fn waited_ms(&self) -> u64 {
        self.0.waited_ms
    }

    /// Whether the request may have been carried out.
    #[must_use]
    pub fn may_have_been_done(&self) -> bool {
        self.0.may_have_been_done
    }

    /// Atlassian's name for the exchange.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.0.trace_id.as_deref()
    }

    /// What the caller does now.
    ///
    /// What may have been done is never simply to be done again, whatever else
    /// was wrong: Jira has no idempotency keys, so somebody has to look first.
    #[must_use]
    pub fn action(&self) -> Action {
        match self.may_have_been_done() {
            true => Action::Report,
            false => self.0.action.unwrap_or_else(|| self.0.kind.action()),
        }
    }
}

impl Kind {
    fn action(&self) -> Action {
        match self {
            Self::InvalidRequest(_) | Self::LimitExceeded(..) => Action::FixRequest,
            Self::ReauthorizationRequired(_) => Action::Reauthorize,
            Self::Configuration(_) => Action::FixConfiguration,
            Self::UnexpectedResponse(_) => Action::Report,
            Self::RateLimited(_) => Action::Retry,
            Self::Api(error) => match error.status {
                408 | 502..=504 => Action::Retry,
                400..=499 => Action::FixRequest,
                _ => Action::Report,
            },
            Self::Transport(error) => match error {
                TransportError::Denied(_) | TransportError::TlsFailed(_) => {
                    Action::FixConfiguration
                }
                TransportError::NameUnresolved
                | TransportError::ConnectionFailed(_)
                | TransportError::TimedOut
                | TransportError::Interrupted(_)
                | TransportError::ProtocolError(_) => Action::Retry,
            },
            Self::SecretStore(error) => match error {
                StoreError::Unavailable(_) => Action::Retry,
                StoreError::AccessDenied | StoreError::TooLarge(_) | StoreError::Unsupported(_) => {
                    Action::FixConfiguration
                }
                StoreError::Other(_) => Action::Report,
            },
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

/// The kind and the sentence; [`ApiError`] keeps its body out of `Debug`.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("action", &self.action())
            .field("message", &self.0.message)
            .finish_non_exhaustive()
    }
}

impl core::error::Error for Error {}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        Self::new(Kind::SecretStore(error), message)
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        let message = error.to_string();
        Self::new(Kind::Transport(error), message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_action(kind: Kind, may_have_been_done: bool, expected: Action) {
        let error = Error::new(kind, "").or_maybe_done(may_have_been_done);
        assert_eq!(error.action(), expected, "{error:?}");
    }

    fn api(status: u16) -> Kind {
        Kind::Api(ApiError {
            status,
            ..ApiError::default()
        })
    }

    #[test]
    fn an_api_error_is_for_the_caller_below_500_and_passing_only_at_408_and_502_to_504() {
        for status in [400, 403, 404, 409, 410, 413, 422] {
            assert_action(api(status), false, Action::FixRequest);
        }
        for status in [408, 502, 503, 504] {
            assert_action(api(status), false, Action::Retry);
        }
        for status in [300, 500, 501, 599] {
            assert_action(api(status), false, Action::Report);
        }
    }

    #[test]
    fn what_may_have_been_done_is_never_retried() {
        let interrupted = TransportError::Interrupted(String::new());
        assert_action(Kind::Transport(interrupted.clone()), false, Action::Retry);
        assert_action(Kind::Transport(interrupted), true, Action::Report);
        assert_action(api(503), true, Action::Report);
        assert_action(
            Kind::RateLimited(RateLimit::default()),
            true,
            Action::Report,
        );
        assert_action(Kind::LimitExceeded("x", 1), true, Action::Report);
        assert_action(
            Kind::SecretStore(StoreError::Unavailable(String::new())),
            true,
            Action::Report,
        );
    }

    #[test]
    fn what_only_the_operator_can_mend_says_so() {
        assert_action(
            Kind::Transport(TransportError::Denied(String::new())),
            false,
            Action::FixConfiguration,
        );
        assert_action(
            Kind::Transport(TransportError::TlsFailed(String::new())),
            false,
            Action::FixConfiguration,
        );
        assert_action(
            Kind::SecretStore(StoreError::AccessDenied),
            false,
            Action::FixConfiguration,
        );
        assert_action(
            Kind::SecretStore(StoreError::Unsupported(String::new())),
            false,
            Action::FixConfiguration,
        );
        assert_action(
            Kind::SecretStore(StoreError::TooLarge(1)),
            false,
            Action::FixConfiguration,
        );
        assert_action(
            Kind::SecretStore(StoreError::Other(String::new())),
            false,
            Action::Report,
        );
    }

    #[test]
    fn context_goes_before_the_sentence() {
        let error = Error::invalid("url-path", "must begin with '/'")
            .context("checking")
            .context("calling");
        assert_eq!(
            error.to_string(),
            "calling: checking: url-path: must begin with '/'"
        );
    }
}
