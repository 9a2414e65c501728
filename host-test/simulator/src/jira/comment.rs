//! Comments of issues.

use super::issue::missing;
use super::{Window, person};
use crate::answer::Answer;
use crate::company::{Comment, Document, Issue};
use crate::route::Visit;
use serde_json::{Value, json};

/// A page of comments, which does not say whether it is the last.
pub(super) fn list(visit: &mut Visit<'_>) -> Answer {
    let Some(issue) = visit.company.issue(visit.name(0)) else {
        return missing();
    };
    let window = Window::platform(visit.request, 100);
    let page = window.cut(&issue.comments).iter();
    let comments: Vec<Value> = page.map(|comment| shown(visit, issue, comment)).collect();
    Answer::json(
        200,
        &json!({
            "startAt": window.start,
            "maxResults": window.size,
            "total": issue.comments.len(),
            "comments": comments,
        }),
    )
}

pub(super) fn add(visit: &mut Visit<'_>) -> Answer {
    let body = visit.json.get("body");
    let Some(body) = body.and_then(|body| Document::read(body, visit.version)) else {
        return Answer::fields(&json!({"comment": "Comment body is not valid!"}));
    };
    let comment = Comment {
        id: visit.company.next_id(),
        author: visit.account.clone(),
        body,
        public: true,
        created: visit.now,
    };
    let name = visit.name(0).to_owned();
    let Some(issue) = visit.company.issue_mut(&name) else {
        return missing();
    };
    issue.comments.push(comment.clone());
    let issue = issue.clone();
    let shown = shown(visit, &issue, &comment);
    let location = shown
        .get("self")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Answer::json(201, &shown).with("location", location)
}

/// What an issue has as its `comment`: it looks like a page and is none.
pub(super) fn inline(visit: &Visit<'_>, issue: &Issue) -> Value {
    let comments = issue.comments.iter();
    let comments: Vec<Value> = comments.map(|c| shown(visit, issue, c)).collect();
    json!({
        "comments": comments,
        "maxResults": comments.len(),
        "total": comments.len(),
        "startAt": 0,
    })
}

fn shown(visit: &Visit<'_>, issue: &Issue, comment: &Comment) -> Value {
    let author = person(&visit.base, &comment.author);
    json!({
        "self": visit.link(&format!("issue/{}/comment/{}", issue.id, comment.id)),
        "id": comment.id.to_string(),
        "author": author,
        "updateAuthor": author,
        "body": comment.body.shown(visit.version),
        "created": comment.created.jira(),
        "updated": comment.created.jira(),
        "jsdPublic": comment.public,
    })
}
