use jira_host::secrets::SecretStore;

use super::Findings;
use crate::commands::app_record::AppRecord;
use crate::commands::callback_address::CallbackAddress;
use crate::commands::context::Context;

pub(super) const CHECK: &str = "application";
const MEND: &str = "store it anew: `jira-host app set`";

/// The application, if one is stored.
pub(super) async fn check(
    context: &Context,
    store: &dyn SecretStore,
    findings: &mut Findings,
) -> Option<AppRecord> {
    let app = match AppRecord::read(store).await {
        Ok(Some(stored)) => stored.record,
        Ok(None) => {
            findings.failure(CHECK, &context.without_app(), MEND);
            return None;
        }
        Err(failure) => {
            findings.failure(CHECK, &failure, MEND);
            return None;
        }
    };
    let id = format!("client id {}", app.client_id);
    match CallbackAddress::parse(&app.redirect_uri) {
        Ok(Some(_)) => findings.ok(CHECK, id),
        Ok(None) => findings.ok(
            CHECK,
            format!("{id}; its redirect URI is elsewhere, so connect with `--no-browser`"),
        ),
        Err(failure) => findings.failure(CHECK, &failure, MEND),
    }
    Some(app)
}
