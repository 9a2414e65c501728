//! `jira-host demo`.

use clap::Args;

use super::Context;
use crate::demo;
use crate::exit::Failure;

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host demo")]
pub(crate) struct DemoArgs;

impl DemoArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        context.refuse_json("the demo is told in words")?;
        demo::run(&context.component_path()?).await
    }
}
