//! Search by JQL, of which only `project = KEY` is understood.

use super::issue;
use crate::answer::Answer;
use crate::company::Issue;
use crate::route::Visit;
use serde_json::{Value, json};

pub(super) fn by_query(visit: &mut Visit<'_>) -> Answer {
    let jql = visit.request.asked("jql").unwrap_or_default();
    let fields = visit.request.pairs().into_iter();
    let fields: Vec<String> = fields
        .filter(|(name, _)| name == "fields")
        .flat_map(|(_, names)| names.split(',').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    search(visit, &jql, &fields)
}

pub(super) fn by_body(visit: &mut Visit<'_>) -> Answer {
    let jql = visit.json.get("jql").and_then(Value::as_str);
    let jql = jql.unwrap_or_default().to_owned();
    let fields = visit.json.get("fields").and_then(Value::as_array);
    let fields = fields.into_iter().flatten().filter_map(Value::as_str);
    let fields: Vec<String> = fields.map(str::to_owned).collect();
    search(visit, &jql, &fields)
}

/// The search that Atlassian has shut down.
pub(super) fn removed(visit: &mut Visit<'_>) -> Answer {
    let version = visit.version;
    let message = format!(
        "The requested API has been removed. Please migrate to the /rest/api/{version}/search/jql \
         API. A full migration guideline is available at \
         https://developer.atlassian.com/changelog/#CHANGE-2046"
    );
    Answer::platform(410, &message)
}

fn search(visit: &Visit<'_>, jql: &str, fields: &[String]) -> Answer {
    let condition = jql.trim();
    if condition.is_empty() || condition.to_lowercase().starts_with("order by") {
        return Answer::platform(
            400,
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your \
             query.",
        );
    }
    let Some(key) = project(condition) else {
        return Answer::not_simulated(&visit.request.method, "a search beyond `project = KEY`");
    };
    let Some(project) = visit.company.project(key) else {
        let message = format!("The value '{key}' does not exist for the field 'project'.");
        return Answer::platform(400, &message);
    };
    let issues = visit.company.issues.iter();
    let issues: Vec<Value> = issues
        .filter(|issue| issue.project == project.key)
        .map(|issue| shown(visit, issue, fields))
        .collect();
    Answer::json(200, &json!({"issues": issues, "isLast": true}))
}

/// The id alone, where no fields are asked for.
fn shown(visit: &Visit<'_>, issue: &Issue, fields: &[String]) -> Value {
    if fields.is_empty() {
        return json!({"id": issue.id.to_string()});
    }
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    issue::shown(visit, issue, &fields)
}

/// The project of a condition `project = KEY`, with an order after it or not.
fn project(condition: &str) -> Option<&str> {
    let lower = condition.to_ascii_lowercase();
    let end = lower.find(" order by ").unwrap_or(condition.len());
    let (field, key) = condition.get(..end)?.split_once('=')?;
    let key = key.trim().trim_matches('"');
    let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric());
    (field.trim().eq_ignore_ascii_case("project") && plain).then_some(key)
}
