use jira_host::Network;
use jira_host::types::{Error, ErrorKind, Request, Response, TransportError};

use super::{CONNECTION, Stage, Step, check};
use crate::output::Output;

/// Paths that try to leave the API, the site, or Atlassian.
const HOSTILE_PATHS: [&str; 4] = [
    "/../../../ex/jira/other/rest/api/3/myself",
    "/issue/%2e%2e/%2E%2E/%2e%2e/admin",
    "//evil.example/issue/DEMO-1",
    "https://evil.example/issue/DEMO-1",
];

/// Every hostile path is refused, and nothing is sent.
pub(super) async fn hostile_paths(stage: &Stage, output: &mut Output) -> Step {
    let mark = stage.mark();
    let mut name = "asked for";
    for path in HOSTILE_PATHS {
        let answer = stage
            .tenant
            .api_request(&Request::get(CONNECTION, path))
            .await?;
        let error = refusal(answer)?;
        let field = ErrorKind::InvalidRequest("url-path".to_owned());
        check(
            error.kind == field,
            format!("`{path}` failed otherwise: {error}"),
        )?;
        output.line(name, path)?;
        output.line("", &format!("refused: {error}"))?;
        name = "";
    }
    check(
        stage.requests_since(&mark) == 0,
        "a request was sent for a hostile path",
    )?;
    output.conclusion(
        "shows",
        "Refused before anything was sent: the wire stayed silent.",
    )?;
    Ok(())
}

/// Where the host allows the gateway only, a refresh cannot leave it.
pub(super) async fn denied_destination(stage: &Stage, output: &mut Output) -> Step {
    stage.simulator.expire_access_tokens();
    let gateway_only = Network::allowing([stage.simulator.api_origin()])?;
    let confined = stage.connector.tenant(stage.store.clone(), gateway_only);
    let request = Request::get(CONNECTION, "/issue/DEMO-1").with_query("fields", "summary");
    let mark = stage.mark();
    let error = refusal(confined.api_request(&request).await?)?;
    let sent = stage.timeline_since(&mark);
    output.line(
        "host allows",
        "the gateway only; a refresh needs the authorisation server too",
    )?;
    output.line("happened", &sent.join("\n"))?;
    output.line("refused", &error.to_string())?;
    let is_denied = matches!(error.kind, ErrorKind::Transport(TransportError::Denied(_)));
    check(is_denied, format!("the refresh was not denied: {error}"))?;
    let has_left = sent.iter().any(|line| line.starts_with("auth"));
    check(
        !has_left,
        "a request reached an origin that was not allowed",
    )?;

    let response = stage.tenant.api_request(&request).await??;
    output.line(
        "then again",
        &format!("{} where the host allows both", response.status),
    )?;
    check(
        response.status == 200,
        "the connection does not work any more",
    )?;
    output.conclusion(
        "shows",
        "The host decides where requests go, and a denial loses no token.",
    )?;
    Ok(())
}

fn refusal(answer: Result<Response, Error>) -> Result<Error, String> {
    match answer {
        Ok(response) => Err(format!(
            "it was answered {} and not refused",
            response.status
        )),
        Err(error) => Ok(error),
    }
}
