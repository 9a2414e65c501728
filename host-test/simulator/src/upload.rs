//! Files that come as a form, to the platform and to the service desk alike.

mod multipart;

use crate::answer::Answer;
use crate::request::Request;
pub(crate) use multipart::Part;
use multipart::parts;

/// The longest file that a site takes.
const LONGEST_FILE: usize = 20 * 1024 * 1024;

/// What the part of a file is called.
const FILE: &str = "file";

/// What keeps a form from being read. Without the header that no form can send
/// it could come from a stranger's page.
pub(crate) fn unchecked(request: &Request) -> Option<Answer> {
    let is_checked = request.header("x-atlassian-token") == Some("no-check");
    (!is_checked).then(|| Answer::bytes(403, "text/plain", "XSRF check failed").noting("xsrf"))
}

/// The files of a form, of which there is one at least. What is wrong with it
/// is said in the API's own words.
pub(crate) fn files(
    request: &Request,
    refuse: fn(u16, &str) -> Answer,
) -> Result<Vec<Part>, Answer> {
    if request.media_type() != "multipart/form-data" {
        return Err(refuse(415, "Unsupported Media Type"));
    }
    let content_type = request.header("content-type").unwrap_or_default();
    let Some(parts) = parts(content_type, &request.body) else {
        return Err(refuse(400, "The multipart body cannot be read."));
    };
    let files = parts.into_iter().filter(|part| part.name == FILE);
    let files: Vec<Part> = files.collect();
    if files.is_empty() || files.iter().any(|file| file.file_name.is_empty()) {
        return Err(refuse(400, "No file is attached."));
    }
    if files.iter().any(|file| file.content.len() > LONGEST_FILE) {
        return Err(refuse(413, "The attachment is too large."));
    }
    Ok(files)
}
