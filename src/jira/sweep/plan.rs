//! Which accounts are due, in batches: the register, read page by page.

mod start;

pub use self::start::Start;
use super::{
    account_id::{AccountId, REGISTER},
    answer::Failure,
    evidence::SweepId,
    register,
};
use crate::jira::{
    error::{Error, Result},
    host::{Deadline, Host},
    instant::UnixMs,
    store::{self, Stored},
};

/// How many accounts Atlassian takes in one request.
pub const BATCH_ACCOUNTS: usize = 90;

/// The page on which a plan begins.
const FIRST_PAGE: u32 = 1;

/// An account that is due.
#[derive(Debug, Clone)]
pub struct Due {
    /// Its id.
    pub id: AccountId,
    /// Its entry in the register, as it was read.
    pub entry: Stored<register::Registered>,
    /// When the oldest of what is kept was retrieved.
    pub retrieved_at: UnixMs,
    page: u32,
}

impl Due {
    /// The same account, as the register has it now; nothing where nothing is kept
    /// of it any more.
    #[must_use]
    pub fn again(self, entry: Option<Stored<register::Registered>>) -> Option<Self> {
        let entry = entry?;
        let retrieved_at = entry.value.oldest()?;
        Some(Self {
            entry,
            retrieved_at,
            ..self
        })
    }
}

/// Accounts that are reported together.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Its number.
    pub number: u32,
    /// The accounts: 90, but where the register or the time ends.
    pub accounts: Vec<Due>,
}

/// What makes an account due.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// How often each account is reported.
    pub cycle_ms: u64,
    /// Report also within the cycle, but not twice in this sweep.
    pub force: bool,
}

/// The way through the register.
#[derive(Debug)]
pub struct Plan<'a, H> {
    host: &'a H,
    sweep: SweepId,
    rule: Rule,
    /// The keys of the page at hand that were not looked at, the next one last.
    keys: Vec<String>,
    page: u32,
    next_page: Option<Option<String>>,
    /// How many accounts of the first page were concluded before.
    skip: usize,
    /// The pages with accounts that are not seen to: where each is listed, and
    /// how many.
    open_pages: Vec<OpenPage>,
    ready: Vec<Due>,
    /// Accounts that are planned, under way, or have failed, in order: a listing
    /// may repeat a key.
    in_hand: Vec<AccountId>,
    /// From when the earliest next report is counted, as far as it is known.
    pub earliest: Option<UnixMs>,
    /// How many accounts were looked at.
    pub seen: u32,
    /// Entries that cannot be read.
    pub damaged: Vec<Failure>,
    number: u32,
}

#[derive(Debug)]
struct OpenPage {
    number: u32,
    cursor: Option<String>,
    accounts: usize,
    concluded: usize,
}

impl<'a, H: Host> Plan<'a, H> {
    /// From the beginning, or from where an earlier call left off.
    pub fn new(host: &'a H, start: Start, rule: Rule, number: u32) -> Self {
        Self {
            host,
            sweep: start.sweep,
            rule,
            keys: Vec::new(),
            page: 0,
            next_page: Some(start.at),
            skip: start.skip,
            open_pages: Vec::new(),
            ready: Vec::new(),
            in_hand: Vec::new(),
            earliest: start.earliest,
            seen: 0,
            damaged: Vec::new(),
            number,
        }
    }

    /// The next batch; nothing at the end of the register. What was found is
    /// given when the time is over, or a sweep might never come past it.
    pub async fn next(&mut self, deadline: Deadline) -> Result<Option<Batch>> {
        while self.ready.len() < BATCH_ACCOUNTS
            && deadline.remaining_ms(self.host) > 0
            && self.read_on().await?
        {}
        let count = self.ready.len().min(BATCH_ACCOUNTS);
        if count == 0 {
            return Ok(None);
        }
        let number = self.number;
        self.number += 1;
        Ok(Some(Batch {
            number,
            accounts: self.ready.drain(..count).collect(),
        }))
    }

    /// Notes what came of an account: from when its next report is counted, or
    /// that it has left the register. One that failed is not taken up again.
    pub fn conclude(&mut self, due: &Due, counted_from: Option<UnixMs>, has_failed: bool) {
        if let Ok(place) = self.in_hand.binary_search(&due.id)
            && !has_failed
        {
            self.in_hand.remove(place);
        }
        self.count_from(counted_from);
        if let Some(open) = self.open_page(due.page) {
            open.accounts -= 1;
            open.concluded += 1;
        }
    }

    /// Whether nothing is left to plan.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.ready.is_empty() && self.keys.is_empty() && self.next_page.is_none()
    }

    /// Where to go on: at the first page with an account that is not seen to.
    /// Those of it that are will not be due again.
    #[must_use]
    pub fn cursor(&self) -> String {
        let skip = 0;
        Start {
            skip,
            ..self.rest()
        }
        .to_cursor()
    }

    /// The same, for a dry run, which leaves all of them due.
    #[must_use]
    pub fn dry_cursor(&self) -> String {
        self.rest().to_cursor()
    }

    fn rest(&self) -> Start {
        let is_left = |open: &&OpenPage| {
            open.accounts > 0 || (open.number == self.page && !self.keys.is_empty())
        };
        let (at, skip) = match self.open_pages.iter().find(is_left) {
            Some(open) => (open.cursor.clone(), open.concluded),
            None => (self.next_page.clone().flatten(), 0),
        };
        Start {
            sweep: self.sweep,
            earliest: self.earliest,
            skip,
            at,
        }
    }

    async fn read_on(&mut self) -> Result<bool> {
        if self.keys.is_empty() && !self.turn_page().await? {
            return Ok(false);
        }
        let left = self.keys.len().saturating_sub(store::READ_AT_ONCE);
        let keys = self.keys.split_off(left);
        let ids = keys.iter().rev();
        let mut ids: Vec<_> = ids
            .filter_map(|key| AccountId::from_key(REGISTER, key))
            .collect();
        ids.retain(|id| self.in_hand.binary_search(id).is_err());
        let entries = match register::read_many(self.host, &ids).await {
            Ok(entries) => entries,
            Err(error) => {
                self.keys.extend(keys);
                return Err(error);
            }
        };
        for (id, entry) in ids.into_iter().zip(entries) {
            match entry {
                Some(Ok(entry)) => self.look_at(id, entry),
                Some(Err(error)) => self.give_up_on(id, error),
                None => {}
            }
        }
        Ok(true)
    }

    async fn turn_page(&mut self) -> Result<bool> {
        let Some(at) = self.next_page.take() else {
            return Ok(false);
        };
        let listed = self.host.list(REGISTER, at.clone()).await;
        let listed = match listed {
            Ok(listed) => listed,
            Err(error) => {
                self.next_page = Some(at);
                return Err(error.into());
            }
        };
        self.open_pages.retain(|open| open.accounts > 0);
        self.page += 1;
        self.open_pages.push(OpenPage {
            number: self.page,
            cursor: at,
            accounts: 0,
            concluded: 0,
        });
        self.next_page = listed.cursor.map(Some);
        self.keys = listed.keys;
        self.keys.reverse();
        Ok(true)
    }

    fn look_at(&mut self, id: AccountId, entry: Stored<register::Registered>) {
        self.seen += 1;
        let now = self.host.now();
        let is_due = match (self.rule.force, entry.value.reported_before(now)) {
            (true, Some(reported_at)) => reported_at < self.sweep.0,
            _ => entry.value.is_due(now, self.rule.cycle_ms),
        };
        match entry.value.oldest() {
            Some(retrieved_at) if is_due => self.make_ready(id, entry, retrieved_at),
            Some(_) => self.count_from(Some(entry.value.counted_from())),
            None => {}
        }
    }

    fn make_ready(
        &mut self,
        id: AccountId,
        entry: Stored<register::Registered>,
        retrieved_at: UnixMs,
    ) {
        if !self.take_in_hand(&id) {
            return;
        }
        let page = self.page;
        let is_concluded = page == FIRST_PAGE && self.skip > 0;
        if let Some(open) = self.open_page(page) {
            match is_concluded {
                true => open.concluded += 1,
                false => open.accounts += 1,
            }
        }
        if is_concluded {
            self.skip -= 1;
            return self.count_from(Some(entry.value.counted_from()));
        }
        self.ready.push(Due {
            id,
            entry,
            retrieved_at,
            page,
        });
    }

    fn give_up_on(&mut self, id: AccountId, error: Error) {
        if self.take_in_hand(&id) {
            self.damaged.push(Failure {
                batch: 0,
                accounts: vec![id],
                error,
            });
        }
    }

    fn take_in_hand(&mut self, id: &AccountId) -> bool {
        match self.in_hand.binary_search(id) {
            Ok(_) => false,
            Err(place) => {
                self.in_hand.insert(place, id.clone());
                true
            }
        }
    }

    fn open_page(&mut self, number: u32) -> Option<&mut OpenPage> {
        self.open_pages
            .iter_mut()
            .find(|open| open.number == number)
    }

    fn count_from(&mut self, counted_from: Option<UnixMs>) {
        self.earliest = self.earliest.into_iter().chain(counted_from).min();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jira::{
        sweep::register::Registered,
        tests::fake::{FakeHost, NOW},
    };

    #[test]
    fn what_is_remembered_does_not_grow_with_the_register() {
        let host = FakeHost::new();
        host.set_page_keys(64);
        let entry = Registered {
            retrieved_at: Some(NOW),
            ..Registered::new(NOW)
        };
        for n in 0..5_000 {
            host.set_record(&format!("accounts/a{n:05}"), &entry);
        }
        let start = Start {
            sweep: SweepId(NOW),
            earliest: None,
            skip: 0,
            at: None,
        };
        let deadline = Deadline::after(&host, 1);
        let rule = Rule {
            cycle_ms: 1,
            force: false,
        };
        let mut plan = Plan::new(&host, start, rule, 1);
        let mut count = 0;
        while let Some(batch) = host.run(plan.next(deadline)).unwrap() {
            count += batch.accounts.len();
            let pages = plan.open_pages.len();
            assert!(plan.in_hand.len() < 300 && plan.ready.len() < 200 && pages < 8);
            for due in &batch.accounts {
                plan.conclude(due, Some(NOW), false);
            }
        }
        assert_eq!((count, plan.seen, plan.in_hand.len()), (5_000, 5_000, 0));
    }
}
