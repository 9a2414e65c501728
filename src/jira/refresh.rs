//! The rotation of tokens, by one caller at a time.
//!
//! A refresh token is good for one use. Whoever wants to use it first claims
//! the connection's lease by compare-and-set, reads the tokens again under it,
//! and saves what Atlassian answers before anything else happens:
//!
//! ```text
//!  due or refused ──► claim ──held──► wait, read again ──new pair──► done
//!                       │                   │ no
//!                    claimed ◄──────────────┘
//!                       ▼
//!                  read again ──new pair──► release ──► done
//!                       │ the pair that we saw
//!                       ▼
//!                  send ──► save, where that pair still is ──► release ──► done
//! ```

use serde_json::Value;

use super::{
    app::App,
    connection::not_connected,
    error::{Error, Kind, Result},
    grant::{TOKEN_TIMEOUT_MS, TokenGrant},
    host::{self, Deadline, DeleteOutcome, Entry, Expect, Host, PutOutcome},
    instant::UnixMs,
    json::{self, Broken, FromJson, Object, ToJson},
    name::ConnectionName,
    store::{self, PATIENT_SAVE_ATTEMPTS, SAVE_ATTEMPTS, Stored},
    token::TokenSet,
};

/// How long a lease is good for: a whole refresh and the saving of it, with as
/// much again for slow stores. A holder that died blocks others for no longer.
const LEASE_MS: u64 = 2 * TOKEN_TIMEOUT_MS;

/// Waiters look again after so long, plus as much again by chance, so that many
/// do not look at once. A refresh takes a few hundred milliseconds.
const WAIT_MS: u64 = 100;

struct Lease {
    owner: String,
    expires_at: UnixMs,
}

impl FromJson for Lease {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            owner: object.text("owner")?,
            expires_at: UnixMs(object.number("expires_at")?),
        })
    }
}

impl ToJson for Lease {
    fn to_json(&self) -> Value {
        json::object(vec![
            ("owner", self.owner.as_str().into()),
            ("expires_at", self.expires_at.0.into()),
        ])
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
    ) -> Result<Stored<TokenSet>> {
        loop {
            if let Some(lease) = self.claim().await? {
                let result = self.under_lease(seen).await;
                self.release(lease).await;
                return result;
            }
            self.wait(deadline, waited_ms).await?;
            let current = self.read().await?;
            if self.is_newer(&current, seen) {
                return Ok(current);
            }
        }
    }

    async fn under_lease(&self, seen: &Stored<TokenSet>) -> Result<Stored<TokenSet>> {
        let current = self.read().await?;
        if self.is_newer(&current, seen) {
            return Ok(current);
        }
        self.rotate(current).await
    }

    fn is_newer(&self, current: &Stored<TokenSet>, seen: &Stored<TokenSet>) -> bool {
        current.version != seen.version && !current.value.is_due(self.host.now())
    }

    async fn read(&self) -> Result<Stored<TokenSet>> {
        let tokens = store::read(self.host, &self.name.tokens_key()).await?;
        tokens.ok_or_else(|| not_connected(self.name))
    }

    /// Spends the refresh token and saves the new pair where the old one still
    /// is. Where it is not, the person has consented anew meanwhile, or has
    /// disconnected, and that goes before.
    async fn rotate(&self, current: Stored<TokenSet>) -> Result<Stored<TokenSet>> {
        let Some(refresh_token) = &current.value.refresh_token else {
            return Err(Error::reauthorize(
                "no-refresh-token",
                "the access token has expired and Atlassian gave no refresh token; consent again",
            ));
        };
        let grant = TokenGrant::RefreshToken(refresh_token);
        let answer = grant.redeem(self.host, self.app).await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return self.believe(error, &current).await,
        };
        let value = current.value.rotated(answer, self.host.now());
        let expect = Expect::Version(current.version);
        let key = self.name.tokens_key();
        match store::save(
            self.host,
            &key,
            &store::encode(&value),
            expect,
            PATIENT_SAVE_ATTEMPTS,
        )
        .await
        {
            Ok(PutOutcome::Stored(version)) => Ok(Stored { value, version }),
            Ok(PutOutcome::Stale(Some(entry))) => store::decode(&key, &entry),
            Ok(PutOutcome::Stale(None)) => Err(not_connected(self.name)),
            Err(error) => Err(error.context("saving the rotated tokens")),
        }
    }

    /// A refusal counts only if the token that was refused is still the stored
    /// one; otherwise the newer pair does.
    async fn believe(&self, error: Error, spent: &Stored<TokenSet>) -> Result<Stored<TokenSet>> {
        if matches!(error.kind(), Kind::ReauthorizationRequired(_)) {
            let current = self.read().await?;
            if self.is_newer(&current, spent) {
                return Ok(current);
            }
        }
        Err(error.context(format_args!(
            "refreshing the tokens of connection {:?}",
            self.name.as_str()
        )))
    }

    /// Claims the lease; nothing where another caller holds it.
    async fn claim(&self) -> Result<Option<String>> {
        let key = self.name.lease_key();
        let expires_at = self.host.now().plus(LEASE_MS);
        let owner = host::random_hex(self.host);
        let lease = store::encode(&Lease { owner, expires_at });
        let absent = Expect::Absent;
        let held = match store::save(self.host, &key, &lease, absent, SAVE_ATTEMPTS).await? {
            PutOutcome::Stored(version) => return Ok(Some(version)),
            PutOutcome::Stale(held) => held,
        };
        let Some(held) = held.filter(|held| self.has_ended(&key, held)) else {
            return Ok(None);
        };
        let ended = Expect::Version(held.version);
        match self.host.put(&key, &lease, ended).await? {
            PutOutcome::Stored(version) => Ok(Some(version)),
            PutOutcome::Stale(_) => Ok(None),
        }
    }

    /// A lease that is damaged is nobody's. One of a newer connector is held:
    /// its end cannot be read, but that connector will see to it.
    fn has_ended(&self, key: &str, held: &Entry) -> bool {
        match store::decode::<Lease>(key, held) {
            Ok(lease) => lease.value.expires_at <= self.host.now(),
            Err(_) => !store::is_newer(held),
        }
    }

    /// Gives the lease back, where it is still ours. If that fails it ends by
    /// itself; what was refreshed is saved already.
    async fn release(&self, version: String) {
        let _: Result<DeleteOutcome, _> = self
            .host
            .delete(&self.name.lease_key(), Expect::Version(version))
            .await;
    }

    async fn wait(&self, deadline: Deadline, waited_ms: &mut u64) -> Result<()> {
        let [chance, ..] = self.host.random();
        let ms =
            (WAIT_MS + WAIT_MS * u64::from(chance) / 256).min(deadline.remaining_ms(self.host));
        if ms == 0 {
            return Err(Error::new(
                Kind::Transport(super::http::TransportError::TimedOut),
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
