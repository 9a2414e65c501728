//! `jira-host man`.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use clap_mangen::Man;

use super::Context;
use crate::command_line;
use crate::exit::{Exit, Failure};

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host man
    A page for each command:
    jira-host man --dir man")]
pub(crate) struct ManArgs {
    /// Writes a page for each command into this folder, which is made if it is
    /// not there.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl ManArgs {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        context.refuse_json("the manual is for `man`")?;
        let Some(dir) = self.dir else {
            let mut page = Vec::new();
            Man::new(command_line()).render(&mut page)?;
            let mut stdout = io::stdout().lock();
            stdout.write_all(&page)?;
            return Ok(stdout.flush()?);
        };
        let write = || {
            fs::create_dir_all(&dir)?;
            clap_mangen::generate_to(command_line(), &dir)
        };
        write().map_err(|error| {
            let why = format!("no pages can be written to `{}`: {error}", dir.display());
            Failure::new(Exit::Usage, why)
        })
    }
}
