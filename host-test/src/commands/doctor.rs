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
use crate::spinner::Spinner;

/// Why nothing is said of what the store holds.
const NO_STORE: &str = "the store cannot be read, so nobody knows; mend that first";

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
        let spinner = Spinner::begin("looking at the component");
        configuration::check(context, &mut findings);
        let has_component = component::check(context, &mut findings);
        spinner.show("reading the store");
        let store = store::check(context, &mut findings).await;
        let app = match store.as_deref() {
            Some(store) => application::check(context, store, &mut findings).await,
            None => {
                findings.skipped(application::CHECK, NO_STORE);
                None
            }
        };
        let has_app = app.is_some();
        spinner.show("trying the way to each origin");
        network::check(
            context,
            &app.unwrap_or_default(),
            self.offline,
            &mut findings,
        )
        .await;
        let why_not = match (has_component, store.is_some(), has_app) {
            (true, true, true) => None,
            (true, true, false) => Some("without an application nothing can be asked"),
            (true, false, _) => Some(NO_STORE),
            (false, ..) => Some("without a component nothing can be asked"),
        };
        match why_not {
            None => connections::check(context, self.offline, &spinner, &mut findings).await?,
            Some(why) => {
                for check in [connections::CHECK, connections::SCOPES] {
                    findings.skipped(check, why);
                }
            }
        }
        drop(spinner);
        findings.tell(context.json())
    }
}
