//! What is told on standard error: notes, warnings, failures, and with `-v`
//! every request and call; in words, or as JSON, a line for each.

mod plain;
mod unheard;

use std::env;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::sync::OnceLock;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use indicatif::ProgressDrawTarget;
use jiff::Timestamp;
use jira_host::network::CaughtRequest;
use jira_host::observe::{CALLS, REQUESTS};
use jira_host::types::Field;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use self::plain::{Plain, message_first};
pub(crate) use self::unheard::Unheard;
use crate::output::printable;

/// Whose warnings are told. Other crates may put URLs and headers into theirs.
const LIBRARY: &str = "jira_host";

/// What was denied is told with the failure of the call, and with what to do.
const DENIALS: &str = "jira_host::network::denial";

/// What the commands themselves tell, in JSON.
const COMMANDS: &str = "jira_host::command";

/// What a failure and a warning begin with stands out on a terminal.
const FAILURE: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// What asks for a form, before the command line was read.
const FORMAT_OPTION: &str = "--log-format";
const FORMAT_VARIABLE: &str = "JIRA_HOST_LOG_FORMAT";

/// How much is told.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verbosity {
    /// Failures only.
    Quiet,
    /// Notes and warnings too.
    #[default]
    Normal,
    /// Every request and every call too.
    Verbose,
}

/// In which form.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// In words, for people.
    #[default]
    Text,
    /// A JSON object on each line, for machines.
    Json,
}

/// As the command line says. Before it was read, everything is as usual.
static TELLING: OnceLock<(Verbosity, LogFormat)> = OnceLock::new();

/// Tells from now on in this way.
pub(crate) fn begin(verbosity: Verbosity, format: LogFormat) {
    // This program does it once.
    let _ = TELLING.set((verbosity, format));
    let registry = tracing_subscriber::registry().with(targets(verbosity));
    let registry = registry.with(unheard::filter());
    let _ = match format {
        LogFormat::Text => {
            let layer = fmt::layer().fmt_fields(message_first()).event_format(Plain);
            let layer = layer.log_internal_errors(false);
            registry
                .with(layer.with_writer(anstream::stderr))
                .try_init()
        }
        LogFormat::Json => {
            let layer = fmt::layer().json().flatten_event(true);
            let layer = layer.with_current_span(true).with_span_list(false);
            let layer = layer.log_internal_errors(false);
            registry.with(layer.with_writer(io::stderr)).try_init()
        }
    };
}

fn targets(verbosity: Verbosity) -> Targets {
    let (library, ended) = match verbosity {
        Verbosity::Quiet => (LevelFilter::ERROR, LevelFilter::OFF),
        Verbosity::Normal => (LevelFilter::WARN, LevelFilter::OFF),
        Verbosity::Verbose => (LevelFilter::WARN, LevelFilter::DEBUG),
    };
    Targets::new()
        .with_target(LIBRARY, library)
        .with_target(REQUESTS, ended)
        .with_target(CALLS, ended)
        .with_target(DENIALS, LevelFilter::OFF)
        .with_target(COMMANDS, LevelFilter::INFO)
}

fn verbosity() -> Verbosity {
    TELLING.get().map_or_else(Verbosity::default, |it| it.0)
}

/// Whether what is told is for machines, which answer no question.
pub(crate) fn is_json() -> bool {
    TELLING.get().is_some_and(|it| it.1 == LogFormat::Json)
}

/// Whether JSON is asked for on a command line that cannot be read as a whole; the
/// last word counts, and then the environment.
pub(crate) fn is_json_asked_for(arguments: impl Iterator<Item = OsString>) -> bool {
    let mut asked = env::var_os(FORMAT_VARIABLE);
    let mut arguments = arguments.map(|it| it.to_string_lossy().into_owned());
    while let Some(argument) = arguments.next() {
        if argument == FORMAT_OPTION {
            asked = arguments.next().map(OsString::from).or(asked);
        } else if let Some(given) = argument.strip_prefix(FORMAT_OPTION) {
            asked = given.strip_prefix('=').map(OsString::from).or(asked);
        }
    }
    let json = LogFormat::Json.to_possible_value();
    json.is_some_and(|json| asked.is_some_and(|asked| asked == json.get_name()))
}

/// Whether what is told is for people, who like to see how far something is.
pub(crate) fn is_for_people() -> bool {
    verbosity() != Verbosity::Quiet && !is_json()
}

/// Where is drawn how far something is: on standard error, where that is a
/// terminal that people look at. With a line for each request, those tell it, and
/// would break what is drawn.
pub(crate) fn drawing() -> ProgressDrawTarget {
    match is_for_people() && verbosity() != Verbosity::Verbose {
        true => ProgressDrawTarget::stderr(),
        false => ProgressDrawTarget::hidden(),
    }
}

/// A note: what was done, or what to do next. It is left out with `--quiet`.
pub(crate) fn note(text: impl Display) {
    if verbosity() == Verbosity::Quiet {
        return;
    }
    if is_json() {
        let text = text.to_string();
        tracing::info!(target: COMMANDS, "{}", text.trim());
    } else {
        write_line(printable(&text.to_string()));
    }
}

/// Status and headers of an answer, where they are asked for. In JSON they have
/// OpenTelemetry's names.
pub(crate) fn head(status: u16, headers: &[Field]) {
    if is_json() {
        write_line(head_event(status, headers));
        return;
    }
    write_line(format_args!("HTTP {status}"));
    for (name, value) in headers {
        write_line(format_args!("{name}: {}", printable(value)));
    }
    write_line("");
}

/// The names of headers are not known when this is compiled, as those of an
/// event are.
fn head_event(status: u16, headers: &[Field]) -> Value {
    let mut event = Map::from_iter([
        ("timestamp".to_owned(), Timestamp::now().to_string().into()),
        ("level".to_owned(), "INFO".into()),
        ("message".to_owned(), format!("HTTP {status}").into()),
        ("target".to_owned(), COMMANDS.into()),
        ("http.response.status_code".to_owned(), status.into()),
    ]);
    for (name, value) in headers {
        let values = event.entry(format!("http.response.header.{name}"));
        if let Value::Array(values) = values.or_insert_with(|| json!([])) {
            values.push(value.as_str().into());
        }
    }
    event.into()
}

/// A request that was caught: a line among those of requests that were sent, by the
/// same names, and like them without its query.
pub(crate) fn caught(request: &CaughtRequest) {
    let method = &request.method;
    let url = request.url.split(['?', '#']).next().unwrap_or_default();
    tracing::debug!(
        target: REQUESTS,
        { http.request.method = method, url.full = url },
        "{method} {url} -> caught, not sent",
    );
}

/// What the person must do now. Nothing leaves it out.
pub(crate) fn request(text: impl Display) {
    if is_json() {
        tracing::info!(target: COMMANDS, "{text}");
    } else {
        write_line(printable(&text.to_string()));
    }
}

/// What a person is asked, who answers on the same line.
pub(crate) fn question(text: impl Display) {
    write(text);
}

/// What a person should know, although it was done. It is left out with
/// `--quiet`.
pub(crate) fn warning(text: impl Display) {
    if verbosity() == Verbosity::Quiet {
        return;
    }
    if is_json() {
        tracing::warn!(target: COMMANDS, "{text}");
    } else {
        let text = text.to_string();
        let text = printable(&text);
        write_line(format_args!("{WARNING}warning:{WARNING:#} {text}"));
    }
}

/// Why the command ends, and what to do now. Nothing leaves it out.
pub(crate) fn failure(exit_code: u8, message: Option<&str>, hints: &[String]) {
    if is_json() {
        let hint = (!hints.is_empty()).then(|| hints.join("\n"));
        // Whoever ended it knows, but not what to do now.
        let message = message.or(hint.as_ref().map(|_| "interrupted"));
        if let Some(message) = message {
            tracing::error!(target: COMMANDS, exit_code, hint, "{message}");
        }
        return;
    }
    if let Some(message) = message {
        let message = printable(message);
        write_line(format_args!("{FAILURE}jira-host:{FAILURE:#} {message}"));
    }
    for hint in hints {
        write_line(format_args!("hint: {}", printable(hint)));
    }
}

fn write_line(text: impl Display) {
    write(format_args!("{text}\n"));
}

/// Where standard error takes nothing, nobody can be told of that, and the command
/// does its work all the same.
fn write(text: impl Display) {
    let _ = anstream::stderr().write_all(text.to_string().as_bytes());
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn only_warnings_of_the_library_are_told() {
        let targets = targets(Verbosity::Normal);
        assert!(targets.would_enable("jira_host::connector::cache", &Level::WARN));
        assert!(!targets.would_enable("jira_host::connector::cache", &Level::INFO));
        assert!(!targets.would_enable(DENIALS, &Level::WARN));
        assert!(!targets.would_enable(REQUESTS, &Level::DEBUG));
        assert!(!targets.would_enable("hyper_util::client", &Level::ERROR));
    }

    #[test]
    fn who_wants_to_hear_more_hears_of_requests_and_of_no_other_crate() {
        let targets = targets(Verbosity::Verbose);
        assert!(targets.would_enable(REQUESTS, &Level::DEBUG));
        assert!(targets.would_enable(CALLS, &Level::DEBUG));
        assert!(!targets.would_enable("jira_host::connector::cache", &Level::DEBUG));
        assert!(!targets.would_enable("hyper_util::client", &Level::ERROR));
    }

    #[test]
    fn a_head_has_the_names_of_open_telemetry() {
        let fields = [("link", "a"), ("link", "b"), ("etag", "\"c\"")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let event = head_event(206, &fields);
        assert_eq!(event["http.response.status_code"], 206);
        assert_eq!(event["http.response.header.link"], json!(["a", "b"]));
        assert_eq!(event["http.response.header.etag"], json!(["\"c\""]));
        assert_eq!(event["level"], "INFO");
    }

    #[test]
    fn who_wants_quiet_hears_no_warning() {
        let targets = targets(Verbosity::Quiet);
        assert!(!targets.would_enable("jira_host::connector::cache", &Level::WARN));
    }
}
