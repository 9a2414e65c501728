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
            refresh: self.refresh.map(name),
        }
    }
}

impl Told for Error {
    fn efforts(&self) -> Efforts {
        Efforts {
            attempts: self.attempts,
            waited: Duration::from_millis(self.waited_ms),
            refresh: self.refresh.map(name),
        }
    }
}

impl Told for OauthOutcome {
    fn efforts(&self) -> Efforts {
        let refresh = match self {
            OauthOutcome::Connected(connected) => connected.refresh.map(name),
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

/// Its report tells what it did, batch by batch.
impl Told for SweepOutcome {
    fn efforts(&self) -> Efforts {
        Efforts::default()
    }
}

/// The contract's name of it.
fn name(outcome: RefreshOutcome) -> &'static str {
    match outcome {
        RefreshOutcome::Fresh => "fresh",
        RefreshOutcome::Waited => "waited",
        RefreshOutcome::Rotated => "rotated",
        RefreshOutcome::Recovered => "recovered",
        RefreshOutcome::Reauthorize => "reauthorize",
        RefreshOutcome::Failed => "failed",
    }
}
