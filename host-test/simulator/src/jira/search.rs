//! Search by JQL, of which only `project = KEY` is understood.

use super::{Window, issue};
use crate::answer::Answer;
use crate::company::Issue;
use crate::list::token::Frozen;
use crate::request::plain;
use crate::route::Visit;
use serde_json::{Value, json};

/// How long a page is where nobody says how long, and at most.
const USUAL_PAGE: usize = 50;
const LONGEST_PAGE: usize = 5000;

/// What may differ from page to page of one search.
const MOVING: [&str; 2] = ["nextPageToken", "maxResults"];

/// What is searched for.
pub(crate) struct Search {
    jql: String,
    /// The fields to show.
    pub fields: Vec<String>,
}

impl Search {
    /// What the query asks for; of a POST, the body.
    pub fn of(visit: &Visit<'_>) -> Search {
        if visit.request.method == "POST" {
            let fields = visit.json.get("fields").and_then(Value::as_array);
            let fields = fields.into_iter().flatten().filter_map(Value::as_str);
            let jql = visit.json.get("jql").and_then(Value::as_str);
            return Search {
                jql: jql.unwrap_or_default().to_owned(),
                fields: fields.map(str::to_owned).collect(),
            };
        }
        let fields = visit.request.pairs().into_iter();
        Search {
            jql: visit.request.asked("jql").unwrap_or_default(),
            fields: fields
                .filter(|(name, _)| name == "fields")
                .flat_map(|(_, names)| names.split(',').map(str::to_owned).collect::<Vec<_>>())
                .collect(),
        }
    }

    /// The refusal of a search for everything.
    pub fn unbounded(&self) -> Option<Answer> {
        let condition = self.jql.trim();
        let bounded = !condition.is_empty() && !condition.to_lowercase().starts_with("order by");
        (!bounded).then(|| {
            let message = "Unbounded JQL queries are not allowed here. Please add a search \
                           restriction to your query.";
            Answer::platform(400, message)
        })
    }
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

/// A page of the issues of a project.
pub(super) fn search(visit: &mut Visit<'_>) -> Answer {
    let search = Search::of(visit);
    if let Some(refusal) = search.unbounded() {
        return refusal;
    }
    let Some(key) = project(search.jql.trim()) else {
        return Answer::not_simulated(&visit.request.method, "a search beyond `project = KEY`");
    };
    let Some(project) = visit.company.project(key) else {
        let message = format!("The value '{key}' does not exist for the field 'project'.");
        return Answer::platform(400, &message);
    };
    let issues = visit.company.issues.iter();
    let issues: Vec<&Issue> = issues.filter(|i| i.project == project.key).collect();
    let frozen = Frozen::of(visit.request, &visit.json, &MOVING);
    let start = match asked(visit, "nextPageToken") {
        None => Some(0),
        Some(token) => frozen.place(&token, visit.now),
    };
    let Some(start) = start else {
        let message = "The provided next page token is invalid or expired.";
        return Answer::platform(400, message);
    };
    let size = asked(visit, "maxResults").and_then(|size| size.parse().ok());
    let window = Window {
        start,
        size: size.unwrap_or(USUAL_PAGE).min(LONGEST_PAGE),
    };
    let shown = window.cut(&issues).iter();
    let shown: Vec<Value> = shown.map(|i| shown_as(visit, i, &search.fields)).collect();
    let is_last = window.is_last(&issues);
    let mut page = json!({"issues": shown, "isLast": is_last});
    if let Some(members) = page.as_object_mut()
        && !is_last
    {
        let token = frozen.token(window.end(), visit.now);
        members.insert("nextPageToken".to_owned(), token.into());
    }
    Answer::json(200, &page)
}

/// What the query has for a name; of a POST, the body.
fn asked(visit: &Visit<'_>, name: &str) -> Option<String> {
    if visit.request.method != "POST" {
        return visit.request.asked(name);
    }
    visit.json.get(name).map(plain)
}

/// The id alone, where no fields are asked for.
fn shown_as(visit: &Visit<'_>, issue: &Issue, fields: &[String]) -> Value {
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
