//! Looks for the canary that is in every secret of the simulator: in all that
//! calls answer, and in all that the host logs.

use core::fmt::{Debug, Display, Write};
use std::sync::Once;

use atlassian_simulator::CANARY;
use tracing::{
    Event, Metadata,
    field::Field,
    span::{Attributes, Id, Record},
};

/// Whose events: other crates are not shown what is secret, or not asked.
const OURS: &str = "jira_host";

/// What was answered, once it is seen that it shows no secret.
#[track_caller]
pub fn hushed<T: Debug, E: Debug + Display>(outcome: Result<T, E>) -> Result<T, E> {
    let shown = match &outcome {
        Ok(answer) => format!("{answer:?}"),
        Err(error) => format!("{error} {error:?}"),
    };
    assert!(!shown.contains(CANARY), "{shown}");
    outcome
}

/// Listens from now on to what the host logs. What has the canary is written to
/// standard error, where `make test` finds it: a panic here would be the
/// host's.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing::subscriber::set_global_default(Listener).unwrap());
}

struct Listener;

fn look(shown: &str) {
    if shown.contains(CANARY) {
        eprintln!("a secret is logged: {shown}");
    }
}

impl tracing::Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with(OURS)
    }

    fn event(&self, event: &Event<'_>) {
        let mut shown = String::new();
        event.record(&mut |field: &Field, value: &dyn Debug| {
            write!(shown, " {field}={value:?}").unwrap();
        });
        look(&shown);
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        look(&format!("{span:?}"));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        look(&format!("{values:?}"));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
