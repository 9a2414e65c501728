//! Grants, and the tokens that were issued for them.
//!
//! ```text
//! account 1 --- 1 grant (scopes, sites)
//!         1 --- n families, one for each code that was exchanged
//! family  1 --- n refresh tokens, numbered by generation
//! ```
//!
//! A token has no scopes of its own: what it may do is what its account's
//! grant says now.

use crate::clock::Now;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long an authorization code can be exchanged.
const CODE_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// How long a refresh token that was rotated away is still accepted, so that
/// a lost answer does not lose the grant.
const LEEWAY: Duration = Duration::from_secs(10 * 60);

/// How long a refresh token may lie unused.
const IDLE_LIFETIME: Duration = Duration::from_secs(90 * 86_400);

/// How long after the consent a family ends, used or not. Atlassian announced
/// this and no longer documents it.
const ABSOLUTE_LIFETIME: Duration = Duration::from_secs(365 * 86_400);

/// What an account has consented to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grant {
    pub scopes: Vec<String>,
    pub sites: BTreeSet<String>,
}

impl Grant {
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }
}

struct Code {
    account: String,
    redirect_uri: String,
    issued: Now,
    used: bool,
}

struct Access {
    account: String,
    expires: Now,
}

struct Refresh {
    family: usize,
    generation: usize,
    issued: Now,
}

struct Family {
    account: String,
    consented: Now,
    /// When the first token of a generation was exchanged for the next.
    superseded: Vec<Now>,
    dead: bool,
}

/// Where a refresh token stands, and so where its successor will.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub account: String,
    family: usize,
    generation: usize,
}

/// All grants of the app.
#[derive(Default)]
pub(crate) struct Grants {
    accounts: BTreeMap<String, Grant>,
    codes: BTreeMap<String, Code>,
    access: BTreeMap<String, Access>,
    refresh: BTreeMap<String, Refresh>,
    families: Vec<Family>,
}

impl Grants {
    /// Takes a consent: its scopes replace those of the grant, its sites are
    /// added.
    pub fn consent(&mut self, account: &str, scopes: &[String], sites: &[String]) {
        let grant = self.accounts.entry(account.to_owned()).or_default();
        grant.scopes = scopes.to_vec();
        grant.sites.extend(sites.iter().cloned());
    }

    pub fn add_code(&mut self, code: String, account: &str, redirect_uri: &str, now: Now) {
        let code_of = Code {
            account: account.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            issued: now,
            used: false,
        };
        self.codes.insert(code, code_of);
    }

    /// Uses a code up and begins a family, or says nothing of why it cannot.
    pub fn redeem(&mut self, code: &str, redirect_uri: &str, now: Now) -> Option<Place> {
        let code = self.codes.get_mut(code)?;
        let fresh = !code.used && now.since(code.issued) <= CODE_LIFETIME;
        if !fresh || code.redirect_uri != redirect_uri {
            return None;
        }
        code.used = true;
        self.families.push(Family {
            account: code.account.clone(),
            consented: now,
            superseded: Vec::new(),
            dead: false,
        });
        Some(Place {
            account: code.account.clone(),
            family: self.families.len() - 1,
            generation: 0,
        })
    }

    pub fn grant(&self, account: &str) -> Option<&Grant> {
        self.accounts.get(account)
    }

    pub fn add_access(&mut self, token: String, account: &str, expires: Now) {
        let account = account.to_owned();
        self.access.insert(token, Access { account, expires });
    }

    pub fn add_refresh(&mut self, token: String, place: &Place, now: Now) {
        let refresh = Refresh {
            family: place.family,
            generation: place.generation,
            issued: now,
        };
        self.refresh.insert(token, refresh);
    }

    /// The account of an access token that is good now.
    pub fn account(&self, access_token: &str, now: Now) -> Option<&str> {
        let access = self.access.get(access_token)?;
        (now < access.expires).then_some(access.account.as_str())
    }

    /// Exchanges a refresh token: where its successor stands. Reuse outside
    /// the leeway, or of a token before the previous one, ends the family.
    pub fn rotate(&mut self, token: &str, now: Now) -> Option<Place> {
        let refresh = self.refresh.get(token)?;
        let family = self.families.get_mut(refresh.family)?;
        let too_old = now.since(refresh.issued) > IDLE_LIFETIME
            || now.since(family.consented) > ABSOLUTE_LIFETIME;
        if family.dead || too_old {
            return None;
        }
        let newest = family.superseded.len();
        let within_leeway = match family.superseded.get(refresh.generation) {
            None => true,
            Some(at) => refresh.generation + 1 == newest && now.since(*at) <= LEEWAY,
        };
        if !within_leeway {
            family.dead = true;
            return None;
        }
        if refresh.generation == newest {
            family.superseded.push(now);
        }
        Some(Place {
            account: family.account.clone(),
            family: refresh.family,
            generation: refresh.generation + 1,
        })
    }

    /// Answers a refresh without rotating: the token stays good, and its 90
    /// days begin anew.
    pub fn renew(&mut self, token: &str, now: Now) -> Option<Place> {
        let before = self.refresh.get(token)?.generation;
        let place = self.rotate(token, now)?;
        let refresh = self.refresh.get_mut(token)?;
        refresh.issued = now;
        refresh.generation = before;
        self.families
            .get_mut(place.family)?
            .superseded
            .truncate(before);
        Some(place)
    }

    /// As if the lifetime of every access token were over.
    pub fn expire_access(&mut self) {
        self.access.clear();
    }

    /// The account is gone: nothing is renewed for it. Its access tokens are
    /// good until they expire, as nobody recalls them.
    pub fn close(&mut self, account: &str) {
        let families = self.families.iter_mut();
        families
            .filter(|family| family.account == account)
            .for_each(|family| family.dead = true);
    }

    /// As if every person had revoked the app.
    pub fn revoke(&mut self) {
        self.accounts.clear();
        self.codes.clear();
        self.access.clear();
        self.refresh.clear();
    }
}
