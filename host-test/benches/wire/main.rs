//! How close to the wire: what the sandbox costs, beside what a program would
//! use in its place.
//!
//! Everything is measured on the built component in the real host, on loopback,
//! side by side with a native client in one run. So the ratios count; the times
//! are those of the machine, which is named beside them. `make bench` prints a
//! table and writes it to `target/bench.json`. An argument is the name of a
//! room, to run that one alone; then nothing is written.
//!
//! ```text
//! rooms                       what they are measured with
//! cold, exchange, hooks, ──►  stage      a connection at a simulated Atlassian
//! lists, latency, merge,      server     pages made in advance, sent at once
//! memory, refresh, sweep
//!        │                    native     the same requests without a sandbox
//!        ▼                    child      this program again, for its memory
//!     report
//! ```

mod awake;
mod child;
mod cold;
mod document;
mod exchange;
mod hooks;
mod latency;
mod lists;
mod machine;
mod memory;
mod merge;
mod native;
mod paged;
mod process;
mod refresh;
mod report;
mod served;
mod server;
mod stage;
mod store;
mod sweep;
mod timing;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tokio::runtime::Runtime;

use self::report::Report;
use self::stage::Stage;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The rooms, in the order of the table.
const ROOMS: [&str; 9] = [
    "cold", "exchange", "hooks", "lists", "latency", "merge", "memory", "refresh", "sweep",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = Runtime::new()
        .map_err(Into::into)
        // On a worker, like the calls of a service, and not beside them.
        .and_then(|runtime| runtime.block_on(runtime.spawn(run(arguments)))?);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the benchmark failed: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Vec<String>) -> Result<()> {
    if arguments.iter().any(|argument| argument == child::ARGUMENT) {
        return child::serve().await;
    }
    // Cargo adds flags of its own.
    let named: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    if let Some(unknown) = named.iter().find(|name| !ROOMS.contains(name)) {
        return Err(format!("there is no room `{unknown}`, only {}", ROOMS.join(", ")).into());
    }
    let stage = Stage::set(&component()?).await?;
    let mut report = Report::new(machine::describe());
    for room in ROOMS {
        if named.is_empty() || named.contains(&room) {
            eprintln!("measuring: {room}");
            enter(room, &stage, &mut report).await?;
        }
    }
    print!("{report}");
    if named.is_empty() {
        report.write(&built("bench.json"))?;
    }
    Ok(())
}

async fn enter(room: &str, stage: &Stage, report: &mut Report) -> Result<()> {
    match room {
        "cold" => cold::measure(stage, report).await,
        "exchange" => exchange::measure(stage, report).await,
        "hooks" => hooks::measure(stage, report).await,
        "lists" => lists::measure(stage, report).await,
        "latency" => latency::measure(stage, report).await,
        "merge" => merge::measure(stage, report).await,
        "memory" => memory::measure(stage, report).await,
        "refresh" => refresh::measure(stage, report).await,
        _ => sweep::measure(stage, report).await,
    }
}

/// The component as it is shipped.
fn component() -> Result<PathBuf> {
    let path = built("jira_connector.wasm");
    if path.is_file() {
        Ok(path)
    } else {
        Err("the component is not built: run `make component`".into())
    }
}

fn built(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../target")
        .join(name)
}
