//! One sweep at a time, over all processes that share the store.

use crate::jira::{
    error::Result,
    host::Host,
    instant::{SECOND_MS, UnixMs},
    lease::{self, Claimant, Lease},
};

/// No connection has this lease: in their names a slash is escaped.
const KEY: &str = "leases/gdpr/sweep";

/// How long a lease is good for: longer than any request with the saving of
/// what it brought, and so short that a sweep that died does not block for long.
pub const LEASE_MS: u64 = 120 * SECOND_MS;

/// What came of claiming it.
#[derive(Debug)]
pub enum Claim<'a, H> {
    /// It is ours.
    Ours(Lease<'a, H>),
    /// Another sweep holds it, until then.
    Held(UnixMs),
}

/// Claims the lease.
pub async fn claim<H: Host>(host: &H) -> Result<Claim<'_, H>> {
    let mut claimant = Claimant::new(host, KEY.into(), LEASE_MS);
    Ok(match claimant.claim(None).await? {
        Some(lease) => Claim::Ours(lease),
        None => {
            let shortened = lease::shorten(host, KEY, LEASE_MS).await?;
            let known = shortened.or_else(|| claimant.held_until());
            Claim::Held(known.unwrap_or(host.now().plus(LEASE_MS)))
        }
    })
}

/// Until when a sweep that is at work holds the lease.
pub async fn held_until(host: &impl Host) -> Result<Option<UnixMs>> {
    lease::held_until(host, KEY).await
}
