use jira_host::types::Request;

use super::{CONNECTION, Stage, Step, check};
use crate::output::Output;

/// The access token is refused, and the next request renews it.
pub(super) async fn expire(stage: &Stage, output: &mut Output) -> Step {
    stage.simulator.expire_access_tokens();
    let mark = stage.mark();
    let request = Request::get(CONNECTION, "/issue/DEMO-1").with_query("fields", "summary");
    let response = stage.tenant.api_request(&request).await??;
    let timeline = stage.timeline_since(&mark);
    output.line("asked for", "GET /issue/DEMO-1, as before")?;
    output.line("happened", &timeline.join("\n"))?;
    output.line(
        "answered",
        &format!("{} after {} attempts", response.status, response.attempts),
    )?;
    check(response.status == 200, "the issue was not read")?;
    check_order(&timeline)?;
    output.conclusion(
        "shows",
        "One refresh, and the caller noticed nothing. The new pair of tokens was saved\n\
         before anything else was sent: had the host died there, the grant would live.",
    )?;
    Ok(())
}

/// Refused, refreshed once, saved, and only then sent again.
fn check_order(timeline: &[String]) -> Step {
    let places = |part: &str| {
        let is_there = |(place, line): (usize, &String)| line.starts_with(part).then_some(place);
        timeline
            .iter()
            .enumerate()
            .filter_map(is_there)
            .collect::<Vec<_>>()
    };
    let asked = places("api GET");
    let refreshed = places("auth POST /oauth/token");
    let saved = places(&format!("store put tokens/{CONNECTION}"));
    match (&asked[..], &refreshed[..], &saved[..]) {
        ([first, second], [refresh], [save]) => check(
            first < refresh && refresh < save && save < second,
            "the tokens were not saved between the refresh and the second attempt",
        ),
        _ => Err("the request was not sent twice with one refresh between".into()),
    }
}
