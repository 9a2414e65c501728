use jira_host::types::Request;

use super::stage::text_at;
use super::{CONNECTION, Stage, Step, check};
use crate::output::Output;

/// Asks how a customer's request stands.
pub(super) async fn status(stage: &Stage, output: &mut Output) -> Step {
    let mark = stage.mark();
    let request = Request::get(CONNECTION, "/request/SUP-1/status");
    let response = stage.tenant.servicedesk_request(&request).await??;
    let status = text_at(&response.body, "/values/0/status")?;
    output.line(
        "asked for",
        "GET /request/SUP-1/status, as a service desk request",
    )?;
    output.line("sent", &stage.timeline_since(&mark).join("\n"))?;
    output.line("answered", &format!("{}: {status}", response.status))?;
    check(
        stage
            .timeline_since(&mark)
            .iter()
            .any(|line| line.contains("/rest/servicedeskapi/")),
        "the request did not go to the API of the service desk",
    )?;
    output.conclusion(
        "shows",
        "The same connection serves Jira Service Management.",
    )?;
    Ok(())
}
