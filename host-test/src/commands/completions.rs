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
        if self.shell == Shell::Bash {
            script = with_one_name(&script);
        }
        let mut stdout = io::stdout().lock();
        stdout.write_all(&script)?;
        Ok(stdout.flush()?)
    }
}

/// The script for bash calls what is at hand by one name where it looks for the
/// word that is typed, and by another where it answers, if there is a hyphen in the
/// name of the program (<https://github.com/clap-rs/clap/issues/6421>). Nothing
/// after a subcommand would be completed.
fn with_one_name(script: &[u8]) -> Vec<u8> {
    let script = String::from_utf8_lossy(script);
    script
        .replace("jira__subcmd__host", "jira__host")
        .into_bytes()
}
