use std::path::Path;

use super::{Stage, Step};
use crate::commands::tell_inspection;
use crate::output::Output;

/// What the component is, and all that it can do.
pub(super) fn tell(stage: &Stage, path: &Path, output: &mut Output) -> Step {
    output.line("file", &path.display().to_string())?;
    tell_inspection(stage.connector.inspection(), output)?;
    output.conclusion(
        "shows",
        "It can do nothing but what it imports: ask for HTTP requests, read clocks, draw\n\
         random numbers, and use the secret store. No files, no sockets, no environment.",
    )?;
    Ok(())
}
