//! `jira-host completions`.

use std::io::{self, Write};

use clap::Args;
use clap_complete::Shell;

use super::Context;
use crate::command_line;
use crate::exit::Failure;

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host completions bash")]
pub(crate) struct CompletionsArgs {
    /// The shell.
    shell: Shell,
}

impl CompletionsArgs {
    pub(crate) fn run(self, context: &Context) -> Result<(), Failure> {
        context.refuse_json("completions are for a shell")?;
        let mut command = command_line();
        let name = command.get_name().to_owned();
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        let mut stdout = io::stdout().lock();
        stdout.write_all(&script)?;
        Ok(stdout.flush()?)
    }
}
