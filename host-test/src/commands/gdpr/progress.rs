use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jira_host::types::SweepReport;

use super::sweep::accounts_in_batches;
use crate::log;
use crate::output::grouped;

/// How often it moves while nothing comes.
const TICK: Duration = Duration::from_millis(100);

/// Shows on standard error how far a sweep is, where that is a terminal. How
/// many accounts there are, only the way through all of them would tell.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(super) fn begin() -> Self {
        let bar = ProgressBar::with_draw_target(None, log::drawing());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.set_message("looking for accounts that are due");
            bar.enable_steady_tick(TICK);
        }
        Progress { bar }
    }

    pub(super) fn show(&self, report: &SweepReport) {
        let counts = &report.counts;
        let mut message = format!(
            "reported {}, {} closed, {} updated",
            accounts_in_batches(counts),
            number(counts.closed),
            number(counts.updated)
        );
        if counts.failed > 0 {
            message.push_str(&format!(", {} failed", number(counts.failed)));
        }
        self.bar.set_message(message);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A count, to be read.
pub(super) fn number(count: u32) -> String {
    usize::try_from(count).map_or_else(|_| count.to_string(), grouped)
}
