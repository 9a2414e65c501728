use std::collections::BTreeMap;

use super::world::{TOKENS, World};
use crate::jira::{
    error::{Action, Error},
    refresh::RefreshOutcome,
};

/// What must hold, whatever the order. Violations are noted where they happen.
#[derive(Default)]
pub struct Judge {
    pub violations: Vec<String>,
    /// Which pair each version of the entry held.
    held: BTreeMap<String, usize>,
    newest: usize,
    /// What each worker has spent last, and whether it had been spent before.
    last_spent: BTreeMap<u8, bool>,
    /// Whether an answer was lost for so long that no rule can help.
    pub is_excused: bool,
    /// How many refreshes were asked for.
    pub demands: u64,
}

impl Judge {
    fn blame(&mut self, rule: &str, what: String) {
        self.violations.push(format!("{rule}: {what}"));
    }

    /// A newer pair is never replaced by an older one.
    pub fn pair_was_written(&mut self, version: &str, number: usize) {
        if number < self.newest {
            let newest = self.newest;
            self.blame(
                "no newer pair is overwritten",
                format!("pair {number} over pair {newest}"),
            );
        }
        self.newest = number;
        self.held.insert(version.into(), number);
    }

    pub fn pair_was_deleted(&mut self) {
        self.blame("no pair is deleted", "tokens/main".into());
    }
}

impl World {
    /// Somebody is about to send a refresh token.
    pub fn judge_spending(&mut self, worker: u8, number: usize) {
        let was_spent = self.server.was_spent(number);
        self.judge.last_spent.insert(worker, was_spent);
        let lease = self.lease();
        let is_owner = lease
            .as_ref()
            .is_some_and(|(owner, _)| owner.ends_with(&format!("{worker:02x}")));
        if !is_owner && self.weather.leases_hold() {
            self.judge.blame(
                "only the owner of the lease spends",
                format!("worker {worker} spends pair {number} under {lease:?}"),
            );
        }
        let journaled = lease.and_then(|(_, version)| self.judge.held.get(&version?).copied());
        if is_owner && journaled != Some(number) {
            self.judge.blame(
                "what is spent is written down before",
                format!("worker {worker} spends pair {number}, the journal says {journaled:?}"),
            );
        }
    }

    /// A refresh token has arrived.
    pub fn judge_arrival(&mut self, worker: u8, number: usize) {
        if self.server.is_revoked || self.server.accepts(number, self.now) {
            return;
        }
        if self.weather.is_dense() || self.stored_number() != Some(number) {
            let stored = self.stored_number();
            self.judge.blame(
                "the grant is never lost",
                format!(
                    "worker {worker} reuses pair {number} after its leeway, stored is {stored:?}"
                ),
            );
        }
        self.judge.is_excused = true;
    }

    /// A call has ended.
    pub fn judge_result(&mut self, worker: u8, result: &Result<Option<RefreshOutcome>, Error>) {
        match result {
            Ok(outcome) => {
                let was_spent = self.judge.last_spent.get(&worker) == Some(&true);
                if *outcome == Some(RefreshOutcome::Rotated)
                    && was_spent
                    && self.weather.leases_hold()
                {
                    self.judge.blame(
                        "who spends again knows it",
                        format!("worker {worker} says it rotated"),
                    );
                }
            }
            Err(error) if error.action() == Action::Retry => {}
            Err(error) if self.server.is_revoked && error.action() == Action::Reauthorize => {}
            Err(error) => self.judge.blame(
                "every call ends with a good token or can be repeated",
                format!("worker {worker}: {error:?}"),
            ),
        }
    }

    /// All is over, nothing goes wrong any more, and one more call was made.
    pub fn judge_end(&mut self, last: Result<Option<RefreshOutcome>, Error>) {
        let excused = self.judge.is_excused && !self.weather.is_dense();
        if let Err(error) = last
            && !excused
        {
            self.judge
                .blame("the connection works in the end", format!("{error:?}"));
        }
        let Some(number) = self.stored_number() else {
            return;
        };
        if !self.server.accepts(number, self.now) && !excused {
            self.judge.blame(
                "the stored pair is one that the server accepts",
                format!("pair {number}"),
            );
        }
        let journaled = self.lease().and_then(|(_, version)| version);
        if journaled == self.store.get(TOKENS).map(|entry| entry.version.clone()) && !excused {
            self.judge
                .blame("nothing is left unsettled", format!("pair {number}"));
        }
    }

    /// Where nothing goes wrong, the pair is rotated once. On demand it is
    /// rotated more often.
    pub fn judge_rotations(&mut self) {
        let is_fair = self.weather.lost_answers == 0
            && self.weather.slow_answers == 0
            && self.weather.outages == 0;
        let (rotations, demands) = (self.server.rotations, self.judge.demands);
        if is_fair && (rotations == 0 || rotations > 1 + demands) {
            self.judge.blame(
                "one rotation is enough",
                format!("{rotations} rotations, {demands} on demand"),
            );
        }
    }
}
