use std::pin::pin;
use std::sync::Arc;

use jira_host::observe::Observe;
use jira_host::types::{Error, OauthOutcome, OauthStep};
use jira_host::{Network, Outcome, Tenant};

use super::component_store::ComponentStore;
use super::interruption::interruption;
use crate::exit::{Exit, Failure};
use crate::log;

/// What is told when something is brought to its end first.
const FINISHING: &str = "finishing what would be lost otherwise; Ctrl-C again stops at once";

/// The connector, ready to be called.
pub(crate) struct Session {
    pub(super) tenant: Tenant,
    pub(super) store: Arc<ComponentStore>,
    pub(super) network: Network,
}

/// What came to its end.
pub(crate) struct Finished<T> {
    pub(crate) outcome: T,
    /// Ctrl-C was pressed meanwhile. Nobody else learns of it.
    pub(crate) is_interrupted: bool,
}

impl Session {
    pub(crate) fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The same, which tells what calls and requests come to.
    pub(crate) fn observed_by(self, observer: Arc<dyn Observe>) -> Self {
        Session {
            tenant: self.tenant.observed_by(observer),
            ..self
        }
    }

    /// The way out, which knows what it has denied.
    pub(crate) fn network(&self) -> &Network {
        &self.network
    }

    /// Makes a call. Ctrl-C ends it, though not while tokens are rotated: the
    /// old refresh token is spent then, and the new one not stored yet.
    pub(crate) async fn call<T>(
        &self,
        call: impl Future<Output = Outcome<T>>,
    ) -> Result<Result<T, Error>, Failure> {
        let mut call = pin!(call);
        tokio::select! {
            biased;
            outcome = &mut call => return Ok(outcome?),
            () = interruption() => {}
        }
        if self.store.is_rotating() {
            log::note(FINISHING);
            tokio::select! {
                biased;
                _ = &mut call => {}
                () = self.store.settled() => {}
                () = interruption() => {}
            }
        }
        Err(Failure::silent(Exit::Interrupted))
    }

    /// Makes a call to its end, and stops only when Ctrl-C comes a second time.
    pub(crate) async fn call_to_its_end<T>(
        &self,
        call: impl Future<Output = Outcome<T>>,
    ) -> Finished<Result<Result<T, Error>, Failure>> {
        let mut call = pin!(call);
        let mut is_interrupted = false;
        let outcome = loop {
            tokio::select! {
                biased;
                outcome = &mut call => break outcome.map_err(Failure::from),
                () = interruption() => {}
            }
            if is_interrupted {
                break Err(Failure::silent(Exit::Interrupted));
            }
            log::note(FINISHING);
            is_interrupted = true;
        };
        Finished {
            outcome,
            is_interrupted,
        }
    }

    /// Makes a step to its end, and stops only when Ctrl-C comes a second time.
    pub(crate) async fn step_to_its_end(
        &self,
        step: &OauthStep,
    ) -> Result<Result<OauthOutcome, Error>, Failure> {
        let finished = self.call_to_its_end(self.tenant.oauth_exchange(step));
        finished.await.outcome
    }

    /// Makes a step.
    pub(crate) async fn step(
        &self,
        step: &OauthStep,
    ) -> Result<Result<OauthOutcome, Error>, Failure> {
        self.call(self.tenant.oauth_exchange(step)).await
    }
}
