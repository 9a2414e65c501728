//! `jira-host disconnect`.

use clap::Args;
use jira_host::types::{OauthOutcome, OauthStep};
use serde_json::json;

use super::context::Context;
use super::hint;
use crate::exit::{Failure, unexpected};
use crate::log;
use crate::output;

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host disconnect support")]
pub(crate) struct DisconnectArgs {
    /// The connection.
    name: String,
}

impl DisconnectArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let session = context.session().await?;
        let step = OauthStep::Disconnect(self.name.clone());
        let done = match session.step_to_its_end(&step).await? {
            Ok(OauthOutcome::Disconnected(done)) => done,
            Ok(_) => return Err(unexpected("disconnect")),
            Err(error) => return Err(hint::failure_of_name(context, &session, &self.name, error)),
        };
        self.forget_default(context)?;
        if context.json() {
            output::json(&json!({ "existed": done.existed, "revoke_url": done.revoke_url }))?;
        }
        let name = &self.name;
        if done.existed {
            log::note(format_args!(
                "Erased: nothing of the connection {name} is stored any more."
            ));
            let url = done.revoke_url;
            log::note(format_args!(
                "hint: the person can revoke the grant itself at {url}"
            ));
        } else {
            log::note(format_args!("Nothing was stored of a connection {name}."));
        }
        Ok(())
    }

    fn forget_default(&self, context: &Context) -> Result<(), Failure> {
        let mut settings = context.settings()?;
        if settings.default_connection.as_ref() == Some(&self.name) {
            settings.default_connection = None;
            settings.write()?;
        }
        Ok(())
    }
}
