use crate::commands::app_record::AppRecord;
use crate::commands::context::Context;
use crate::exit::{Exit, Failure};

/// What may be wrong where nobody comes back from the consent page in time, and
/// so many came from another attempt.
pub(super) fn nothing_came(
    context: &Context,
    app: &AppRecord,
    name: &str,
    refused: usize,
) -> Failure {
    let AppRecord { redirect_uri, .. } = app;
    let mut hint = format!(
        "where Atlassian's page showed an error, it sends nobody back; then look in the developer \
         console\n\
         - is `{redirect_uri}` the callback URL, character for character?\n\
         - has the application every API that is asked for: Jira, User identity"
    );
    if app.report_personal_data {
        hint.push_str(
            ", Personal data reporting (or `jira-host app set --no-report-personal-data`)",
        );
    }
    hint.push_str(
        ", with `--service-management` Jira Service Management?\n\
         - was the browser on another machine? It must reach this one\n",
    );
    let retry = context.command_line(&["connect", name]);
    hint.push_str(&format!("then again: `{retry}`"));
    let strangers = match refused {
        0 => String::new(),
        count => {
            format!("; {count} requests did, from another attempt than this one, and were refused")
        }
    };
    Failure::new(
        Exit::Reauthorize,
        format!("nobody came back from the consent page in time{strangers}"),
    )
    .with_hint(hint)
}
