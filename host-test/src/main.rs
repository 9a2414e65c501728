//! The command line of the connector's host.
//!
//! What was asked for goes to standard output, everything else to standard
//! error.

mod demo;
mod inspect;
mod output;

use std::error::Error;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use jira_host::LoadError;

/// Where the component is after it was built.
const BUILT_COMPONENT: &str = "target/jira_connector.wasm";

/// Runs the Jira connector, a sandboxed WebAssembly component.
#[derive(Debug, Parser)]
#[command(name = "jira-host", version)]
enum Command {
    /// Shows what the component does, against a simulated Atlassian.
    ///
    /// Consent, reading, creating, a refresh, and two attempts to misuse it, all
    /// over real sockets on this machine. It fails when anything does not come
    /// out as it should.
    Demo {
        /// The component.
        #[arg(long, value_name = "PATH", default_value = BUILT_COMPONENT)]
        component: PathBuf,
    },
    /// Shows what a component imports and exports, without running it.
    Inspect {
        /// The component.
        #[arg(value_name = "PATH", default_value = BUILT_COMPONENT)]
        component: PathBuf,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Demo { component } => demo::run(&component).await,
        Command::Inspect { component } => inspect::run(&component),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever was reading has seen enough.
        Err(error) if is_broken_pipe(&*error) => ExitCode::FAILURE,
        Err(error) => {
            anstream::eprintln!("jira-host: {error}");
            if let Some(hint) = hint(&*error) {
                anstream::eprintln!("hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    let error: Option<&io::Error> = error.downcast_ref();
    error.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

fn hint(error: &(dyn Error + 'static)) -> Option<&'static str> {
    match error.downcast_ref()? {
        LoadError::Read { source, .. } if source.kind() == ErrorKind::NotFound => {
            Some("run `make component` to build it, or name another file")
        }
        _ => None,
    }
}
