//! `jira-host doctor`: what is wrong with the set-up, and how to mend it.

mod application;
mod component;
mod configuration;
mod connections;
mod findings;
mod network;
mod probe;
mod store;

use clap::Args;

use self::findings::Findings;
use super::context::Context;
use crate::exit::Failure;

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host doctor
    jira-host doctor --offline --json")]
pub(crate) struct DoctorArgs {
    /// Asks nobody: leaves out all that needs the network.
    #[arg(long)]
    offline: bool,
}

impl DoctorArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let mut findings = Findings::default();
        configuration::check(context, &mut findings);
        let has_component = component::check(context, &mut findings);
        let store = store::check(context, &mut findings).await;
        let app = application::check(context, store.as_deref(), &mut findings).await;
        network::check(
            context,
            &app.unwrap_or_default(),
            self.offline,
            &mut findings,
        )
        .await;
        if has_component && store.is_some() {
            connections::check(context, self.offline, &mut findings).await;
        } else {
            findings.skipped("connections", "there is no component or no store to ask");
        }
        findings.tell(context.json())
    }
}
