//! `jira-host inspect`.

use std::path::PathBuf;

use clap::Args;
use jira_host::Inspection;
use serde_json::json;

use super::Context;
use crate::exit::Failure;
use crate::output::{self, Output, grouped};

/// The package of `wit/`.
pub(super) const CONTRACT: &str = "jira:connector";

/// Which wasmtime this is, as it does not say so itself. It is pinned.
const WASMTIME_VERSION: &str = "48.0.8";

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host inspect
    jira-host inspect target/jira_connector.wasm")]
pub(crate) struct InspectArgs {
    /// The component, where it is not the usual one.
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
}

impl InspectArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let path = match self.path {
            Some(path) => path,
            None => context.component_path()?,
        };
        let inspection = Inspection::load(&path)?;
        if context.json() {
            output::json(&json!({
                "path": path.display().to_string(),
                "size": inspection.size(),
                "imports": inspection.imports(),
                "exports": inspection.exports(),
                "not_given": inspection.foreign_imports(),
                "host_version": env!("CARGO_PKG_VERSION"),
                "wasmtime_version": WASMTIME_VERSION,
                "contract_version": contract_version(&inspection),
            }))?;
            return Ok(());
        }
        let mut output = Output::new();
        output.heading(&path.display().to_string())?;
        tell(&inspection, &mut output)?;
        if let Some(version) = contract_version(&inspection) {
            output.line("contract", &format!("{CONTRACT} {version}"))?;
        }
        let foreign = inspection.foreign_imports();
        if !foreign.is_empty() {
            output.line("not given", &foreign.join("\n"))?;
        }
        output.line(
            "this host",
            &format!(
                "jira-host {}, wasmtime {WASMTIME_VERSION}",
                env!("CARGO_PKG_VERSION")
            ),
        )?;
        Ok(())
    }
}

/// The version of the contract that it was built for, as its imports name it.
pub(super) fn contract_version(inspection: &Inspection) -> Option<&str> {
    inspection.imports().iter().find_map(|name| {
        let (interface, version) = name.split_once('@')?;
        let (package, _) = interface.split_once('/')?;
        (package == CONTRACT).then_some(version)
    })
}

/// Its size, what it imports, and what it exports.
pub(crate) fn tell(inspection: &Inspection, output: &mut Output) -> std::io::Result<()> {
    output.line("size", &format!("{} bytes", grouped(inspection.size())))?;
    output.line("imports", &inspection.imports().join("\n"))?;
    output.line("exports", &inspection.exports().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_wasmtime_is_the_one_that_is_pinned() {
        let manifest = include_str!("../../Cargo.toml");
        let pinned = format!("wasmtime = {{ version = \"={WASMTIME_VERSION}\"");
        assert!(manifest.contains(&pinned));
    }
}
