use std::time::{Duration, Instant};

use jira_host::types::Summary;

use crate::commands::instant::{second, span};
use crate::log;

/// How often it is told that a cycle is overdue.
const AGAIN_AFTER: Duration = Duration::from_secs(60 * 60);

/// Tells on standard error when a cycle is overdue, and when it no longer is.
#[derive(Default)]
pub(super) struct Alarm {
    told: Option<Instant>,
}

impl Alarm {
    pub(super) fn look(&mut self, overdue: Option<Duration>, summary: &Summary) {
        match (overdue, self.told) {
            (None, None) => {}
            (None, Some(_)) => {
                log::request(format_args!("The cycle is not overdue any more."));
                self.told = None;
            }
            (Some(_), Some(told)) if told.elapsed() < AGAIN_AFTER => {}
            (Some(late), _) => {
                let late = span(u64::try_from(late.as_millis()).unwrap_or(u64::MAX));
                let due = second(summary.next_due_unix_ms.unwrap_or_default());
                log::request(format_args!(
                    "OVERDUE: accounts had to be reported to Atlassian by {due}, {late} ago. Not \
                     to report them is a breach of its terms."
                ));
                self.told = Some(Instant::now());
            }
        }
    }
}
