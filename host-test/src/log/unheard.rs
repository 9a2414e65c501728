use std::sync::atomic::{AtomicBool, Ordering};

use jira_host::observe::{CALLS, REQUESTS};
use tracing::Subscriber;
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::layer::Layer;

static IS_UNHEARD: AtomicBool = AtomicBool::new(false);

/// As long as this is there, nothing is told of what requests and calls come to:
/// they are made to see what they would be, and nothing is sent.
pub(crate) struct Unheard(());

impl Unheard {
    pub(crate) fn begin() -> Self {
        IS_UNHEARD.store(true, Ordering::Relaxed);
        Unheard(())
    }
}

impl Drop for Unheard {
    fn drop(&mut self) {
        IS_UNHEARD.store(false, Ordering::Relaxed);
    }
}

/// Lets through what is to be heard.
pub(super) fn filter<S: Subscriber>() -> impl Layer<S> {
    dynamic_filter_fn(|metadata, _| {
        let is_of_work = [REQUESTS, CALLS].contains(&metadata.target());
        !(is_of_work && IS_UNHEARD.load(Ordering::Relaxed))
    })
}
