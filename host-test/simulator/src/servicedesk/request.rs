//! Requests that customers have raised.

use super::page;
use crate::answer::Answer;
use crate::clock::Now;
use crate::company::{Comment, Document, Issue};
use crate::jira::person;
use crate::route::Visit;
use serde_json::{Value, json};

pub(super) fn missing() -> Answer {
    Answer::service_desk(
        404,
        "The request does not exist, or you do not have permission to view it.",
        "sd.request.error.not.found",
        &[],
    )
}

pub(super) fn required(field: &str) -> Answer {
    Answer::service_desk(
        400,
        &format!("The field {field} is required."),
        "sd.validation.request.creation.failure.required.field",
        &[field],
    )
}

pub(super) fn list(visit: &mut Visit<'_>) -> Answer {
    let issues = visit.company.issues.iter();
    let requests: Vec<Value> = issues
        .filter(|issue| issue.request.is_some())
        .map(|issue| shown(visit, issue))
        .collect();
    page::answer(visit, "request", &requests)
}

pub(super) fn read(visit: &mut Visit<'_>) -> Answer {
    match request(visit) {
        Some(issue) => Answer::json(200, &shown(visit, issue)),
        None => missing(),
    }
}

pub(super) fn create(visit: &mut Visit<'_>) -> Answer {
    let body = visit.json.clone();
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let Some(desk) = text("serviceDeskId") else {
        return required("serviceDeskId");
    };
    let Some(kind) = text("requestTypeId").and_then(|id| id.parse().ok()) else {
        return required("requestTypeId");
    };
    let Some(summary) = body
        .pointer("/requestFieldValues/summary")
        .and_then(Value::as_str)
    else {
        return required("summary");
    };
    let Some(project) = visit.company.desk(desk).map(|desk| desk.key.clone()) else {
        return missing();
    };
    let (account, now) = (visit.account, visit.now);
    let opened = visit
        .company
        .open(&project, "Service Request", summary, account, now);
    let Some(issue) = opened else {
        return missing();
    };
    issue.request = Some((kind, vec![("Waiting for support".to_owned(), now)]));
    let issue = issue.clone();
    Answer::json(201, &shown(visit, &issue)).with("location", &link(visit, &issue))
}

pub(super) fn statuses(visit: &mut Visit<'_>) -> Answer {
    let Some((_, statuses)) = request(visit).and_then(|issue| issue.request.as_ref()) else {
        return missing();
    };
    let statuses: Vec<Value> = statuses.iter().map(status).collect();
    let path = format!("request/{}/status", visit.name(0));
    page::answer(visit, &path, &statuses)
}

pub(super) fn comments(visit: &mut Visit<'_>) -> Answer {
    let Some(issue) = request(visit) else {
        return missing();
    };
    let comments = issue.comments.iter();
    let comments: Vec<Value> = comments.map(|c| shown_comment(visit, c)).collect();
    let path = format!("request/{}/comment", visit.name(0));
    page::answer(visit, &path, &comments)
}

pub(super) fn comment(visit: &mut Visit<'_>) -> Answer {
    let Some(body) = visit.json.get("body").and_then(Value::as_str) else {
        return required("body");
    };
    let public = visit.json.get("public").and_then(Value::as_bool);
    let comment = Comment {
        id: visit.company.next_id(),
        author: visit.account.clone(),
        body: Document::plain(body),
        public: public.unwrap_or(true),
        created: visit.now,
    };
    let name = visit.name(0).to_owned();
    let issue = visit.company.issue_mut(&name);
    let Some(issue) = issue.filter(|issue| issue.request.is_some()) else {
        return missing();
    };
    issue.comments.push(comment.clone());
    Answer::json(201, &shown_comment(visit, &comment))
}

pub(super) fn request<'a>(visit: &'a Visit<'_>) -> Option<&'a Issue> {
    let issue = visit.company.issue(visit.name(0))?;
    issue.request.is_some().then_some(issue)
}

fn link(visit: &Visit<'_>, issue: &Issue) -> String {
    format!("{}/rest/servicedeskapi/request/{}", visit.base, issue.id)
}

fn shown(visit: &Visit<'_>, issue: &Issue) -> Value {
    let kind = issue.request.as_ref().map(|(kind, _)| kind.to_string());
    let latest = issue.request.as_ref().and_then(|(_, s)| s.first());
    let project = visit.company.project(&issue.project);
    let desk = project.and_then(|project| project.desk);
    json!({
        "_expands": ["participant", "status", "sla", "requestType", "serviceDesk"],
        "issueId": issue.id.to_string(),
        "issueKey": issue.key,
        "requestTypeId": kind,
        "serviceDeskId": desk.map(|desk| desk.to_string()),
        "createdDate": date(issue.created),
        "reporter": person(&visit.base, &issue.reporter),
        "requestFieldValues": [
            {"fieldId": "summary", "label": "Summary", "value": issue.summary},
        ],
        "currentStatus": latest.map(status),
        "_links": {
            "self": link(visit, issue),
            "agent": format!("{}/browse/{}", visit.site.url, issue.key),
        },
    })
}

pub(super) fn shown_comment(visit: &Visit<'_>, comment: &Comment) -> Value {
    json!({
        "id": comment.id.to_string(),
        "body": comment.body.text(),
        "public": comment.public,
        "author": person(&visit.base, &comment.author),
        "created": date(comment.created),
    })
}

fn status((name, since): &(String, Now)) -> Value {
    json!({"status": name, "statusCategory": "INDETERMINATE", "statusDate": date(*since)})
}

pub(super) fn date(instant: Now) -> Value {
    json!({
        "iso8601": instant.iso(),
        "jira": instant.jira(),
        "epochMillis": instant.epoch_millis(),
    })
}
