//! What the library warns of, on standard error.

use std::io;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Whose warnings are told. Other crates may put URLs and headers into theirs.
const LIBRARY: &str = "jira_host";

/// What was denied is told with the failure of the call, and with what to do.
const DENIALS: &str = "jira_host::network::denial";

/// Tells warnings from now on.
pub(crate) fn tell() {
    let plain = fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false)
        .without_time()
        .with_target(false);
    let told = tracing_subscriber::registry().with(plain).with(targets());
    // This program sets no other, so it is the first.
    let _ = told.try_init();
}

fn targets() -> Targets {
    Targets::new()
        .with_target(LIBRARY, LevelFilter::WARN)
        .with_target(DENIALS, LevelFilter::OFF)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn only_warnings_of_the_library_are_told() {
        let targets = targets();
        assert!(targets.would_enable("jira_host::connector::cache", &Level::WARN));
        assert!(!targets.would_enable("jira_host::connector::cache", &Level::INFO));
        assert!(!targets.would_enable(DENIALS, &Level::WARN));
        assert!(!targets.would_enable("hyper_util::client", &Level::ERROR));
    }
}
