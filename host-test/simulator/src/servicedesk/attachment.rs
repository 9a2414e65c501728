//! Files of customers: handed in first, and then attached to a request.

use super::desk::refusal;
use super::request::{date, missing, request, required, shown_comment};
use super::{page, refuse};
use crate::answer::Answer;
use crate::company::{Attachment, Comment, Document};
use crate::jira::{attachment, person};
use crate::route::Visit;
use crate::secrets::mixed;
use crate::upload;
use serde_json::{Value, json};

/// Takes the files of a form, to be attached later by their ids.
pub(super) fn take(visit: &mut Visit<'_>) -> Answer {
    if let Some(refusal) = upload::unchecked(visit.request).or_else(|| refusal(visit)) {
        return refusal;
    }
    let files = match upload::files(visit.request, refuse) {
        Ok(files) => files,
        Err(refusal) => return refusal,
    };
    let taken = files.into_iter().map(|file| {
        let number = visit.company.next_id();
        let tail = mixed(("temporary", number)) >> 16;
        let id = format!("7e3b0000-0000-4000-8000-{tail:012x}");
        let shown = json!({"temporaryAttachmentId": id, "fileName": file.file_name});
        visit.company.temporary.push((id, file));
        shown
    });
    let taken: Vec<Value> = taken.collect();
    Answer::json(201, &json!({"temporaryAttachments": taken}))
}

/// Attaches what was handed in, with a comment.
pub(super) fn attach(visit: &mut Visit<'_>) -> Answer {
    let Some(issue) = request(visit).map(|issue| issue.id) else {
        return missing();
    };
    let body = visit.json.clone();
    let Some(public) = body.get("public").and_then(Value::as_bool) else {
        return required("public");
    };
    let ids = body.get("temporaryAttachmentIds").and_then(Value::as_array);
    let ids: Vec<&str> = ids
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let there = |id: &&str| visit.company.temporary.iter().any(|(it, _)| it == id);
    if ids.is_empty() || !ids.iter().all(there) {
        return required("temporaryAttachmentIds");
    }
    let (taken, left) = std::mem::take(&mut visit.company.temporary)
        .into_iter()
        .partition(|(id, _)| ids.contains(&id.as_str()));
    visit.company.temporary = left;
    let taken: Vec<Attachment> = Vec::into_iter(taken)
        .map(|(_, file)| attachment(visit, issue, file))
        .collect();
    let shown_files: Vec<Value> = taken.iter().map(|file| shown(visit, file)).collect();
    visit.company.attachments.extend(taken);
    let text = body.pointer("/additionalComment/body");
    let comment = Comment {
        id: visit.company.next_id(),
        author: visit.account.clone(),
        body: Document::plain(text.and_then(Value::as_str).unwrap_or_default()),
        public,
        created: visit.now,
    };
    let shown_comment = shown_comment(visit, &comment);
    let name = visit.name(0).to_owned();
    if let Some(issue) = visit.company.issue_mut(&name) {
        issue.comments.push(comment);
    }
    let attachments = json!({"size": shown_files.len(), "values": shown_files});
    Answer::json(
        201,
        &json!({"comment": shown_comment, "attachments": attachments}),
    )
}

pub(super) fn list(visit: &mut Visit<'_>) -> Answer {
    let Some(issue) = request(visit) else {
        return missing();
    };
    let files = visit.company.attachments.iter();
    let files: Vec<Value> = files
        .filter(|file| file.issue == issue.id)
        .map(|file| shown(visit, file))
        .collect();
    let path = format!("request/{}/attachment", visit.name(0));
    page::answer(visit, &path, &files)
}

fn shown(visit: &Visit<'_>, attachment: &Attachment) -> Value {
    let content = visit.link(&format!("attachment/content/{}", attachment.id));
    json!({
        "filename": attachment.file_name,
        "author": person(&visit.base, &attachment.author),
        "created": date(attachment.created),
        "size": attachment.file.content.len(),
        "mimeType": attachment.file.media_type,
        "_links": {"jiraRest": content, "content": content},
    })
}
