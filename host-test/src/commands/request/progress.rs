use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jira_host::types::ListReport;

use crate::log;
use crate::output::grouped;

/// How often the bar moves while nothing comes.
const TICK: Duration = Duration::from_millis(100);

/// Shows on standard error how far a list is, where that is a terminal and
/// nothing else is being drawn there.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A document that goes to the terminal shows by itself that it grows, and a
    /// bar would break its one line.
    pub(super) fn begin(is_document: bool, max_items: Option<u64>) -> Self {
        if is_document && io::stdout().is_terminal() {
            return Progress::hidden();
        }
        let bar = ProgressBar::with_draw_target(max_items, log::drawing());
        let template = match max_items {
            Some(_) => "{bar:30} {percent}% {msg}",
            None => "{spinner} {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message("waiting for the first pages");
        if !bar.is_hidden() {
            bar.enable_steady_tick(TICK);
        }
        Progress { bar }
    }

    fn hidden() -> Self {
        Progress {
            bar: ProgressBar::hidden(),
        }
    }

    pub(super) fn show(&self, report: &ListReport) {
        let number = |count: u64| usize::try_from(count).map_or("many".to_owned(), grouped);
        let items = number(report.items);
        let pages = number(u64::from(report.pages));
        self.bar.set_position(report.items);
        self.bar
            .set_message(format!("items: {items}, pages: {pages}"));
    }

    /// Shows it no longer.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// Does something that writes where the bar may be.
    pub(super) fn aside<T>(&self, writing: impl FnOnce() -> T) -> T {
        self.bar.suspend(writing)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}
