//! `jira-host gdpr schedule`.

mod alarm;
mod health;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use jira_host::observe::Metrics;
use jira_host::schedule::{Moment, Next, Run, Schedule, Timing};
use jira_host::types::{Summary, SweepEnd, SweepOptions, SweepReport};

use self::alarm::Alarm;
use self::health::{Health, HealthFile, HealthServer, State};
use super::actions;
use super::counts::so_far;
use super::round::{Round, Swept};
use super::status::read;
use super::step::{check_connection, failure};
use super::sweep::{SOME_FAILED, tell_failed};
use crate::commands::context::{Context, Finished, Session, interruption, listen};
use crate::commands::instant::{now_unix_ms, parse_span, second};
use crate::commands::number::count;
use crate::exit::{Exit, Failure};
use crate::log;

/// How long another sweep that took over is left alone.
const AFTER_TAKE_OVER_MS: u64 = 60_000;

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host gdpr schedule
    With a health check and metrics, for this machine only:
    jira-host gdpr schedule --health-listen 9464
    As soon as it is due, and with a file that tells how it stands:
    jira-host gdpr schedule --jitter 0s --health health.json")]
pub(crate) struct ScheduleArgs {
    /// The connection whose token is used; without it, any that may report.
    #[arg(short, long, value_name = "NAME")]
    connection: Option<String>,
    /// How many batches are on their way at once.
    #[arg(long, value_name = "COUNT", value_parser = count::<u32>(1..=16))]
    in_flight: Option<u32>,
    /// How much later than due a sweep may begin, by chance.
    #[arg(long, value_name = "SPAN", value_parser = parse_span, default_value = "30m")]
    jitter: Duration,
    /// The pause after a sweep that failed; it doubles with each that reports
    /// nothing, up to an hour. It is 10ms at least.
    #[arg(long, value_name = "SPAN", value_parser = parse_backoff, default_value = "1m")]
    backoff: Duration,
    /// How long after it was due a sweep that is not done is overdue.
    #[arg(long, value_name = "SPAN", value_parser = parse_span, default_value = "2h")]
    overdue_after: Duration,
    /// A file that is kept up to date: how it stands, as JSON.
    ///
    /// Its member `healthy` is false when a cycle is overdue, and when nothing went
    /// on for as long, a quarter of an hour at least. It is written about every five
    /// minutes, and later where Atlassian or the store is slow: one that is a
    /// quarter of an hour old is of a daemon that is stuck or gone.
    #[arg(long, value_name = "FILE")]
    health: Option<PathBuf>,
    /// Serves the same at `/health`, with status 503 when it is not healthy, and for
    /// Prometheus at `/metrics`, together with the calls and requests of this
    /// process and what came of refreshes of tokens.
    ///
    /// A port of this machine, which only this machine can reach, or an address
    /// with a port. With port 0 the system chooses, and it is told which.
    #[arg(long, value_name = "ADDRESS", value_parser = health::address)]
    health_listen: Option<SocketAddr>,
}

fn parse_backoff(text: &str) -> Result<Duration, String> {
    let backoff = parse_span(text)?;
    match backoff < Timing::LEAST_BACKOFF {
        true => Err(format!("the least is {:?}", Timing::LEAST_BACKOFF)),
        false => Ok(backoff),
    }
}

/// A run that did nothing.
const FAILED: Run = Run::Failed {
    not_before_unix_ms: None,
    has_reported: false,
};

/// The daemon.
struct Daemon<'a> {
    context: &'a Context,
    session: Session,
    options: SweepOptions,
    schedule: Schedule,
    started: Instant,
    /// What the store said when it was last read.
    summary: Summary,
    health: Health,
    file: Option<HealthFile>,
    server: Option<HealthServer>,
    alarm: Alarm,
}

impl ScheduleArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        context.refuse_json("the daemon tells what it does on standard error")?;
        let (session, _) = context.session_of_app().await?;
        match check_connection(context, &session, self.connection.as_deref()).await {
            Err(failure) if failure.exit() == Exit::Interrupted => return Ok(()),
            Err(failure) => log::warning(failure.message()),
            Ok(()) => {}
        }
        let metrics = Arc::new(Metrics::new());
        let session = session.observed_by(metrics.clone());
        let timing = Timing {
            jitter: self.jitter,
            first_backoff: self.backoff,
            overdue_after: self.overdue_after,
            ..Timing::default()
        };
        let chance = getrandom::u64().map_err(|error| Failure::new(Exit::Other, error))?;
        let health = Health::new(&timing, now_unix_ms());
        let file = self.health.map(HealthFile::new).transpose()?;
        let server = match self.health_listen {
            Some(address) => Some(HealthServer::start(address, health.clone(), metrics).await?),
            None => None,
        };
        let daemon = Daemon {
            context,
            session,
            options: SweepOptions {
                connection: self.connection,
                in_flight: self.in_flight,
                ..SweepOptions::new()
            },
            schedule: Schedule::new(timing, chance),
            started: Instant::now(),
            summary: health::NOTHING_KNOWN,
            health,
            file,
            server,
            alarm: Alarm::default(),
        };
        daemon.run().await
    }
}

impl Daemon<'_> {
    /// Runs until it is told to end, which is the end it is meant to have.
    async fn run(mut self) -> Result<(), Failure> {
        // Who reads this may end it at once.
        listen();
        log::note("Sweeps when it is due, until SIGTERM or Ctrl-C.");
        loop {
            let Some(next) = self.look().await else {
                break;
            };
            match next {
                Next::Sweep => {
                    if !self.sweep().await? {
                        break;
                    }
                }
                Next::Wait(wait) => {
                    self.note(State::Waiting(wait.reason));
                    tokio::select! {
                        () = tokio::time::sleep(wait.duration) => {}
                        () = interruption() => break,
                    }
                }
            }
        }
        self.note(State::Ended);
        log::note("Ended, with nothing on its way.");
        Ok(())
    }

    /// Looks into the store, and says what to do now: nothing where it is to end.
    async fn look(&mut self) -> Option<Next> {
        let next = match read(self.context, &self.session).await {
            Ok(summary) => {
                self.summary = summary;
                self.summary.next_due_unix_ms = self.schedule.due(self.now(), &summary);
                self.health.seen(self.summary, now_unix_ms());
                self.schedule.next(self.now(), &self.summary)
            }
            Err(failure) if failure.exit() == Exit::Interrupted => return None,
            Err(failure) => {
                failure.tell();
                self.health.look_failed(failure.to_string());
                self.schedule.look_failed()
            }
        };
        let overdue = self.schedule.overdue(self.now(), &self.summary);
        self.alarm.look(overdue, &self.summary);
        Some(next)
    }

    /// Sweeps, call by call. False where it is to end.
    async fn sweep(&mut self) -> Result<bool, Failure> {
        self.note(State::Sweeping);
        let round = Round::new(&self.session, self.options.clone(), None);
        let Finished {
            outcome,
            is_interrupted,
        } = round.go(|_| show_alive(&self.health, &mut self.file)).await;
        let connection = self.options.connection.as_deref();
        match outcome {
            Swept::Report(mut report) => {
                self.tell(&mut report);
                self.ended(*report);
            }
            Swept::Busy(until_unix_ms) => {
                let until = second(until_unix_ms);
                log::note(format_args!(
                    "Another sweep is at work, until {until} at most."
                ));
                self.schedule.ended(self.now(), Run::Busy { until_unix_ms });
            }
            Swept::Refused(error) => {
                let failure = failure(self.context, &self.session, connection, error);
                self.failed(&failure, FAILED);
            }
            Swept::Failed(failure, mut done) => {
                if let Some(report) = &mut done {
                    self.tell(report);
                }
                // Told a second time: it ends at once.
                if failure.exit() == Exit::Interrupted {
                    return Err(failure);
                }
                let run = Run::Failed {
                    not_before_unix_ms: None,
                    has_reported: done.is_some_and(|report| report.counts.reported > 0),
                };
                self.failed(&failure, run);
            }
        }
        Ok(!is_interrupted)
    }

    /// Tells what was done.
    fn tell(&mut self, report: &mut SweepReport) {
        let told = Summary {
            next_due_unix_ms: report.next_due_unix_ms,
            ..self.summary
        };
        report.next_due_unix_ms = self.schedule.due(self.now(), &told);
        log::note(format_args!(
            "Sweep {}: {}.",
            report.sweep,
            so_far(&report.counts)
        ));
        tell_failed(&report.failed);
        let has_more = report.more_actions.is_some();
        actions::tell_waiting(self.context, &report.actions, has_more);
        self.health.swept(report);
    }

    /// Notes how a sweep ended, and says when it goes on.
    fn ended(&mut self, report: SweepReport) {
        let connection = self.options.connection.as_deref();
        let has_reported = report.counts.reported > 0;
        match report.end {
            SweepEnd::Complete if report.failed.is_empty() => {
                if let Some(due) = report.next_due_unix_ms {
                    log::note(format_args!("The next one is due at {}.", second(due)));
                }
                self.schedule.ended(self.now(), Run::Covered);
                self.health.run_ended(now_unix_ms(), None, 0);
            }
            SweepEnd::Complete | SweepEnd::More(_) => {
                let message = match report.failed.is_empty() {
                    true => "the sweep is not finished; the next one goes on with it",
                    false => SOME_FAILED,
                };
                let run = Run::Failed {
                    not_before_unix_ms: None,
                    has_reported,
                };
                self.failed(&Failure::new(Exit::Other, message), run);
            }
            SweepEnd::Stopped(stop) => {
                let failure = failure(self.context, &self.session, connection, stop.error);
                let run = Run::Failed {
                    not_before_unix_ms: stop.not_before_unix_ms,
                    has_reported,
                };
                self.failed(&failure, run);
                if let Some(at) = stop.not_before_unix_ms {
                    log::note(format_args!("hint: not again before {}", second(at)));
                }
            }
            SweepEnd::TakenOver => {
                log::note("Another sweep has taken over.");
                let until_unix_ms = now_unix_ms().saturating_add(AFTER_TAKE_OVER_MS);
                self.schedule.ended(self.now(), Run::Busy { until_unix_ms });
            }
        }
    }

    fn failed(&mut self, failure: &Failure, run: Run) {
        failure.tell();
        self.schedule.ended(self.now(), run);
        let why = failure.to_string();
        self.health
            .run_ended(now_unix_ms(), Some(why), self.schedule.failures());
    }

    /// Shows how it stands, to whoever watches.
    fn note(&mut self, state: State) {
        self.health.set(state);
        if let Some(file) = &mut self.file {
            file.write(&self.health.document(now_unix_ms()));
        }
    }

    fn now(&self) -> Moment {
        Moment {
            unix_ms: now_unix_ms(),
            monotonic: self.started.elapsed(),
        }
    }
}

/// Shows in the middle of a run that it goes on.
fn show_alive(health: &Health, file: &mut Option<HealthFile>) {
    let now = now_unix_ms();
    health.alive(now);
    if let Some(file) = file {
        file.write(&health.document(now));
    }
}

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.end();
        }
    }
}
