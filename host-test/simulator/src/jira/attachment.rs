//! Attachments: upload, and download by way of the media store.

use super::issue::missing;
use super::person;
use crate::answer::Answer;
use crate::company::Attachment;
use crate::media::File;
use crate::range::ranged;
use crate::route::Visit;
use crate::secrets::mixed;
use crate::upload::{self, Part};
use serde_json::{Value, json};

/// The content: by a redirect to the media store, or here with
/// `?redirect=false`.
pub(super) fn content(visit: &mut Visit<'_>) -> Answer {
    let attachments = &mut visit.company.attachments.iter();
    let Some(attachment) = attachments.find(|file| file.id.to_string() == visit.name(0)) else {
        let id = visit.name(0);
        let message = format!("The attachment with id '{id}' does not exist");
        return Answer::platform(404, &message);
    };
    let file = &attachment.file;
    if visit.request.asked("redirect").as_deref() == Some("false") {
        return ranged(visit.request, &file.media_type, &file.content);
    }
    let url = visit
        .downloads
        .sign(visit.secrets, visit.media_origin, file, visit.now);
    Answer::empty(303).with("location", &url)
}

/// Takes the files of a form.
pub(super) fn add(visit: &mut Visit<'_>) -> Answer {
    if let Some(refusal) = upload::unchecked(visit.request) {
        return refusal;
    }
    let Some(issue) = visit.company.issue(visit.name(0)).map(|issue| issue.id) else {
        return missing();
    };
    let files = match upload::files(visit.request, Answer::platform) {
        Ok(files) => files,
        Err(refusal) => return refusal,
    };
    let added: Vec<Value> = files
        .into_iter()
        .map(|part| {
            let attachment = attachment(visit, issue, part);
            let shown = shown(visit, &attachment);
            visit.company.attachments.push(attachment);
            shown
        })
        .collect();
    Answer::json(200, &Value::Array(added))
}

/// A file as an attachment of this issue.
pub(crate) fn attachment(visit: &mut Visit<'_>, issue: u64, part: Part) -> Attachment {
    let id = visit.company.next_id();
    let tail = mixed(("file", id)) >> 16;
    Attachment {
        id,
        issue,
        file_name: part.file_name,
        author: visit.account.clone(),
        created: visit.now,
        file: File {
            uuid: format!("f17e0000-0000-4000-8000-{tail:012x}"),
            media_type: part.media_type,
            content: part.content,
        },
    }
}

pub(super) fn shown(visit: &Visit<'_>, attachment: &Attachment) -> Value {
    let id = attachment.id;
    json!({
        "self": visit.link(&format!("attachment/{id}")),
        "id": id.to_string(),
        "filename": attachment.file_name,
        "author": person(&visit.base, &attachment.author),
        "created": attachment.created.jira(),
        "size": attachment.file.content.len(),
        "mimeType": attachment.file.media_type,
        "content": visit.link(&format!("attachment/content/{id}")),
    })
}
