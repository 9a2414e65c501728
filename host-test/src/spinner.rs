//! That something goes on, and since when.

use std::borrow::Cow;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::log;

/// How often it moves.
const TICK: Duration = Duration::from_millis(100);

/// Shows on standard error what is being done, where that is a terminal that people
/// look at, for as long as it is there. How long it will take, nobody knows.
pub(crate) struct Spinner {
    bar: ProgressBar,
}

impl Spinner {
    pub(crate) fn begin(what: impl Into<Cow<'static, str>>) -> Self {
        let bar = ProgressBar::with_draw_target(None, log::drawing());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.set_message(what);
            bar.enable_steady_tick(TICK);
        }
        Spinner { bar }
    }

    pub(crate) fn show(&self, what: impl Into<Cow<'static, str>>) {
        self.bar.set_message(what);
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
