//! That something goes on, and since when.

use std::borrow::Cow;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::log;

/// How often it moves.
const TICK: Duration = Duration::from_millis(100);

/// A bar on standard error, where that is a terminal that people look at. It moves
/// also while nothing comes.
pub(crate) fn bar(
    length: Option<u64>,
    template: &str,
    message: impl Into<Cow<'static, str>>,
) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(length, log::drawing());
    set_style(&bar, template);
    if !bar.is_hidden() {
        bar.set_message(message);
        bar.enable_steady_tick(TICK);
    }
    bar
}

/// Gives a bar another look.
pub(crate) fn set_style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

/// Shows what is being done, for as long as it is there. How long it will take,
/// nobody knows.
pub(crate) struct Spinner {
    bar: ProgressBar,
}

impl Spinner {
    pub(crate) fn begin(what: impl Into<Cow<'static, str>>) -> Self {
        Spinner {
            bar: bar(None, "{spinner} {elapsed} {wide_msg}", what),
        }
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
