//! The command line of the connector's host.
//!
//! What was asked for goes to standard output, everything else to standard
//! error.

mod commands;
mod demo;
mod exit;
mod output;

use std::process::ExitCode;

use clap::Parser;

use self::commands::{Command, Context};

/// Runs the Jira connector, a sandboxed WebAssembly component.
#[derive(Debug, Parser)]
#[command(name = "jira-host", version, after_long_help = exit::LEGEND)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    context: Context,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { command, context } = Arguments::parse();
    match command.run(&context).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}
