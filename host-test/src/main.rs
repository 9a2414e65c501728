//! The command line of the connector's host.
//!
//! What was asked for goes to standard output, everything else to standard
//! error.

mod commands;
mod demo;
mod exit;
mod log;
mod output;
mod spinner;
mod wording;

use std::process::ExitCode;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser};
use tokio::runtime::Runtime;

use self::commands::{Command, Context};
use self::exit::{Exit, Failure};
use self::log::{LogFormat, Verbosity};

/// How long work on other threads may take to end by itself. What must not be
/// cut off was awaited before; what is left may wait for a person or a pipe.
const FAREWELL: Duration = Duration::from_millis(500);

/// How wide help is, on any terminal: with examples in lines that are shorter, so
/// that none of them is broken where it could not be typed.
const HELP_COLUMNS: usize = 80;

/// What to begin with.
const EXAMPLES: &str = "\
Examples:
    See it at work, on a simulated Atlassian:
    jira-host demo
    What is set up, and what is wrong with it:
    jira-host status
    jira-host doctor
    Who you are at Jira:
    jira-host api /myself";

/// Runs the Jira connector, a sandboxed WebAssembly component.
#[derive(Debug, Parser)]
#[command(
    name = "jira-host",
    version,
    term_width = HELP_COLUMNS,
    after_long_help = format!("{EXAMPLES}\n\n{}", exit::LEGEND)
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    context: Context,
}

fn main() -> ExitCode {
    let arguments = Arguments::read();
    let context = &arguments.context;
    log::begin(context.verbosity(), context.log_format());
    if let Some(failure) = context.unconfigured()
        && !arguments.command.bears_no_configuration()
    {
        return failure.tell();
    }
    match Runtime::new() {
        Ok(runtime) => {
            let done = runtime.block_on(arguments.command.run(&arguments.context));
            runtime.shutdown_timeout(FAREWELL);
            exit_code(done)
        }
        Err(error) => exit_code(Err(error.into())),
    }
}

/// The command line, for what is made of it.
pub(crate) fn command_line() -> clap::Command {
    Arguments::command()
}

impl Arguments {
    /// Reads the command line, and then the configuration. What is not valid on
    /// the command line ends the program.
    fn read() -> Self {
        let command = commands::without_empty_variables(Arguments::command());
        let matches = match command.try_get_matches() {
            Ok(matches) => matches,
            Err(error) => refuse(&of_variable(of_what_is_typed(error))),
        };
        match Arguments::from_arg_matches(&matches) {
            Ok(mut arguments) => {
                arguments.context.configure(&matches);
                arguments
            }
            Err(error) => refuse(&error.format(&mut Arguments::command())),
        }
    }
}

/// The same error as without any variables, where it is not about one of them. The
/// usage in it has each option that has a value, as if it had to be given.
fn of_what_is_typed(error: clap::Error) -> clap::Error {
    let shows_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if !error.use_stderr() || shows_help {
        return error;
    }
    let typed = commands::without_variables(Arguments::command());
    typed.try_get_matches().err().unwrap_or(error)
}

/// The error about a value that nobody typed names the variable that it is from.
fn of_variable(mut error: clap::Error) -> clap::Error {
    if let Some(ContextValue::String(option)) = error.get(ContextKind::InvalidArg)
        && let Some(variable) = commands::variable_in_place_of(option)
    {
        error.insert(ContextKind::InvalidArg, ContextValue::String(variable));
    }
    error
}

/// Ends the program by what is wrong on the command line, or by the help that was
/// asked for.
fn refuse(error: &clap::Error) -> ! {
    if error.use_stderr() && log::is_json_asked_for(std::env::args_os()) {
        log::begin(Verbosity::default(), LogFormat::Json);
        let text = error.render().to_string();
        let why = text.strip_prefix("error: ").unwrap_or(&text);
        Failure::new(Exit::Usage, why.trim_end()).tell();
        std::process::exit(Exit::Usage as i32);
    }
    error.exit()
}

fn exit_code(done: Result<(), Failure>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}
