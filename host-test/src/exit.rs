//! How a command ends that could not do what it was asked to.

use std::fmt::{self, Display};
use std::io;
use std::process::ExitCode;

use jira_host::secrets::{KeyError, RedisAddressError, SealedStoreError, StoreError};
use jira_host::types::{Error, ErrorKind, RetryClass};
use jira_host::{CallError, LoadError, NetworkError};

use crate::log;
use crate::wording;

/// The codes, as `--help` tells them.
pub(crate) const LEGEND: &str = "\
Exit codes:
    0  done
    1  something else went wrong
    2  the command or the request is not valid; nothing was sent to Jira
    3  a person must consent (again): `jira-host connect`
    4  Jira answered with an error status
    5  Jira limits the rate of requests
    6  there was no usable answer: denied, unreachable, timed out
    7  an answer was not the documented one
    8  a limit was exceeded: size, time, memory
    9  the secret store failed
   10  something is set up wrongly: the app, the component, this machine
   11  a list is not complete: what is written is valid, and there may be more
   12  a report of personal data is overdue: `jira-host gdpr status`
  130  interrupted
  141  nobody reads the output any more, as with `| head`";

/// Why, in classes that a script can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Anything else.
    Other = 1,
    /// The command or the request is not valid. It is clap's code too.
    Usage = 2,
    /// A person must consent.
    Reauthorize = 3,
    /// Jira answered with an error status.
    Api = 4,
    /// Jira answered 429.
    RateLimited = 5,
    /// There was no usable answer.
    Transport = 6,
    /// A success that is not the documented one.
    UnexpectedResponse = 7,
    /// A stated limit.
    Limit = 8,
    /// The secret store.
    SecretStore = 9,
    /// The operator's set-up.
    Configuration = 10,
    /// A list that is not complete.
    Truncated = 11,
    /// A report of personal data that is overdue.
    Overdue = 12,
    /// Ctrl-C: 128 and the number of the signal, as shells have it.
    Interrupted = 130,
    /// A pipe that nobody reads from any more: as if by its signal, which is what
    /// other programs end by.
    Unread = 141,
}

/// What is told on standard error, and the code to end with.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: Option<String>,
    hints: Vec<String>,
}

impl Failure {
    /// A failure: what happened, and why.
    pub(crate) fn new(exit: Exit, message: impl Display) -> Self {
        Failure {
            exit,
            message: Some(message.to_string()),
            hints: Vec::new(),
        }
    }

    /// A failure that needs no words, as the person knows.
    pub(crate) fn silent(exit: Exit) -> Self {
        Failure {
            exit,
            message: None,
            hints: Vec::new(),
        }
    }

    /// Its class.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// What happened, and why.
    pub(crate) fn message(&self) -> &str {
        self.message.as_deref().unwrap_or_default()
    }

    /// What to do now, as far as that can be said.
    pub(crate) fn hints(&self) -> &[String] {
        &self.hints
    }

    /// What to do now, best with the command to type; after what was to be done
    /// before.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same, in another class.
    pub(crate) fn with_exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// The same, said of something.
    pub(crate) fn about(mut self, what: &str) -> Self {
        self.message = self.message.map(|message| format!("{what}: {message}"));
        self
    }

    /// Tells it on standard error.
    pub(crate) fn tell(&self) -> ExitCode {
        log::failure(self.exit as u8, self.message.as_deref(), &self.hints);
        ExitCode::from(self.exit as u8)
    }
}

/// The failure of a component that does not keep its contract in this step.
pub(crate) fn unexpected(step: &str) -> Failure {
    Failure::new(
        Exit::UnexpectedResponse,
        format!("the component answers `{step}` with something else than its contract says"),
    )
}

impl Display for Failure {
    /// What happened, without what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.as_deref().unwrap_or_default())
    }
}

impl Exit {
    /// The class of what the component says.
    pub(crate) fn of(kind: &ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidRequest(_) => Exit::Usage,
            ErrorKind::ReauthorizationRequired(_) => Exit::Reauthorize,
            ErrorKind::Api(_) => Exit::Api,
            ErrorKind::RateLimited(_) => Exit::RateLimited,
            ErrorKind::Transport(_) => Exit::Transport,
            ErrorKind::UnexpectedResponse(_) => Exit::UnexpectedResponse,
            ErrorKind::LimitExceeded(_) => Exit::Limit,
            ErrorKind::SecretStore(_) => Exit::SecretStore,
            ErrorKind::Configuration(_) => Exit::Configuration,
            ErrorKind::Other(_) => Exit::Other,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let mut message = match &error.kind {
            ErrorKind::InvalidRequest(field) => wording::of_refusal(field, &error.message),
            _ => wording::of_message(&error.to_string()),
        };
        if error.may_have_been_done {
            message.push_str(match error.traits.map(|traits| traits.retry_class) {
                Some(RetryClass::Idempotent) => {
                    "; it may have been carried out, and twice is the same as once"
                }
                _ => "; it may have been carried out, so look before you repeat it",
            });
        }
        if error.attempts > 1 && error.waited_ms > 0 {
            let seconds = error.waited_ms.div_ceil(1_000);
            message.push_str(&format!(
                " (sent {} times, with {seconds} s of waiting)",
                error.attempts
            ));
        }
        if let Some(trace) = &error.trace_id {
            message.push_str(&format!(" (Atlassian's trace id: {trace})"));
        }
        Failure::new(Exit::of(&error.kind), message)
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let exit = match &error {
            CallError::Trap(_) => Exit::Other,
            _ => Exit::Limit,
        };
        Failure::new(exit, error)
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        let failure = Failure::new(Exit::Configuration, &error);
        let is_elsewhere = match error {
            LoadError::Read { source, .. } => source.kind() == io::ErrorKind::NotFound,
            LoadError::NotAComponent(_) | LoadError::Compile(_) => true,
            _ => false,
        };
        match is_elsewhere {
            true => {
                failure.with_hint("run `make component` to build it, or name it with --component")
            }
            false => failure,
        }
    }
}

impl From<NetworkError> for Failure {
    fn from(error: NetworkError) -> Self {
        Failure::new(Exit::Configuration, error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let message = match error {
            StoreError::AccessDenied => "the secret store may not be used".to_owned(),
            StoreError::TooLarge(most) => format!("the secret store takes {most} bytes at most"),
            StoreError::Unavailable(why)
            | StoreError::Unsupported(why)
            | StoreError::Other(why) => {
                format!("the secret store: {why}")
            }
        };
        Failure::new(Exit::SecretStore, message)
    }
}

impl From<SealedStoreError> for Failure {
    fn from(error: SealedStoreError) -> Self {
        match error {
            SealedStoreError::Key(error) => error.into(),
            error => Failure::new(Exit::SecretStore, &error).with_hint(error.advice()),
        }
    }
}

impl From<RedisAddressError> for Failure {
    fn from(error: RedisAddressError) -> Self {
        Failure::new(Exit::Usage, format!("the address of the store: {error}"))
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        let failure = Failure::new(Exit::SecretStore, &error).with_hint(error.advice());
        match error {
            KeyError::Exposed { .. } => {
                failure.with_hint("`jira-host store rotate-key` gives it one, after that")
            }
            _ => failure,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        // Whoever was reading has seen enough.
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::silent(Exit::Unread),
            _ => Failure::new(Exit::Other, error),
        }
    }
}
