//! `jira-host inspect`.

use std::path::PathBuf;

use clap::Args;
use jira_host::Inspection;
use serde_json::json;

use super::Context;
use crate::exit::Failure;
use crate::output::{self, Output, grouped};

#[derive(Args, Debug)]
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
            }))?;
            return Ok(());
        }
        let mut output = Output::new();
        output.heading(&path.display().to_string())?;
        tell(&inspection, &mut output)?;
        let foreign = inspection.foreign_imports();
        if !foreign.is_empty() {
            output.line("not given", &foreign.join("\n"))?;
        }
        output.line(
            "this host",
            concat!("jira-host ", env!("CARGO_PKG_VERSION")),
        )?;
        Ok(())
    }
}

/// Its size, what it imports, and what it exports.
pub(crate) fn tell(inspection: &Inspection, output: &mut Output) -> std::io::Result<()> {
    output.line("size", &format!("{} bytes", grouped(inspection.size())))?;
    output.line("imports", &inspection.imports().join("\n"))?;
    output.line("exports", &inspection.exports().join("\n"))
}
