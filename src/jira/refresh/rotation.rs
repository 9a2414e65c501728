//! Spending the refresh token, under the lease.

use super::{Refresh, RefreshOutcome, Renewed};
use crate::jira::{
    beside::beside,
    connection::not_connected,
    error::{Error, Kind, Result},
    grant::{TokenAnswer, TokenGrant},
    host::{Deadline, Expect, Host, PutOutcome},
    instant::SECOND_MS,
    lease::{Lease, Spending},
    retry::{Attempts, Retry, Setback},
    secret::Secret,
    store::{self, PATIENT_SAVE_ATTEMPTS, SAVE_ATTEMPTS, Stored},
    token::TokenSet,
};

/// For so long Atlassian accepts a refresh token that was spent; after that it
/// takes it for stolen and ends the grant.
const LEEWAY_MS: u64 = 10 * 60 * SECOND_MS;

/// Within the leeway a token is sent once more at little cost, and a third
/// time; whoever comes next goes on.
const AGAIN: Retry = Retry {
    at_most: 2,
    only_undone: false,
};

/// Beyond it the token is dead, unless it never arrived: that is found out by
/// one attempt as well as by three.
const ONCE: Retry = Retry::OFF;

/// How often a save is begun anew because the entry has changed, but not its
/// pair.
const SAVE_ROUNDS: u32 = 5;

impl<H: Host> Refresh<'_, H> {
    /// Spends the refresh token and saves the new pair. Nothing where the lease
    /// was lost before anything was sent.
    pub(super) async fn rotate(
        &self,
        lease: Lease<'_, H>,
        current: Stored<TokenSet>,
        deadline: Deadline,
        waited_ms: &mut u64,
    ) -> Result<Option<Renewed>> {
        let Some(token) = current.value.refresh_token.clone() else {
            lease.release(None).await;
            return Err(Error::reauthorize(
                "no-refresh-token",
                "the access token has expired and Atlassian gave no refresh token; consent again",
            ));
        };
        let mut spent = lease.unsettled(&current.version);
        let answer = self
            .redeem(
                &lease,
                &current.version,
                &token,
                &mut spent,
                deadline,
                waited_ms,
            )
            .await;
        let result = match answer {
            Ok(None) => Ok(None),
            Ok(Some(answer)) => {
                let outcome = match &spent {
                    Some(_) => RefreshOutcome::Recovered,
                    None => RefreshOutcome::Rotated,
                };
                let now = self.host.now();
                spent.get_or_insert(Spending::first(&current.version, now));
                let value = current.value.rotated(answer, outcome, now);
                let saved = self.save(&current, value, outcome);
                beside(lease.keep(), saved).await.map(Some)
            }
            Err(error) => self
                .believe(error, &current, spent.as_ref())
                .await
                .map(Some),
        };
        let is_settled = match &result {
            Ok(renewed) => renewed.is_some(),
            Err(error) => matches!(error.kind(), Kind::ReauthorizationRequired(_)),
        };
        lease.release(spent.filter(|_| !is_settled)).await;
        result
    }

    /// Sends the token, again where that is safe. Each time it is written down
    /// first, which is also how the lease is looked at last.
    async fn redeem(
        &self,
        lease: &Lease<'_, H>,
        version: &str,
        token: &Secret,
        spent: &mut Option<Spending>,
        deadline: Deadline,
        waited_ms: &mut u64,
    ) -> Result<Option<TokenAnswer>> {
        let now = self.host.now();
        let retry = match spent {
            Some(spent) if now.since(spent.since) > LEEWAY_MS => ONCE,
            _ => AGAIN,
        };
        let mut again = Attempts::new(self.host, deadline, retry, waited_ms);
        let mut attempts = 0;
        loop {
            let now = self.host.now();
            let spending = match spent.clone() {
                Some(before) => before.again(now),
                None => Spending::first(version, now),
            };
            if !lease.journal(spending.clone()).await? {
                return Ok(None);
            }
            let grant = TokenGrant::RefreshToken(token);
            let answer = beside(lease.keep(), grant.redeem(self.host, self.app)).await;
            let error = match answer {
                Ok(answer) => return Ok(Some(answer)),
                Err(error) => error,
            };
            attempts += u32::from(!error.surely_not_sent());
            let setback = Setback::of_token_endpoint(&error, self.host.now());
            if spent.is_some() || matches!(setback, Some(Setback::LeftOpen(_))) {
                *spent = Some(spending);
            }
            if !beside(lease.keep(), again.go_on_after(setback, true)).await {
                return Err(error.with_attempts(attempts));
            }
        }
    }

    /// Saves the new pair where the one that was spent still is, whatever else
    /// was written to its entry, and whoever has the lease by now. Where it is
    /// not, the person has consented anew meanwhile, another caller has got a
    /// pair, or the connection was erased, and that goes before.
    async fn save(
        &self,
        spent: &Stored<TokenSet>,
        value: TokenSet,
        outcome: RefreshOutcome,
    ) -> Result<Renewed> {
        let key = self.name.tokens_key();
        let entry = store::encode(&value);
        let mut version = spent.version.clone();
        for _ in 0..SAVE_ROUNDS {
            let expect = Expect::Version(version);
            let saved = store::save(self.host, &key, &entry, expect, PATIENT_SAVE_ATTEMPTS).await;
            let there = match saved.map_err(|error| error.context("saving the rotated tokens"))? {
                PutOutcome::Stored(version) => {
                    let tokens = Stored { value, version };
                    return Ok(Renewed { tokens, outcome });
                }
                PutOutcome::Stale(Some(entry)) => store::decode::<TokenSet>(&key, &entry)?,
                PutOutcome::Stale(None) => return Err(not_connected(self.name)),
            };
            if !there.value.is_same_pair(&spent.value) {
                return Ok(Renewed::found(there));
            }
            version = there.version;
        }
        Err(store::contended(&key))
    }

    /// A refusal counts only if the token that was refused is still the stored
    /// one; otherwise the newer pair does. One that counts is written down, so
    /// that nobody asks again.
    async fn believe(
        &self,
        error: Error,
        spent: &Stored<TokenSet>,
        lost: Option<&Spending>,
    ) -> Result<Renewed> {
        let mut why = String::new();
        if let Kind::ReauthorizationRequired(word) = *error.kind() {
            let current = self.read().await?;
            if !current.value.is_same_pair(&spent.value) {
                return Ok(Renewed::found(current));
            }
            self.mark(&current, word).await;
            if let Some(Spending { since, .. }) = lost {
                why = format!(" (the answer to what was sent at {since} was lost)");
            }
        }
        let name = self.name.as_str();
        Err(error.context(format_args!(
            "refreshing the tokens of connection {name:?}{why}"
        )))
    }

    /// Where this fails, the next caller asks Atlassian again, and no more.
    async fn mark(&self, refused: &Stored<TokenSet>, word: &str) {
        let entry = store::encode(&refused.value.marked(word, self.host.now()));
        let expect = Expect::Version(refused.version.clone());
        let key = self.name.tokens_key();
        let _: Result<PutOutcome> =
            store::save(self.host, &key, &entry, expect, SAVE_ATTEMPTS).await;
    }
}
