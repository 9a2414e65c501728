//! `jira-host inspect`.

use std::error::Error;
use std::path::Path;

use jira_host::Inspection;

use crate::output::{Output, grouped};

pub(crate) fn run(component: &Path) -> Result<(), Box<dyn Error>> {
    let inspection = Inspection::load(component)?;
    let mut output = Output::new();
    output.heading(&component.display().to_string())?;
    tell(&inspection, &mut output)?;
    let foreign = inspection.foreign_imports();
    if !foreign.is_empty() {
        output.line("not given", &foreign.join("\n"))?;
    }
    Ok(())
}

/// Its size, what it imports, and what it exports.
pub(crate) fn tell(inspection: &Inspection, output: &mut Output) -> std::io::Result<()> {
    output.line("size", &format!("{} bytes", grouped(inspection.size())))?;
    output.line("imports", &inspection.imports().join("\n"))?;
    output.line("exports", &inspection.exports().join("\n"))
}
