//! One sweep at a time, over all processes that share the store.

use serde_json::Value;

use crate::jira::{
    error::Result,
    host::{DeleteOutcome, Expect, Host, PutOutcome, random_hex},
    instant::{SECOND_MS, UnixMs},
    json::{self, Broken, FromJson, Object, ToJson},
    store::{self, SAVE_ATTEMPTS},
};

/// No connection has this lease: in their names a slash is escaped.
pub const KEY: &str = "leases/gdpr/sweep";

/// How long a lease is good for: longer than any request with the saving of
/// what it brought, and so short that a sweep that died does not block for long.
const LEASE_MS: u64 = 120 * SECOND_MS;

/// A lease is renewed when it has been held for so long. Waits are shorter.
pub const RENEW_MS: u64 = 30 * SECOND_MS;

/// The lease of a sweep that is at work.
#[derive(Debug)]
pub struct Lease {
    owner: String,
    version: String,
    expires_at: UnixMs,
}

/// What came of claiming it.
#[derive(Debug)]
pub enum Claim {
    /// It is ours.
    Ours(Lease),
    /// Another sweep holds it, until then.
    Held(UnixMs),
}

impl Lease {
    /// Claims the lease.
    pub async fn claim(host: &impl Host) -> Result<Claim> {
        let owner = random_hex(host);
        let mut expect = Expect::Absent;
        for _ in 0..store::UPDATE_ATTEMPTS {
            let expires_at = host.now().plus(LEASE_MS);
            let held = match put(host, &owner, expires_at, expect).await? {
                PutOutcome::Stored(version) => {
                    return Ok(Claim::Ours(Self {
                        owner,
                        version,
                        expires_at,
                    }));
                }
                PutOutcome::Stale(held) => held,
            };
            let Some(held) = held else {
                expect = Expect::Absent;
                continue;
            };
            // One that is damaged is nobody's; the end of one of a newer
            // connector cannot be read, but that connector sees to it.
            match store::decode::<Holder>(KEY, &held) {
                Ok(holder) if holder.value.expires_at > host.now() => {
                    return Ok(Claim::Held(holder.value.expires_at));
                }
                Err(_) if store::is_newer(&held) => return Ok(Claim::Held(expires_at)),
                _ => expect = Expect::Version(held.version),
            }
        }
        Err(store::contended(KEY))
    }

    /// Renews the lease where it is time. False where another sweep has it.
    pub async fn keep(&mut self, host: &impl Host) -> Result<bool> {
        let now = host.now();
        if now.plus(LEASE_MS) < self.expires_at.plus(RENEW_MS) {
            return Ok(true);
        }
        let expires_at = now.plus(LEASE_MS);
        let ours = Expect::Version(self.version.clone());
        match put(host, &self.owner, expires_at, ours).await? {
            PutOutcome::Stored(version) => {
                self.version = version;
                self.expires_at = expires_at;
                Ok(true)
            }
            PutOutcome::Stale(_) => Ok(false),
        }
    }

    /// Gives it back, where it is still ours. If that fails it ends by itself.
    pub async fn release(self, host: &impl Host) {
        let _: Result<DeleteOutcome, _> = host.delete(KEY, Expect::Version(self.version)).await;
    }
}

/// Until when a sweep that is at work holds the lease.
pub async fn held_until(host: &impl Host) -> Result<Option<UnixMs>> {
    let holder = store::read::<Holder>(host, KEY).await?;
    let expires_at = holder.map(|holder| holder.value.expires_at);
    Ok(expires_at.filter(|expires_at| *expires_at > host.now()))
}

async fn put(
    host: &impl Host,
    owner: &str,
    expires_at: UnixMs,
    expect: Expect,
) -> Result<PutOutcome> {
    let holder = Holder {
        owner: owner.into(),
        expires_at,
    };
    store::save(host, KEY, &store::encode(&holder), expect, SAVE_ATTEMPTS).await
}

struct Holder {
    owner: String,
    expires_at: UnixMs,
}

impl FromJson for Holder {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            owner: object.text("owner")?,
            expires_at: UnixMs(object.number("expires_at")?),
        })
    }
}

impl ToJson for Holder {
    fn to_json(&self) -> Value {
        json::object(vec![
            ("owner", self.owner.as_str().into()),
            ("expires_at", self.expires_at.0.into()),
        ])
    }
}
