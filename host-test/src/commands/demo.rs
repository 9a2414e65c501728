//! `jira-host demo`.

use clap::Args;

use super::Context;
use crate::demo;
use crate::exit::{Exit, Failure};

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host demo")]
pub(crate) struct DemoArgs;

impl DemoArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        if context.json() {
            let why = "the demo is told in words, and there is nothing of it to give as JSON";
            return Err(Failure::new(Exit::Usage, why));
        }
        demo::run(&context.component_path()?).await
    }
}
