use std::time::Duration;

use crate::types::{Error, OauthOutcome, RefreshOutcome, Response, SweepOutcome};

/// What a call took beside time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Efforts {
    pub(super) attempts: u32,
    pub(super) waited: Duration,
    pub(super) refresh: Option<&'static str>,
}

/// What tells of its efforts.
pub(crate) trait Told {
    /// What it took.
    fn efforts(&self) -> Efforts;
}

impl Told for Response {
    fn efforts(&self) -> Efforts {
        Efforts {
            attempts: self.attempts,
            waited: Duration::from_millis(self.waited_ms),
            refresh: self.refresh.map(RefreshOutcome::name),
        }
    }
}

impl Told for Error {
    fn efforts(&self) -> Efforts {
        Efforts {
            attempts: self.attempts,
            waited: Duration::from_millis(self.waited_ms),
            refresh: self.refresh.map(RefreshOutcome::name),
        }
    }
}

impl Told for OauthOutcome {
    fn efforts(&self) -> Efforts {
        let refresh = match self {
            OauthOutcome::Connected(connected) => connected.refresh.map(RefreshOutcome::name),
            OauthOutcome::Consent(_)
            | OauthOutcome::Sites(_)
            | OauthOutcome::Status(_)
            | OauthOutcome::Disconnected(_) => None,
        };
        Efforts {
            refresh,
            ..Efforts::default()
        }
    }
}

/// Only a sweep sends something.
impl Told for SweepOutcome {
    fn efforts(&self) -> Efforts {
        match self {
            SweepOutcome::Swept(report) => Efforts {
                attempts: report.attempts,
                waited: Duration::from_millis(report.waited_ms),
                refresh: report.refresh.map(RefreshOutcome::name),
            },
            _ => Efforts::default(),
        }
    }
}
