//! Issues.

use super::{attachment, comment, person};
use crate::answer::Answer;
use crate::company::{Document, Issue};
use crate::route::Visit;
use serde_json::{Map, Value, json};

/// What Jira says where there is nothing, and where nobody may look.
const MISSING: &str = "Issue does not exist or you do not have permission to see it.";

/// The fields that can be set here.
const SETTABLE: [&str; 5] = ["summary", "description", "labels", "project", "issuetype"];

pub(super) fn missing() -> Answer {
    Answer::platform(404, MISSING)
}

/// An issue with the fields that were asked for; all, where none were named.
pub(super) fn read(visit: &mut Visit<'_>) -> Answer {
    let asked = visit.request.asked("fields");
    let asked: Vec<&str> = asked.iter().flat_map(|names| names.split(',')).collect();
    let asked = if asked.is_empty() {
        &["*all"]
    } else {
        asked.as_slice()
    };
    match visit.company.issue(visit.name(0)) {
        Some(issue) => Answer::json(200, &shown(visit, issue, asked)),
        None => missing(),
    }
}

pub(super) fn create(visit: &mut Visit<'_>) -> Answer {
    let fields = fields(&visit.json);
    let mut errors = unsettable(&fields);
    check_texts(&fields, visit.version, &mut errors);
    if !fields.contains_key("summary") {
        errors.insert(
            "summary".to_owned(),
            "You must specify a summary of the issue.".into(),
        );
    }
    let project = named(&fields, "project", "key").and_then(|name| visit.company.project(name));
    if project.is_none() {
        let message = "Specify a valid project ID or key";
        errors.insert("project".to_owned(), message.into());
    }
    let kind = named(&fields, "issuetype", "name");
    if kind.is_none() {
        let message = "Specify an issue type";
        errors.insert("issuetype".to_owned(), message.into());
    }
    let (Some(project), Some(kind), true) = (project, kind, errors.is_empty()) else {
        return Answer::fields(&Value::Object(errors));
    };
    let project = project.key.clone();
    let opened = visit
        .company
        .open(&project, kind, "", visit.account, visit.now);
    let Some(issue) = opened else {
        return missing();
    };
    set(issue, &fields, visit.version);
    let (id, key) = (issue.id.to_string(), issue.key.clone());
    let link = visit.link(&format!("issue/{id}"));
    Answer::json(201, &json!({"id": id, "key": key, "self": link})).with("location", &link)
}

pub(super) fn edit(visit: &mut Visit<'_>) -> Answer {
    let fields = fields(&visit.json);
    let mut errors = unsettable(&fields);
    check_texts(&fields, visit.version, &mut errors);
    let (version, now, name) = (visit.version, visit.now, visit.name(0).to_owned());
    let Some(issue) = visit.company.issue_mut(&name) else {
        return missing();
    };
    if !errors.is_empty() {
        return Answer::fields(&Value::Object(errors));
    }
    set(issue, &fields, version);
    issue.updated = now;
    Answer::empty(204)
}

pub(super) fn delete(visit: &mut Visit<'_>) -> Answer {
    let Some(id) = visit.company.issue(visit.name(0)).map(|issue| issue.id) else {
        return missing();
    };
    visit.company.issues.retain(|issue| issue.id != id);
    visit.company.attachments.retain(|file| file.issue != id);
    Answer::empty(204)
}

/// The issue with these of its fields; `*all` are all.
pub(super) fn shown(visit: &Visit<'_>, issue: &Issue, asked: &[&str]) -> Value {
    let wanted = |name: &str| {
        asked.contains(&name) || asked.contains(&"*all") || asked.contains(&"*navigable")
    };
    let fields: Map<String, Value> = all_fields(visit, issue)
        .into_iter()
        .filter(|(name, _)| wanted(name))
        .collect();
    json!({
        "id": issue.id.to_string(),
        "self": visit.link(&format!("issue/{}", issue.id)),
        "key": issue.key,
        "fields": fields,
    })
}

fn all_fields(visit: &Visit<'_>, issue: &Issue) -> Map<String, Value> {
    let description = issue.description.as_ref();
    let comments = comment::inline(visit, issue);
    let files = visit.company.attachments.iter();
    let files: Vec<Value> = files
        .filter(|file| file.issue == issue.id)
        .map(|file| attachment::shown(visit, file))
        .collect();
    let fields = json!({
        "summary": issue.summary,
        "description": description.map(|text| text.shown(visit.version)),
        "labels": issue.labels,
        "issuetype": {"name": issue.kind},
        "project": {"key": issue.project},
        "status": {"name": issue.status()},
        "priority": {"name": issue.priority},
        "reporter": person(&visit.base, &issue.reporter),
        "assignee": issue.assignee.as_ref().map(|account| person(&visit.base, account)),
        "created": issue.created.jira(),
        "updated": issue.updated.jira(),
        "comment": comments,
        "attachment": files,
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn fields(body: &Value) -> Map<String, Value> {
    let fields = body.get("fields").and_then(Value::as_object);
    fields.cloned().unwrap_or_default()
}

fn unsettable(fields: &Map<String, Value>) -> Map<String, Value> {
    let unknown = fields
        .keys()
        .filter(|name| !SETTABLE.contains(&name.as_str()));
    unknown
        .map(|name| {
            let message = format!(
                "Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
            );
            (name.clone(), message.into())
        })
        .collect()
}

fn check_texts(fields: &Map<String, Value>, version: &str, errors: &mut Map<String, Value>) {
    if let Some(summary) = fields.get("summary")
        && summary.as_str().is_none_or(|text| text.trim().is_empty())
    {
        let message = "You must specify a summary of the issue.";
        errors.insert("summary".to_owned(), message.into());
    }
    if let Some(description) = fields.get("description")
        && Document::read(description, version).is_none()
    {
        let message = match version {
            "2" => "Operation value must be a string",
            _ => {
                "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
            }
        };
        errors.insert("description".to_owned(), message.into());
    }
}

/// What names a project or a type: one of its members, or its id.
fn named<'a>(fields: &'a Map<String, Value>, field: &str, member: &str) -> Option<&'a str> {
    let field = fields.get(field)?;
    let named = field.get(member).or_else(|| field.get("id"));
    named.and_then(Value::as_str)
}

fn set(issue: &mut Issue, fields: &Map<String, Value>, version: &str) {
    if let Some(summary) = fields.get("summary").and_then(Value::as_str) {
        issue.summary = summary.to_owned();
    }
    if let Some(description) = fields.get("description") {
        issue.description = Document::read(description, version);
    }
    if let Some(labels) = fields.get("labels").and_then(Value::as_array) {
        let labels = labels.iter().filter_map(Value::as_str);
        issue.labels = labels.map(str::to_owned).collect();
    }
}
