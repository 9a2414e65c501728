//! `jira-host config`: the settings, and where each comes from.

mod value;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use self::value::value;
use super::context::{Context, SETTINGS, Source, set_variable, variable};
use super::default_connection;
use crate::exit::Failure;
use crate::log;
use crate::output::{self, Table};

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host config show")]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Shows every setting, its value and where it comes from. Passwords are
    /// not shown.
    #[command(after_long_help = "\
Examples:
    jira-host config show
    jira-host config show --json")]
    Show,
}

/// What keeps origins.
const KEEPER: &str = "jira-host app set";

/// A setting as it is shown.
struct Row {
    name: &'static str,
    value: Value,
    source: Source,
    /// The option, the variable, or the file.
    place: Option<String>,
}

impl ConfigArgs {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        match self.command {
            ConfigCommand::Show => show(context),
        }
    }
}

fn show(context: &Context) -> Result<(), Failure> {
    let mut rows = Vec::new();
    let mut unread = None;
    for name in SETTINGS {
        let (row, failure) = row(context, name);
        rows.push(row);
        unread = unread.or(failure);
    }
    rows.push(key(context));
    if context.json() {
        output::json(&as_json(context, &rows))?;
    } else {
        write(context, &rows)?;
    }
    // What is shown is then without the file, or without what is kept of the store.
    context
        .unconfigured()
        .cloned()
        .or(unread)
        .map_or(Ok(()), Err)
}

fn write(context: &Context, rows: &[Row]) -> Result<(), Failure> {
    let mut table = Table::new(["SETTING", "VALUE", "FROM"]);
    for row in rows {
        let from = match &row.place {
            Some(place) => format!("{} {place}", row.source),
            None => row.source.to_string(),
        };
        table.row([row.name, &as_text(&row.value), &from]);
    }
    table.write()?;
    let configuration = context.configuration();
    if let Some(file) = configuration.file()
        && context.unconfigured().is_none()
    {
        let is_there = if configuration.has_file() {
            "is read"
        } else {
            "would be read; it is not there"
        };
        log::note(format_args!("The file `{}` {is_there}.", file.display()));
    }
    Ok(())
}

/// A setting, and why it is not all that is known of it.
fn row(context: &Context, name: &'static str) -> (Row, Option<Failure>) {
    let mut source = context.configuration().source(name);
    let mut value = value(context, name);
    let mut failure = None;
    if name == "connection" {
        match default_connection::chosen(context) {
            Ok(Some((chosen, from))) => (value, source) = (chosen.into(), from),
            Ok(None) => {}
            Err(unread) => failure = Some(unread),
        }
    }
    let place = match source {
        Source::Flag => Some(format!("--{}", name.replace('_', "-"))),
        Source::Environment => Some(variable(name)),
        Source::File => context
            .configuration()
            .file()
            .map(|file| file.display().to_string()),
        Source::Chosen => Some("jira-host use".to_owned()),
        Source::Default => None,
    };
    let mut row = Row {
        name,
        value,
        source,
        place,
    };
    if name == "allow_origin" {
        match context.settings() {
            Ok(kept) => row = row.with_kept(kept.allowed_origins),
            Err(unread) => failure = Some(unread),
        }
    }
    (row, failure)
}

impl Row {
    /// With the origins that were kept with the application: others are allowed
    /// beside them, not in their place.
    fn with_kept(mut self, kept: Vec<String>) -> Self {
        if kept.is_empty() {
            return self;
        }
        let given = match self.value {
            Value::Array(given) => given,
            _ => Vec::new(),
        };
        let mut origins: Vec<Value> = kept.into_iter().map(Value::from).collect();
        for origin in given {
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        self.value = origins.into();
        self.place = Some(match self.place {
            Some(place) => format!("{place} and {KEEPER}"),
            None => {
                self.source = Source::Chosen;
                KEEPER.to_owned()
            }
        });
        self
    }
}

/// Where the master key is. It is never shown.
fn key(context: &Context) -> Row {
    let variable = variable("key");
    let is_set = set_variable(&variable).is_some();
    let file = context.key_file();
    Row {
        name: "key",
        value: match (is_set, file) {
            (true, _) => "not shown".into(),
            (false, Some(file)) => file.display().to_string().into(),
            (false, None) => Value::Null,
        },
        source: if is_set {
            Source::Environment
        } else {
            Source::Default
        },
        place: is_set.then_some(variable),
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "-".to_owned(),
        Value::Array(items) => items.iter().map(as_text).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn as_json(context: &Context, rows: &[Row]) -> Value {
    let settings: Map<_, _> = rows
        .iter()
        .map(|row| {
            let shown = json!({
                "value": row.value,
                "source": row.source.name(),
                "place": row.place,
            });
            (row.name.to_owned(), shown)
        })
        .collect();
    let configuration = context.configuration();
    json!({
        "file": configuration.file().map(|file| file.display().to_string()),
        "file_exists": configuration.has_file(),
        "settings": settings,
    })
}
