use jira_host::types::Request;
use serde_json::json;

use super::stage::text_at;
use super::{CONNECTION, Stage, Step, check};
use crate::output::Output;

/// Reads an issue that is there.
pub(super) async fn read(stage: &Stage, output: &mut Output) -> Step {
    let mark = stage.mark();
    let request = Request::get(CONNECTION, "/issue/DEMO-1").with_query("fields", "summary,status");
    let response = stage.tenant.api_request(&request).await??;
    let summary = text_at(&response.body, "/fields/summary")?;
    let status = text_at(&response.body, "/fields/status/name")?;
    output.line("asked for", "GET /issue/DEMO-1, the summary and the status")?;
    output.line("sent", &stage.timeline_since(&mark).join("\n"))?;
    output.line(
        "answered",
        &format!("{}: {summary} ({status})", response.status),
    )?;
    check(
        stage.requests_since(&mark) == 1,
        "reading took more than one request",
    )?;
    output.conclusion(
        "shows",
        "One request, to the gateway, for the site that was consented to.",
    )?;
    Ok(())
}

/// Creates an issue, and reads it back.
pub(super) async fn create(stage: &Stage, output: &mut Output) -> Step {
    let summary = "Greet the sandbox";
    let create = Request::post(CONNECTION, "/issue").with_json_object(json!({
        "fields": {
            "project": {"key": "DEMO"},
            "issuetype": {"name": "Task"},
            "summary": summary,
        }
    }));
    let created = stage.tenant.api_request(&create).await??;
    let key = text_at(&created.body, "/key")?;
    output.line("asked for", "POST /issue, with a JSON object")?;
    output.line("created", &format!("{}: {key}", created.status))?;

    let read = Request::get(CONNECTION, format!("/issue/{key}"));
    let response = stage.tenant.api_request(&read).await??;
    let found = text_at(&response.body, "/fields/summary")?;
    output.line("read back", &format!("{}: {found}", response.status))?;
    check(created.status == 201, "the issue was not created")?;
    check(
        found == summary,
        "the issue has another summary than it was given",
    )?;
    output.conclusion("shows", "What was sent as JSON is what Jira has.")?;
    Ok(())
}
