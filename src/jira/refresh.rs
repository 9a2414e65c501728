//! The rotation of tokens, by one caller at a time.
//!
//! A refresh token is good for one use, and for ten minutes of repeating that
//! use. Whoever wants to use it first claims the connection's lease by
//! compare-and-set, reads the tokens again under it, writes down what is about
//! to be spent, and saves what Atlassian answers before anything else happens:
//!
//! ```text
//!  due or refused ──► claim ──held──► wait, read again ──new pair──► done
//!                       │                   │ no
//!                    claimed ◄──────────────┘
//!                       ▼
//!                  read again ──new pair──► release ──► done
//!                       │ the pair that we saw
//!                       ▼
//!                  write down what is spent ──lease lost──► wait, read again
//!                       ▼
//!                  send ──► save, where that pair still is ──► release ──► done
//! ```
//!
//! What is spent without an answer stays written down. The next caller sends
//! the same refresh token again: if it never arrived it is good, and if it did,
//! Atlassian repeats itself for ten minutes.

mod rotation;
mod tally;

use super::{
    app::App,
    connection::not_connected,
    error::{Error, Kind, Result},
    grant::dead,
    host::{Deadline, Entry, Host},
    http::TransportError,
    lease::{Claimant, Lease, REFRESH_LEASE_MS},
    name::ConnectionName,
    store::{self, Stored},
    token::TokenSet,
};

pub use self::tally::{LastRefresh, RefreshTally};

/// Waiters look again after so long, plus as much again by chance, so that many
/// do not look at once. A refresh takes a few hundred milliseconds.
const FIRST_WAIT_MS: u64 = 100;

/// The longer it takes, the less often they look, down to this.
const MAX_WAIT_MS: u64 = 800;

/// What came of a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// A newer pair was stored already.
    Fresh,
    /// Another caller's refresh was waited for.
    Waited,
    /// The pair was rotated.
    Rotated,
    /// The pair was rotated by a token that had been spent before, and whose
    /// answer was lost.
    Recovered,
    /// Atlassian refused for good.
    Reauthorize,
    /// No newer pair could be had for now; what is stored is as good as before.
    Failed,
}

impl RefreshOutcome {
    /// What a renewal came to.
    pub(super) fn of(renewed: &Result<Renewed>) -> Self {
        match renewed {
            Ok(renewed) => renewed.outcome,
            Err(error) => match error.kind() {
                Kind::ReauthorizationRequired(_) => Self::Reauthorize,
                _ => Self::Failed,
            },
        }
    }

    /// Whether the pair was issued to this very call.
    pub(super) const fn is_our_own(self) -> bool {
        matches!(self, Self::Rotated | Self::Recovered)
    }
}

/// Whether a grant that the store says is dead is tried all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Insistence {
    /// It is not: Atlassian has said so.
    BelieveTheMark,
    /// It is: somebody asks for it.
    AskAgain,
}

/// A newer pair, and how it was come by.
#[derive(Debug)]
pub struct Renewed {
    /// The pair.
    pub tokens: Stored<TokenSet>,
    /// How.
    pub outcome: RefreshOutcome,
}

impl Renewed {
    /// A pair that another caller has stored.
    fn found(tokens: Stored<TokenSet>) -> Self {
        let outcome = RefreshOutcome::Fresh;
        Self { tokens, outcome }
    }
}

/// A rotation for one connection.
#[derive(Debug)]
pub struct Refresh<'a, H> {
    /// The outside.
    pub host: &'a H,
    /// The application.
    pub app: &'a App,
    /// The connection.
    pub name: &'a ConnectionName,
    /// Whether to try what is marked as dead.
    pub insistence: Insistence,
}

impl<H: Host> Refresh<'_, H> {
    /// Gets a newer pair than `seen`: one that another caller has stored
    /// meanwhile, or else a rotated one. Adds to `waited_ms` what it waited for
    /// others.
    pub async fn newer_than(
        &self,
        seen: &Stored<TokenSet>,
        deadline: Deadline,
        waited_ms: &mut u64,
    ) -> Result<Renewed> {
        // Nothing is claimed where the token endpoint is nowhere.
        self.app.auth_origin()?;
        let mut claimant = Claimant::new(self.host, self.name.lease_key(), REFRESH_LEASE_MS);
        let mut outcome = RefreshOutcome::Fresh;
        let mut lease_there = None;
        let mut wait_ms = FIRST_WAIT_MS;
        if seen.value.refused.is_some() {
            let tokens = self.read().await?;
            if self.is_settled(&tokens, seen)? {
                return Ok(Renewed { tokens, outcome });
            }
        }
        loop {
            if let Some(lease) = claimant.claim(lease_there).await?
                && let Some(mut renewed) =
                    self.under_lease(lease, seen, deadline, waited_ms).await?
            {
                if renewed.outcome == RefreshOutcome::Fresh {
                    renewed.outcome = outcome;
                }
                return Ok(renewed);
            }
            self.wait(wait_ms, deadline, waited_ms).await?;
            wait_ms = MAX_WAIT_MS.min(wait_ms * 2);
            outcome = RefreshOutcome::Waited;
            let (tokens, there) = self.look().await?;
            if self.is_settled(&tokens, seen)? {
                return Ok(Renewed { tokens, outcome });
            }
            lease_there = there;
        }
    }

    async fn under_lease(
        &self,
        lease: Lease<'_, H>,
        seen: &Stored<TokenSet>,
        deadline: Deadline,
        waited_ms: &mut u64,
    ) -> Result<Option<Renewed>> {
        let current = match self.read().await {
            Ok(current) => current,
            Err(error) => {
                let is_erased = matches!(error.kind(), Kind::ReauthorizationRequired(_));
                let unsettled = lease.carried().filter(|_| !is_erased);
                lease.release(unsettled).await;
                return Err(error);
            }
        };
        match self.is_settled(&current, seen) {
            Ok(false) => self.rotate(lease, current, deadline, waited_ms).await,
            settled => {
                let unsettled = lease.unsettled(&current.version);
                lease.release(unsettled).await;
                settled.map(|_| Some(Renewed::found(current)))
            }
        }
    }

    /// Whether no rotation is needed any more: there is a newer pair. Where
    /// Atlassian has refused this one, none is of use.
    fn is_settled(&self, current: &Stored<TokenSet>, seen: &Stored<TokenSet>) -> Result<bool> {
        if self.is_newer(current, &seen.value) {
            return Ok(true);
        }
        match current.value.refusal() {
            Some(word) if self.insistence == Insistence::BelieveTheMark => Err(dead(word)),
            _ => Ok(false),
        }
    }

    fn is_newer(&self, current: &Stored<TokenSet>, seen: &TokenSet) -> bool {
        !current.value.is_same_pair(seen) && !current.value.is_due(self.host.now())
    }

    async fn read(&self) -> Result<Stored<TokenSet>> {
        let tokens = store::read(self.host, &self.name.tokens_key()).await?;
        tokens.ok_or_else(|| not_connected(self.name))
    }

    /// The tokens and the lease, in one trip.
    async fn look(&self) -> Result<(Stored<TokenSet>, Option<Entry>)> {
        let keys = [self.name.tokens_key(), self.name.lease_key()];
        let [tokens_key, _] = &keys;
        let [tokens, lease] = store::get_each(self.host, &keys).await?;
        let tokens = tokens.ok_or_else(|| not_connected(self.name))?;
        Ok((store::decode(tokens_key, &tokens)?, lease))
    }

    async fn wait(&self, ms: u64, deadline: Deadline, waited_ms: &mut u64) -> Result<()> {
        let [chance, ..] = self.host.random();
        let ms = (ms + ms * u64::from(chance) / 256).min(deadline.remaining_ms(self.host));
        if ms == 0 {
            return Err(Error::new(
                Kind::Transport(TransportError::TimedOut),
                format!(
                    "another caller is refreshing the tokens of connection {:?} and was not done in time",
                    self.name.as_str()
                ),
            ));
        }
        self.host.sleep(ms).await;
        *waited_ms += ms;
        Ok(())
    }
}
