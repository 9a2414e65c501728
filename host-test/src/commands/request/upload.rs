//! `--upload`: files as a form, as Jira wants attachments.

mod form;

use std::path::{Path, PathBuf};
use std::time::Duration;

use jira_host::types::{Field, Request};

use super::file;
use crate::exit::{Exit, Failure};

/// What Jira asks of a form, as a stranger's page could not send it.
const NO_CHECK: (&str, &str) = ("X-Atlassian-Token", "no-check");

/// How long an upload may take where nothing is said: as long as the contract
/// allows. What is lost half way cannot be gone on with.
const TIME_OF_AN_UPLOAD: Duration = Duration::from_secs(600);

/// More than the lines around one file take, but for its name.
const ROOM_FOR_PART: u64 = 1024;

/// What a file is of which nothing is known.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// Files, read and ready to be sent.
#[derive(Debug)]
pub(super) struct Upload {
    content_type: String,
    body: Vec<u8>,
}

impl Upload {
    /// Reads the files, once it is sure that they are not too long together.
    pub(super) fn read(paths: &[PathBuf], headers: &[Field]) -> Result<Upload, Failure> {
        if has(headers, "content-type") {
            let why = "`--upload` says itself what it sends; leave out the header `Content-Type`";
            return Err(Failure::new(Exit::Usage, why));
        }
        let mut left = file::most_bytes();
        let mut together = 0;
        for path in paths {
            together += file::length(path)? + ROOM_FOR_PART + path.as_os_str().len() as u64 * 3;
        }
        file::check_length("what is to be uploaded", together, left)?;
        let mut files = Vec::new();
        for path in paths {
            let content = file::read_at(path, left)?;
            left = left.saturating_sub(content.len() as u64);
            files.push(form::File {
                name: name(path)?.to_owned(),
                media_type: media_type(path),
                content,
            });
        }
        let (content_type, body) = form::written(files)?;
        Ok(Upload { content_type, body })
    }

    pub(super) fn put_into(self, mut request: Request) -> Request {
        let (name, value) = NO_CHECK;
        if !has(&request.headers, name) {
            request = request.with_header(name, value);
        }
        request
            .with_header("Content-Type", self.content_type)
            .with_timeout(TIME_OF_AN_UPLOAD)
            .with_body(self.body)
    }
}

/// What Jira is to call the file.
pub(super) fn name(path: &Path) -> Result<&str, Failure> {
    path.file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| {
            let path = path.display();
            let why = format!("`{path}` has no name in UTF-8 that the file could be sent by");
            Failure::new(Exit::Usage, why).with_hint("copy it under another name, and send that")
        })
}

/// What the name says that the file is.
pub(super) fn media_type(path: &Path) -> String {
    let guess = mime_guess::from_path(path);
    guess.first_raw().unwrap_or(UNKNOWN_TYPE).to_owned()
}

fn has(headers: &[Field], name: &str) -> bool {
    headers.iter().any(|(it, _)| it.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_may_take_as_long_as_the_contract_allows() {
        let upload = Upload {
            content_type: String::new(),
            body: Vec::new(),
        };
        let request = upload.put_into(Request::post("demo", "/issue/DEMO-1/attachments"));
        let options = request.options.unwrap();
        assert_eq!(options.timeout_ms, Some(600_000));
    }
}
