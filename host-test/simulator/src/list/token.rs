//! Tokens that name a place in a list.

use crate::clock::Now;
use crate::request::Request;
use crate::secrets::mixed;
use serde_json::Value;
use std::time::Duration;

/// How long a token names its place.
const LIFETIME: Duration = Duration::from_secs(7 * 86_400);

/// Every token begins so: with letters that must be encoded in a query.
const PREFIX: &str = "Ch0+";
/// Every token ends so.
const SUFFIX: &str = "==";

/// A request but for its place: what must stay the same from page to page.
#[derive(Clone, Copy)]
pub(crate) struct Frozen(u64);

impl Frozen {
    /// The request without the parameters of these names.
    pub fn of(request: &Request, json: &Value, moving: &[&str]) -> Frozen {
        let mut pairs = request.pairs();
        pairs.retain(|(name, _)| !moving.contains(&name.as_str()));
        let mut json = json.clone();
        if let Some(members) = json.as_object_mut() {
            members.retain(|name, _| !moving.contains(&name.as_str()));
        }
        Frozen(mixed((request.path(), pairs, json.to_string())))
    }

    /// A token for a place in the list that this request asks for.
    pub fn token(self, place: usize, now: Now) -> String {
        let (list, since) = (self.0, now.epoch_millis());
        format!("{PREFIX}{list:016x}/{since:x}/{place}{SUFFIX}")
    }

    /// The place that a token names, if it was given to this request within
    /// the last seven days.
    pub fn place(self, token: &str, now: Now) -> Option<usize> {
        let token = token.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
        let mut parts = token.split('/');
        let list = u64::from_str_radix(parts.next()?, 16).ok()?;
        let since = u64::from_str_radix(parts.next()?, 16).ok()?;
        let age = Duration::from_millis(now.epoch_millis().saturating_sub(since));
        let place = parts.next()?.parse().ok()?;
        (list == self.0 && age <= LIFETIME).then_some(place)
    }
}
