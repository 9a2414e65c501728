//! A way through the register: batches out, answers in.
//!
//! Requests are on their way together; everything else happens one after the
//! other, beside them. The outcome of a batch is saved before anything is done
//! about it, in one trip: what is to be erased, that its accounts were reported,
//! and the evidence.

mod gone;
mod landing;
mod outcome;

use url::Url;

use self::landing::Split;
use super::{
    account_id::{AccountId, ERASURES},
    action::Action,
    answer::{self, ANSWER_BYTES, Failure},
    consenters::Consenters,
    erasure::Eraser,
    evidence::{Counts, Evidence},
    lease::LEASE_MS,
    options::{Checked, REPORT_TIMEOUT_MS},
    own,
    plan::{Batch, Due, Plan, Rule},
    report::{Efforts, End, Stop},
    sender::Sender,
    state::SweepState,
};
use crate::jira::{
    beside::beside,
    error::{Error, Result},
    flight::Flight,
    host::{Deadline, Host},
    http::{HttpRequest, HttpResponse, SendLimits, TransportError},
    instant::{SECOND_MS, UnixMs},
    lease::Lease,
    secret::Secret,
    store::{self, SAVE_ATTEMPTS, Stored},
};

/// When an erasure that has failed is tried again.
const UNFINISHED_MS: u64 = 3_600 * SECOND_MS;

/// How long is waited without a look at the lease.
const PAUSE_AT_ONCE_MS: u64 = LEASE_MS / 4;

/// A sweep at work.
#[derive(Debug)]
pub struct Pass<'a, H> {
    host: &'a H,
    deadline: Deadline,
    /// Until when what was answered is acted upon. The next sweep does the rest.
    act_by: Deadline,
    in_flight: usize,
    batches_left: u32,
    lease: &'a Lease<'a, H>,
    plan: Plan<'a, H>,
    sender: Sender<'a, H>,
    eraser: Eraser<'a, H>,
    flight: Flight<'a, (), Landed>,
    /// Batches to be sent again, and the halves of those that were refused, the
    /// next one last.
    waiting: Vec<Batch>,
    splits: Vec<Split>,
    paused_until_ms: u64,
    pauses: u32,
    failed_in_a_row: u32,
    stop: Option<(Error, Option<UnixMs>)>,
    taken_over: bool,
    /// An erasure has failed, or is left. It is not to wait for a cycle.
    has_unfinished: bool,
    attempts: u32,
    paused_ms: u64,
    /// The cycle, as last told.
    pub cycle_ms: u64,
    /// What was done.
    pub counts: Counts,
    /// What failed.
    pub failures: Vec<Failure>,
    /// What was sent.
    pub evidence: Evidence,
}

/// A batch whose answer has come.
#[derive(Debug)]
struct Landed {
    batch: Batch,
    used: Secret,
    /// How many pauses in a row there had been when it was sent.
    pauses: u32,
    result: Result<HttpResponse, TransportError>,
}

impl<'a, H: Host> Pass<'a, H> {
    /// Begins one, under the lease.
    pub async fn begin(host: &'a H, options: &Checked, lease: &'a Lease<'a, H>) -> Result<Self> {
        let now = host.now();
        let is_new = options.start.is_none();
        let started = |state: SweepState| SweepState {
            started_at: Some(now),
            entered_since: state.entered_since.filter(|_| !is_new),
            ..state
        };
        let cycle_ms = SweepState::update(host, &started).await?.cycle_ms;
        if is_new {
            own::enter_missing(host).await?;
        }
        let start = options.start(now);
        let mut evidence = Evidence::new(start.sweep, cycle_ms);
        let number = match is_new {
            true => 1,
            false => evidence.next_batch(host).await?,
        };
        let deadline = Deadline::after(host, options.timeout_ms);
        let rule = Rule {
            cycle_ms,
            force: options.force,
        };
        Ok(Self {
            host,
            deadline,
            act_by: Deadline::after(host, options.timeout_ms + REPORT_TIMEOUT_MS),
            in_flight: options.in_flight,
            batches_left: options.max_batches,
            lease,
            plan: Plan::new(host, start, rule, number),
            sender: Sender::new(host, options.connection.clone()),
            eraser: Eraser {
                host,
                consenters: Consenters::default(),
            },
            flight: Flight::default(),
            waiting: Vec::new(),
            splits: Vec::new(),
            paused_until_ms: 0,
            pauses: 0,
            failed_in_a_row: 0,
            stop: None,
            taken_over: false,
            has_unfinished: false,
            attempts: 0,
            paused_ms: 0,
            cycle_ms,
            counts: Counts::default(),
            failures: Vec::new(),
            evidence,
        })
    }

    /// Goes as far as it may. Where the store fails, nothing more is sent, and
    /// what is on its way is still seen to: Atlassian has taken it.
    pub async fn run(&mut self) {
        let resumed = self.resume().await;
        self.stop_where_failed(resumed);
        while !self.taken_over {
            let launched = self.launch().await;
            self.stop_where_failed(launched);
            let seen_to = match self.flight.next_to_land().await {
                Some(landed) => self.land(landed).await,
                None if self.is_over() => break,
                None => self.pause().await,
            };
            self.stop_where_failed(seen_to);
        }
    }

    /// How it ended. Notes it in the store, if it is still ours to do so.
    pub async fn end(&mut self) -> Result<(End, SweepState)> {
        self.counts.seen = self.plan.seen;
        if self.taken_over {
            return Ok((End::TakenOver, SweepState::read(self.host).await?));
        }
        let is_complete = self.stop.is_none() && self.plan.is_over() && self.waiting.is_empty();
        let now = self.host.now();
        let stopped = self.stop.as_ref().map(|(error, _)| error);
        let summary = self
            .evidence
            .end(now, self.counts, is_complete, stopped, self.cycle_ms);
        if let Some(summary) = summary {
            store::save_all(self.host, &[summary], SAVE_ATTEMPTS).await?;
        }
        if is_complete {
            // Also those of a sweep that has lost its lease.
            self.has_unfinished |= !store::list(self.host, ERASURES).await?.is_empty();
        }
        let (earliest, has_unfinished) = (self.plan.earliest, self.has_unfinished);
        let soon = now.plus(UNFINISHED_MS);
        let completed = |state: SweepState| {
            let counted_from = earliest.into_iter().chain(state.entered_since);
            let counted_from = counted_from.fold(now, UnixMs::min);
            let accounts_due = counted_from.plus(state.cycle_ms);
            SweepState {
                next_due: Some(match has_unfinished {
                    true => accounts_due.min(soon),
                    false => accounts_due,
                }),
                completed_at: Some(now),
                ..state
            }
        };
        let unfinished = |state: SweepState| SweepState {
            next_due: Some(state.next_due.map_or(soon, |due| due.min(soon))),
            ..state
        };
        let state = match (is_complete, has_unfinished) {
            (true, _) => SweepState::update(self.host, &completed).await?,
            (false, true) => SweepState::update(self.host, &unfinished).await?,
            (false, false) => SweepState::read(self.host).await?,
        };
        let end = match self.stop.take() {
            _ if is_complete => End::Complete,
            None => End::More(self.plan.cursor()),
            Some((error, not_before)) => End::Stopped(Stop {
                error,
                cursor: self.plan.cursor(),
                not_before,
            }),
        };
        Ok((end, state))
    }

    /// What it took.
    pub fn efforts(&self) -> Efforts {
        Efforts {
            attempts: self.attempts,
            waited_ms: self.paused_ms + self.sender.waited_ms,
            refresh: self.sender.refresh,
        }
    }

    /// Finishes what a sweep that was cut short has left, before anything else.
    /// It may take half of the time: what cannot be erased is tried each time, and
    /// must leave some for reports.
    async fn resume(&mut self) -> Result<()> {
        let of_reports_ms = self.deadline.remaining_ms(self.host) / 2;
        for key in store::list(self.host, ERASURES).await? {
            if self.deadline.remaining_ms(self.host) <= of_reports_ms {
                return Ok(());
            }
            let Some(id) = AccountId::from_key(ERASURES, &key) else {
                continue;
            };
            match store::read::<Action>(self.host, &key).await {
                Ok(Some(Stored { value, .. })) => {
                    self.counts.resumed += 1;
                    self.act(id, value).await?;
                }
                Ok(None) => {}
                Err(error) => {
                    self.has_unfinished = true;
                    self.note(Failure {
                        batch: 0,
                        accounts: vec![id],
                        error,
                    });
                }
            }
        }
        Ok(())
    }

    /// Sends batches until as many are on their way as may be.
    async fn launch(&mut self) -> Result<()> {
        if !self.keep_lease().await? {
            return Ok(());
        }
        while self.may_launch() {
            let batch = match self.waiting.pop() {
                Some(batch) => batch,
                None => match self.next_batch().await? {
                    Some(batch) => batch,
                    None => return Ok(()),
                },
            };
            match self.token().await {
                Ok((url, token)) => {
                    // To get this far may have taken longer than the lease lasts.
                    if !self.keep_lease().await? {
                        return Ok(());
                    }
                    let request = answer::request(url, token.clone(), &batch.accounts);
                    self.attempts += 1;
                    let report = send(self.host, request, token, batch, self.pauses);
                    self.flight.add((), report);
                }
                Err(error) => {
                    self.waiting.push(batch);
                    if self.deadline.remaining_ms(self.host) > 0 {
                        self.stop_for(error, None);
                    }
                }
            }
        }
        Ok(())
    }

    async fn token(&mut self) -> Result<(Url, Secret)> {
        let token = self.sender.token(self.deadline);
        let token = beside(self.lease.keep(), token);
        self.flight.beside(token).await
    }

    async fn next_batch(&mut self) -> Result<Option<Batch>> {
        if self.batches_left == 0 {
            return Ok(None);
        }
        loop {
            let planned = beside(self.lease.keep(), self.plan.next(self.deadline));
            let batch = self.flight.beside(planned).await?;
            for failure in core::mem::take(&mut self.plan.damaged) {
                self.note(failure);
            }
            let Some(batch) = batch else {
                return Ok(None);
            };
            let batch = self.without_gone(batch).await?;
            if !batch.accounts.is_empty() {
                self.batches_left -= 1;
                self.counts.due += count(&batch.accounts);
                return Ok(Some(batch));
            }
        }
    }

    fn may_launch(&self) -> bool {
        self.stop.is_none()
            && self.flight.len() < self.in_flight
            && self.paused_until_ms <= self.host.monotonic_ms()
            && self.deadline.remaining_ms(self.host) > 0
    }

    /// Whether nothing more will be sent.
    fn is_over(&self) -> bool {
        let has_more = !self.waiting.is_empty() || (self.batches_left > 0 && !self.plan.is_over());
        self.stop.is_some() || !has_more || self.deadline.remaining_ms(self.host) == 0
    }

    /// Waits, while Atlassian wants us to; no longer than the lease needs.
    async fn pause(&mut self) -> Result<()> {
        let ms = self
            .paused_until_ms
            .saturating_sub(self.host.monotonic_ms());
        if ms > 0 {
            let ms = ms.min(PAUSE_AT_ONCE_MS);
            self.host.sleep(ms).await;
            self.paused_ms += ms;
        }
        Ok(())
    }

    async fn keep_lease(&mut self) -> Result<bool> {
        self.taken_over |= !self.lease.renew_if_due().await?;
        Ok(!self.taken_over)
    }

    fn stop_where_failed(&mut self, result: Result<()>) {
        if let Err(error) = result {
            self.stop_for(error, None);
        }
    }

    fn stop_for(&mut self, error: Error, not_before: Option<UnixMs>) {
        self.stop.get_or_insert((error, not_before));
    }
}

/// Sends one report, once. Waiting and sending again are for the whole sweep
/// to decide.
async fn send(
    host: &impl Host,
    request: HttpRequest,
    used: Secret,
    batch: Batch,
    pauses: u32,
) -> Landed {
    let limits = SendLimits {
        timeout_ms: REPORT_TIMEOUT_MS,
        body_bytes: ANSWER_BYTES,
    };
    Landed {
        result: host.send(&request, limits).await,
        batch,
        used,
        pauses,
    }
}

fn count(accounts: &[Due]) -> u32 {
    u32::try_from(accounts.len()).unwrap_or(u32::MAX)
}
