use indicatif::ProgressBar;
use jira_host::observe::{EndedCall, Observe, SendingRequest};
use jira_host::types::{ListReport, Request};

use crate::output::grouped;
use crate::spinner::{bar, set_style};

/// What requests to Jira begin with, and no refresh of the tokens does.
const GATEWAY: &str = "/ex/jira/";

/// From which length on a body may take long enough for somebody to wonder.
const LONG_BODY_BYTES: u64 = 1024 * 1024;

/// Shows on standard error how far a fetch is, where that is a terminal that
/// people look at.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(super) fn of_list(max_items: Option<u64>) -> Self {
        let template = match max_items {
            Some(_) => "{bar:30} {percent}% {msg}",
            None => "{spinner} {msg}",
        };
        Progress::begin(max_items, template, "waiting for the first pages")
    }

    pub(super) fn of_download() -> Self {
        Progress::begin(None, "{spinner} {msg}", "waiting for the first piece")
    }

    /// Of a request with a long body.
    pub(super) fn of_upload() -> Self {
        Progress::begin(None, "{spinner} {msg}", "connecting")
    }

    /// Shows nothing.
    pub(super) fn hidden() -> Self {
        Progress {
            bar: ProgressBar::hidden(),
        }
    }

    fn begin(length: Option<u64>, template: &str, message: &'static str) -> Self {
        Progress {
            bar: bar(length, template, message),
        }
    }

    /// How far something is of which the length is known.
    pub(super) fn show_bytes(&self, bytes: u64, of: u64) {
        self.bar.set_position(bytes);
        if self.bar.length().is_none() {
            let of_bytes = "{bar:30} {percent}% {binary_bytes} of {binary_total_bytes}, {eta} left";
            set_style(&self.bar, of_bytes);
            self.bar.set_length(of);
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

/// How far the body of a call's request is.
pub(super) struct Uploading {
    progress: Progress,
    bytes: u64,
}

impl Uploading {
    /// Watches over a request, if it has a body that is worth it.
    pub(super) fn of(request: &Request) -> Option<Uploading> {
        let bytes = request.body.as_ref().map_or(0, |body| body.len() as u64);
        (bytes >= LONG_BODY_BYTES).then(|| Uploading {
            progress: Progress::of_upload(),
            bytes,
        })
    }
}

impl Observe for Uploading {
    fn body_sent(&self, request: &SendingRequest<'_>) {
        if request.path.starts_with(GATEWAY) {
            self.progress.show_bytes(request.body_bytes, self.bytes);
        }
    }

    fn call_ended(&self, _: &EndedCall<'_>) {
        self.progress.end();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}
