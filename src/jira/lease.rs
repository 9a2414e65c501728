//! Leases: of a connection's refresh, with the journal that goes with it, and
//! of a sweep, which has none.
//!
//! One entry holds both. While it has an owner, nobody else spends the refresh
//! token. What it says is being spent outlives the owner: whoever comes next
//! knows that the token may have been used already, and since when.

use core::cell::RefCell;

use serde_json::Value;

use super::{
    error::Result,
    host::{self, DeleteOutcome, Entry, Expect, Host, PutOutcome},
    instant::{SECOND_MS, SKEW_MS, UnixMs},
    json::{self, Broken, FromJson, Object, ToJson},
    store::{self, SAVE_ATTEMPTS, Stored},
};

/// How long the lease of a refresh is good for without being renewed. Half of
/// what a call lasts by default: who waits for a holder that died still has time
/// to refresh.
pub const REFRESH_LEASE_MS: u64 = 15 * SECOND_MS;

/// A holder renews so many times in a lease, so that one failure of the store
/// does not lose it.
const RENEWALS: u64 = 3;

/// So often an unsettled pair is tried that is not needed yet: where the token
/// endpoint is down, one call a minute pays for it.
const SETTLE_AFTER_MS: u64 = 60 * SECOND_MS;

/// How many versions of our own entry are tried: the one that we know, and the
/// one of a renewal that was cut short after it was carried out.
const OWN_VERSIONS: u32 = 2;

/// By so much more than it lasts, a lease is not believed to. Less is waited for:
/// it may be our own clock that is behind.
const LONG_MS: u64 = 3_600 * SECOND_MS;

/// Which pair of tokens is being spent, by its version, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spending {
    /// The version of the entry of the pair.
    pub version: String,
    /// When its refresh token was first sent.
    pub since: UnixMs,
    /// When it was sent last.
    pub last: UnixMs,
}

impl Spending {
    /// A token that is sent for the first time.
    #[must_use]
    pub fn first(version: &str, now: UnixMs) -> Self {
        Self {
            version: version.into(),
            since: now,
            last: now,
        }
    }

    /// The same token, sent again.
    #[must_use]
    pub fn again(self, now: UnixMs) -> Self {
        Self { last: now, ..self }
    }
}

/// Whether nobody knows what came of spending the pair of this version, and
/// nobody is about to find out. A pair whose access token is still good would
/// otherwise be looked at when it is too late.
#[must_use]
pub fn is_left_unsettled(key: &str, entry: &Entry, version: &str, now: UnixMs) -> bool {
    let Ok(Stored { value: record, .. }) = store::decode::<Record>(key, entry) else {
        return false;
    };
    let is_old = |spending: &Spending| {
        spending.version == version && now.since(spending.last) >= SETTLE_AFTER_MS
    };
    record.expires_at <= now && record.spending.as_ref().is_some_and(is_old)
}

/// The entry. Without an owner it is a journal only.
#[derive(Debug, Clone)]
struct Record {
    owner: String,
    expires_at: UnixMs,
    spending: Option<Spending>,
}

impl Record {
    /// Until when others leave it alone.
    fn believed_until(&self) -> UnixMs {
        self.expires_at.plus(SKEW_MS)
    }
}

/// Until when somebody holds a lease, if it is not renewed.
pub async fn held_until(host: &impl Host, key: &str) -> Result<Option<UnixMs>> {
    let record = store::read::<Record>(host, key).await?;
    let until = record.map(|record| record.value.believed_until());
    Ok(until.filter(|until| *until > host.now()))
}

/// Shortens a lease whose end no clock that is right would have given, and says
/// until when it is held now. It is for those who do not stay to watch it: a
/// holder that died would block them for as long as its clock was ahead. One
/// that is at work finds its own name in the entry, and renews it.
pub async fn shorten(host: &impl Host, key: &str, lease_ms: u64) -> Result<Option<UnixMs>> {
    let Some(entry) = host.get(key).await? else {
        return Ok(None);
    };
    let ends = host.now().plus(lease_ms);
    let record = match store::decode::<Record>(key, &entry) {
        Ok(stored) if stored.value.expires_at.since(ends) > LONG_MS => Record {
            expires_at: ends,
            ..stored.value
        },
        _ => return Ok(None),
    };
    let expect = Expect::Version(entry.version);
    host.put(key, &store::encode(&record), expect).await?;
    Ok(Some(record.believed_until()))
}

/// Somebody who wants the lease, and watches who has it.
#[derive(Debug)]
pub struct Claimant<'a, H> {
    host: &'a H,
    key: String,
    lease_ms: u64,
    watched: Option<(String, u64)>,
    /// Until when it is held, as far as that can be read.
    until: Option<UnixMs>,
}

impl<'a, H: Host> Claimant<'a, H> {
    /// Somebody who has not looked yet.
    pub fn new(host: &'a H, key: String, lease_ms: u64) -> Self {
        Self {
            host,
            key,
            lease_ms,
            watched: None,
            until: None,
        }
    }

    /// Claims the lease where `there` is what is stored of it; nothing where
    /// somebody holds it, or was faster.
    pub async fn claim(&mut self, mut there: Option<Entry>) -> Result<Option<Lease<'a, H>>> {
        for _ in 0..2 {
            let (expect, spending) = match &there {
                None => (Expect::Absent, None),
                Some(entry) if self.has_ended(entry) => {
                    let left = store::decode::<Record>(&self.key, entry).ok();
                    let spending = left.and_then(|left| left.value.spending);
                    (Expect::Version(entry.version.clone()), spending)
                }
                Some(_) => return Ok(None),
            };
            let record = Record {
                owner: host::random_hex(self.host),
                expires_at: self.host.now().plus(self.lease_ms),
                spending,
            };
            let good_until_ms = self.host.monotonic_ms() + self.lease_ms;
            let value = store::encode(&record);
            match store::save(self.host, &self.key, &value, expect, SAVE_ATTEMPTS).await? {
                PutOutcome::Stored(version) => {
                    return Ok(Some(Lease {
                        host: self.host,
                        key: self.key.clone(),
                        lease_ms: self.lease_ms,
                        held: RefCell::new(Held {
                            record,
                            version,
                            good_until_ms,
                        }),
                    }));
                }
                PutOutcome::Stale(now) => there = now,
            }
        }
        Ok(None)
    }

    /// Until when somebody else holds it, where that is known.
    #[must_use]
    pub fn held_until(&self) -> Option<UnixMs> {
        self.until.filter(|until| *until > self.host.now())
    }

    /// A lease ends when it says so, by a margin for clocks that differ (where
    /// they differ by more, it is the watching that counts); or
    /// when it was not renewed for as long as it lasts, by our own clock, which
    /// needs nobody else's. One that is damaged is nobody's. One of a newer
    /// connector is held: its end cannot be read, but that connector will see
    /// to it.
    fn has_ended(&mut self, entry: &Entry) -> bool {
        let now_ms = self.host.monotonic_ms();
        let since_ms = match &self.watched {
            Some((version, since_ms)) if *version == entry.version => *since_ms,
            _ => {
                self.watched = Some((entry.version.clone(), now_ms));
                now_ms
            }
        };
        match store::decode::<Record>(&self.key, entry) {
            Ok(Stored { value, .. }) => {
                self.until = Some(value.believed_until());
                value.owner.is_empty()
                    || value.believed_until() <= self.host.now()
                    || now_ms - since_ms >= self.lease_ms
            }
            Err(_) => !store::is_newer(entry),
        }
    }
}

/// The lease, held.
#[derive(Debug)]
pub struct Lease<'a, H> {
    host: &'a H,
    key: String,
    lease_ms: u64,
    held: RefCell<Held>,
}

#[derive(Debug)]
struct Held {
    record: Record,
    version: String,
    /// By our own clock, and from before it was written: no other's counts.
    good_until_ms: u64,
}

impl<H: Host> Lease<'_, H> {
    /// What an earlier holder began to spend, without that anybody knows what
    /// came of it, where that is the pair of this version.
    #[must_use]
    pub fn unsettled(&self, version: &str) -> Option<Spending> {
        self.carried()
            .filter(|spending| spending.version == version)
    }

    /// The same, whatever pair it is.
    #[must_use]
    pub fn carried(&self) -> Option<Spending> {
        self.held.borrow().record.spending.clone()
    }

    /// Writes down what is about to be spent, and by that looks whether the
    /// lease is still ours and renews it. `false` is to spend nothing.
    pub async fn journal(&self, spending: Spending) -> Result<bool> {
        let is_ours = self.write(Some(spending)).await?;
        // The store may have taken longer than the lease lasts.
        let is_good = self.host.monotonic_ms() < self.held.borrow().good_until_ms;
        Ok(is_ours && is_good)
    }

    /// Renews the lease again and again, until somebody else has it.
    pub async fn keep(&self) {
        loop {
            self.host.sleep(self.lease_ms / RENEWALS).await;
            if let Ok(false) = self.write(self.carried()).await {
                return;
            }
        }
    }

    /// Renews the lease where it is time. `false` where somebody else has it.
    pub async fn renew_if_due(&self) -> Result<bool> {
        let good_until_ms = self.held.borrow().good_until_ms;
        let left_ms = good_until_ms.saturating_sub(self.host.monotonic_ms());
        if left_ms > self.lease_ms - self.lease_ms / RENEWALS {
            return Ok(true);
        }
        self.write(self.carried()).await
    }

    /// Writes the entry with a new expiry, where it is ours. A renewal that
    /// was cut short may have been carried out: then the owner tells.
    async fn write(&self, spending: Option<Spending>) -> Result<bool> {
        let (mut record, mut version) = {
            let held = self.held.borrow();
            (held.record.clone(), held.version.clone())
        };
        record.spending = spending;
        for _ in 0..OWN_VERSIONS {
            record.expires_at = self.host.now().plus(self.lease_ms);
            let good_until_ms = self.host.monotonic_ms() + self.lease_ms;
            let value = store::encode(&record);
            let expect = Expect::Version(version);
            match store::save(self.host, &self.key, &value, expect, SAVE_ATTEMPTS).await? {
                PutOutcome::Stored(version) => {
                    *self.held.borrow_mut() = Held {
                        record,
                        version,
                        good_until_ms,
                    };
                    return Ok(true);
                }
                PutOutcome::Stale(there) => match self.own_version(there) {
                    Some(ours) => version = ours,
                    None => break,
                },
            }
        }
        self.held.borrow_mut().good_until_ms = 0;
        Ok(false)
    }

    fn own_version(&self, there: Option<Entry>) -> Option<String> {
        let entry = there?;
        let stored = store::decode::<Record>(&self.key, &entry).ok()?;
        (stored.value.owner == self.held.borrow().record.owner).then_some(entry.version)
    }

    /// Gives the lease back, where it is still ours, and leaves what was
    /// spent to no effect that we know of. If that fails the lease ends by
    /// itself, and the journal says what it said before.
    pub async fn release(self, unsettled: Option<Spending>) {
        let nobody = unsettled.map(|spending| Record {
            owner: String::new(),
            expires_at: UnixMs(0),
            spending: Some(spending),
        });
        let journal = nobody.as_ref().map(store::encode);
        let mut version = Some(self.held.borrow().version.clone());
        for _ in 0..OWN_VERSIONS {
            let Some(ours) = version.take().map(Expect::Version) else {
                return;
            };
            let there = match &journal {
                Some(journal) => match self.host.put(&self.key, journal, ours).await {
                    Ok(PutOutcome::Stale(there)) => there,
                    _ => return,
                },
                None => match self.host.delete(&self.key, ours).await {
                    Ok(DeleteOutcome::Stale(there)) => there,
                    _ => return,
                },
            };
            version = self.own_version(there);
        }
    }
}

impl FromJson for Record {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            owner: object.text("owner")?,
            expires_at: UnixMs(object.number("expires_at")?),
            spending: object.optional("spending")?,
        })
    }
}

impl ToJson for Record {
    fn to_json(&self) -> Value {
        let spending = self.spending.as_ref();
        json::object(vec![
            ("owner", self.owner.as_str().into()),
            ("expires_at", self.expires_at.0.into()),
            ("spending", spending.map_or(Value::Null, ToJson::to_json)),
        ])
    }
}

impl FromJson for Spending {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            version: object.text("version")?,
            since: UnixMs(object.number("since")?),
            last: UnixMs(object.number("last")?),
        })
    }
}

impl ToJson for Spending {
    fn to_json(&self) -> Value {
        json::object(vec![
            ("version", self.version.as_str().into()),
            ("since", self.since.0.into()),
            ("last", self.last.0.into()),
        ])
    }
}
