use std::fmt;

use tracing::field::Field;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::WARNING;
use crate::output::printable;

/// How long something took. The message of what has such a field says it all.
const DURATION: &str = "duration_ms";

/// A line for people: the message, and what it was made of.
pub(super) struct Plain;

impl<S, N> FormatEvent<S, N> for Plain
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if *event.metadata().level() <= Level::WARN {
            write!(writer, "{WARNING}warning:{WARNING:#} ")?;
        }
        let mut line = String::new();
        context.format_fields(Writer::new(&mut line), event)?;
        writeln!(writer, "{}", printable(&line))
    }
}

/// Names with dots are for machines: their message says it in words.
pub(super) fn message_first() -> impl for<'a> FormatFields<'a> + 'static {
    debug_fn(|writer, field: &Field, value| match field.name() {
        "message" => write!(writer, "{value:?}"),
        DURATION => Ok(()),
        name if name.contains('.') => Ok(()),
        name => write!(writer, "; {name}: {value:?}"),
    })
}
