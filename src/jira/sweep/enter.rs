//! The steps by which a host says whose data it keeps.

use super::{
    account_id::{
        ACTION_OPTIONS, ACTIONS, AccountId, ERASURES, PACK_CONFIGURATIONS, REGISTER, USER_DATA,
    },
    action::{AccountState, Action},
    own::amend,
    register::Registered,
    state::SweepState,
};
use crate::jira::{
    error::{Error, Result},
    host::{Change, Entry, Expect, Host, PutOutcome},
    instant::{SECOND_MS, UnixMs},
    store::{self, SAVE_ATTEMPTS},
};

/// How many accounts or ids a call takes. In trips to the store these are some
/// 60 for `enter`, two for each action to acknowledge, and five for each account
/// to forget.
pub const MAX_ITEMS: usize = 1_000;

/// What is read of each before it is entered: its entry, an erasure, an action.
const KEYS_OF_AN_ACCOUNT: usize = 3;

const MAX_CLOUD_IDS: usize = 100;
const MAX_CLOUD_ID_CHARS: usize = 64;

/// How much of a refused id is repeated.
const SHOWN_CHARS: usize = 200;

/// How far the clock by which a host notes what it retrieves may be ahead of
/// ours.
const MOST_AHEAD_MS: u64 = 300 * SECOND_MS;

/// 2002-01-01, before the first Jira: earlier times are seconds taken for
/// milliseconds.
const EARLIEST: UnixMs = UnixMs(1_009_843_200_000);

/// An account whose data the host keeps; wit/sweep.wit describes the fields.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "wit/sweep.wit describes the fields")]
pub struct HeldAccount {
    pub account_id: String,
    pub retrieved_at: UnixMs,
    pub cloud_ids: Vec<String>,
    pub may_be_older: bool,
}

/// Why an account was not taken. wit/sweep.wit describes each case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "wit/sweep.wit describes the cases")]
pub enum Refusal {
    AccountId,
    RetrievedAt,
    Older,
    CloudIds,
    Closed,
    HasData,
    Damaged,
}

/// An account that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedAccount {
    /// Its place in the list.
    pub index: u32,
    /// Its id, as given.
    pub account_id: String,
    /// Why.
    pub reason: Refusal,
    /// In words.
    pub message: String,
}

/// What `enter` did.
#[derive(Debug, Clone, Default)]
pub struct Entered {
    /// New in the register.
    pub added: u32,
    /// Known before.
    pub renewed: u32,
    /// Not taken.
    pub refused: Vec<RefusedAccount>,
}

/// What `forget` did.
#[derive(Debug, Clone, Default)]
pub struct Forgotten {
    /// Out of the register.
    pub removed: u32,
    /// Still in it, for a connection.
    pub kept: u32,
    /// Not forgotten.
    pub refused: Vec<RefusedAccount>,
}

type No = (Refusal, String);

/// Enters accounts.
pub async fn enter(host: &impl Host, accounts: &[HeldAccount]) -> Result<Entered> {
    at_most("enter", accounts.len())?;
    let mut entered = Entered::default();
    let mut checked = Vec::new();
    for (index, account) in accounts.iter().enumerate() {
        match check(account, host.now()) {
            Ok(id) => checked.push((index, id, account)),
            Err(no) => entered
                .refused
                .push(refused(index, &account.account_id, no)),
        }
    }
    if !checked.is_empty() {
        SweepState::note_entry(host).await?;
    }
    for chunk in checked.chunks(store::READ_AT_ONCE / KEYS_OF_AN_ACCOUNT) {
        let mut left: Vec<_> = chunk.iter().collect();
        for attempt in 0.. {
            left = enter_at_once(host, left, &mut entered).await?;
            match left.first() {
                None => break,
                Some((_, id, _)) if attempt == store::UPDATE_ATTEMPTS => {
                    return Err(store::contended(&id.key(REGISTER)));
                }
                Some(_) => {}
            }
        }
    }
    Ok(entered)
}

type Checked<'a> = (usize, AccountId, &'a HeldAccount);

/// Enters some accounts in two trips. Those that somebody else wrote in between
/// are left.
async fn enter_at_once<'a, 'b>(
    host: &impl Host,
    accounts: Vec<&'a Checked<'b>>,
    entered: &mut Entered,
) -> Result<Vec<&'a Checked<'b>>> {
    let keys = |(_, id, _): &&Checked<'_>| [REGISTER, ERASURES, ACTIONS].map(|kind| id.key(kind));
    let keys: Vec<_> = accounts.iter().flat_map(keys).collect();
    let found = store::get_readable(host, &keys).await?;
    let mut changes = Vec::new();
    let mut changing = Vec::new();
    let keys_of_each = keys.chunks(KEYS_OF_AN_ACCOUNT);
    let found_of_each = found.chunks(KEYS_OF_AN_ACCOUNT);
    for ((checked, keys), found) in accounts.iter().zip(keys_of_each).zip(found_of_each) {
        let (index, _, account) = checked;
        match decide(account, keys, found, host.now()) {
            Ok(Some(change)) => {
                changing.push(*checked);
                changes.push(change);
            }
            Ok(None) => entered.renewed += 1,
            Err(no) => entered
                .refused
                .push(refused(*index, &account.account_id, no)),
        }
    }
    let outcomes = store::save_all(host, &changes, SAVE_ATTEMPTS).await?;
    let mut left = Vec::new();
    for ((checked, change), outcome) in changing.into_iter().zip(changes).zip(outcomes) {
        match (outcome, change.expect) {
            (PutOutcome::Stale(_), _) => left.push(checked),
            (PutOutcome::Stored(_), Expect::Absent) => entered.added += 1,
            (PutOutcome::Stored(_), _) => entered.renewed += 1,
        }
    }
    Ok(left)
}

/// What to write for an account, given what is there: its entry, an erasure
/// that is under way, an action that waits.
fn decide(
    account: &HeldAccount,
    keys: &[String],
    found: &[Result<Option<Entry>>],
    now: UnixMs,
) -> Result<Option<Change>, No> {
    let ([key, erasure_key, action_key], [entry, erasure, action]) = (keys, found) else {
        return Ok(None);
    };
    let is_closed = |(key, entry): (&String, &Result<Option<Entry>>)| {
        let entry = entry.as_ref().ok().and_then(Option::as_ref);
        let action = entry.map(|entry| store::decode::<Action>(key, entry));
        matches!(action, Some(Ok(action)) if action.value.state == AccountState::Closed)
    };
    if [(erasure_key, erasure), (action_key, action)]
        .into_iter()
        .any(is_closed)
    {
        let why = "Atlassian says that the account is closed: erase its data and acknowledge that";
        return Err((Refusal::Closed, why.into()));
    }
    let decode = |entry| store::decode::<Registered>(key, entry);
    let stored = match entry {
        Ok(entry) => entry.as_ref().map(decode).transpose(),
        Err(error) => Err(error.clone()),
    };
    let stored = stored.map_err(|error| (Refusal::Damaged, error.to_string()))?;
    let (before, expect) = match stored {
        Some(stored) => (stored.value, Expect::Version(stored.version)),
        None => (Registered::new(now), Expect::Absent),
    };
    let after = renew(before.clone(), account)?;
    let is_same = after == before;
    Ok((!is_same).then(|| Change {
        key: key.clone(),
        value: store::encode(&after),
        expect,
    }))
}

fn renew(entry: Registered, account: &HeldAccount) -> Result<Registered, No> {
    let known = entry.retrieved_at;
    if let Some(known) = known.filter(|known| *known > account.retrieved_at)
        && !account.may_be_older
    {
        let why = format!("the time entered before is later ({known}); see may-be-older");
        return Err((Refusal::Older, why));
    }
    let mut cloud_ids = entry.cloud_ids;
    for cloud_id in &account.cloud_ids {
        if !cloud_ids.contains(cloud_id) {
            cloud_ids.push(cloud_id.clone());
        }
    }
    if cloud_ids.len() > MAX_CLOUD_IDS {
        let why = format!("an account has at most {MAX_CLOUD_IDS} cloud ids");
        return Err((Refusal::CloudIds, why));
    }
    Ok(Registered {
        retrieved_at: Some(account.retrieved_at),
        cloud_ids,
        retrieve_again: entry.retrieve_again && known == Some(account.retrieved_at),
        ..entry
    })
}

fn check(account: &HeldAccount, now: UnixMs) -> Result<AccountId, No> {
    let id = AccountId::parse(&account.account_id)
        .map_err(|why| (Refusal::AccountId, String::from(why)))?;
    let at = account.retrieved_at;
    if at < EARLIEST || at > now.plus(MOST_AHEAD_MS) {
        let why = format!("{} ms is not when data was retrieved ({now} is now)", at.0);
        return Err((Refusal::RetrievedAt, why));
    }
    let is_cloud_id = |id: &String| {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        (1..=MAX_CLOUD_ID_CHARS).contains(&id.len()) && id.bytes().all(allowed)
    };
    match account.cloud_ids.iter().all(is_cloud_id) {
        true => Ok(id),
        false => Err((Refusal::CloudIds, "one of them is no cloud id".into())),
    }
}

/// Takes accounts out of the register of which the host keeps nothing more.
pub async fn forget(host: &impl Host, ids: &[String]) -> Result<Forgotten> {
    at_most("forget", ids.len())?;
    let mut forgotten = Forgotten::default();
    for (index, given) in ids.iter().enumerate() {
        let outcome = match AccountId::parse(given) {
            Ok(id) => forget_one(host, &id).await?,
            Err(why) => Err((Refusal::AccountId, why.into())),
        };
        match outcome {
            Ok(Some(true)) => forgotten.removed += 1,
            Ok(Some(false)) => forgotten.kept += 1,
            Ok(None) => {}
            Err(no) => forgotten.refused.push(refused(index, given, no)),
        }
    }
    Ok(forgotten)
}

/// Data that is still there must go on being reported, so the account stays.
async fn forget_one(host: &impl Host, id: &AccountId) -> Result<Result<Option<bool>, No>> {
    for kind in [PACK_CONFIGURATIONS, ACTION_OPTIONS, USER_DATA] {
        let prefix = id.prefix(kind);
        if !store::list(host, &prefix).await?.is_empty() {
            let why = format!("the store still has data under {prefix}");
            return Ok(Err((Refusal::HasData, why)));
        }
    }
    let without = |entry: Registered| Registered {
        retrieved_at: None,
        cloud_ids: Vec::new(),
        retrieve_again: false,
        ..entry
    };
    amend(host, id, &without).await.map(Ok)
}

fn refused(index: usize, account_id: &str, (reason, message): No) -> RefusedAccount {
    RefusedAccount {
        index: u32::try_from(index).unwrap_or(u32::MAX),
        account_id: account_id.chars().take(SHOWN_CHARS).collect(),
        reason,
        message,
    }
}

/// Refuses a list that is too long for one call.
pub fn at_most(step: &'static str, count: usize) -> Result<()> {
    if count <= MAX_ITEMS {
        return Ok(());
    }
    let why = format!("it has {count} items; a call takes at most {MAX_ITEMS}");
    Err(Error::invalid(step, why))
}
