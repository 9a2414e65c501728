//! The store of attachments, which a signed URL opens and nothing else.

use crate::answer::Answer;
use crate::clock::Now;
use crate::range::ranged;
use crate::request::Request;
use crate::secrets::{Kind, Secrets};
use bytes::Bytes;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a signed URL is good.
const SIGNATURE_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// The name of Jira at the media store: no secret.
const CLIENT: &str = "c0ffee00-0000-4000-8000-0000000000ca";

/// A file and its name at the media store.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub uuid: String,
    pub media_type: String,
    pub content: Bytes,
}

/// The signed URLs that were given out.
#[derive(Default)]
pub(crate) struct Downloads(BTreeMap<String, (File, Now)>);

impl Downloads {
    /// A URL that opens this file for a while.
    pub fn sign(&mut self, secrets: &mut Secrets, origin: &str, file: &File, now: Now) -> String {
        let token = secrets.mint(Kind::Download);
        let expires = now.plus(SIGNATURE_LIFETIME);
        let uuid = &file.uuid;
        let url = format!("{origin}/file/{uuid}/binary?token={token}&client={CLIENT}");
        self.0.insert(token, (file.clone(), expires));
        url
    }

    /// Answers a request to the media origin.
    pub fn answer(&self, request: &Request, now: Now) -> Answer {
        let file = request
            .path()
            .strip_prefix("/file/")
            .and_then(|rest| rest.strip_suffix("/binary"));
        match (request.method.as_str(), file) {
            ("GET" | "HEAD", Some(uuid)) => self.open(request, uuid, now),
            (_, Some(_)) => Answer::empty(405).with("allow", "GET, HEAD"),
            (method, None) => Answer::not_simulated(method, request.path()),
        }
    }

    fn open(&self, request: &Request, uuid: &str, now: Now) -> Answer {
        let token = request.asked("token").unwrap_or_default();
        let client = request.asked("client").unwrap_or_default();
        match self.0.get(&token) {
            Some((file, expires)) if file.uuid == uuid && client == CLIENT && now < *expires => {
                ranged(request, &file.media_type, &file.content)
            }
            _ => refused("the signature is not good"),
        }
    }
}

/// The media store's refusal of what must not be opened.
pub(crate) fn refused(why: &str) -> Answer {
    Answer::json(403, &json!({"error": {"code": "Forbidden", "title": why}}))
}

/// Any other refusal of the media store.
pub(crate) fn refusal(status: u16, why: &str) -> Answer {
    let code = why.replace(' ', "");
    Answer::json(status, &json!({"error": {"code": code, "title": why}}))
}
