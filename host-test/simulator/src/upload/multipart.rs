//! Reading `multipart/form-data` (RFC 7578).

use bytes::Bytes;

/// One part of a form.
pub(crate) struct Part {
    pub name: String,
    pub file_name: String,
    pub media_type: String,
    pub content: Bytes,
}

/// The parts of a body, or nothing where it is not what its `Content-Type`
/// says.
pub(super) fn parts(content_type: &str, body: &Bytes) -> Option<Vec<Part>> {
    let boundary = format!("--{}", parameter(content_type, "boundary")?);
    let mut rest = after(body, boundary.as_bytes())?;
    let delimiter = format!("\r\n{boundary}");
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let start = rest.strip_prefix(b"\r\n".as_slice())?;
        let length = position(start, delimiter.as_bytes())?;
        parts.push(part(&body.slice_ref(start.get(..length)?))?);
        rest = start.get(length + delimiter.len()..)?;
    }
    matches!(rest, b"--" | b"--\r\n").then_some(parts)
}

fn part(bytes: &Bytes) -> Option<Part> {
    let head_length = position(bytes, b"\r\n\r\n")?;
    let head = std::str::from_utf8(bytes.get(..head_length)?).ok()?;
    let field = |wanted: &str| {
        let fields = head.split("\r\n").filter_map(|line| line.split_once(':'));
        let mut values = fields.filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        values.next().map(|(_, value)| value.trim())
    };
    let disposition = field("content-disposition")?;
    Some(Part {
        name: parameter(disposition, "name")?.to_owned(),
        file_name: parameter(disposition, "filename")
            .unwrap_or_default()
            .to_owned(),
        media_type: field("content-type")
            .unwrap_or("application/octet-stream")
            .to_owned(),
        content: bytes.slice(head_length + 4..),
    })
}

/// A parameter of a header's value, quoted or not.
fn parameter<'a>(value: &'a str, wanted: &str) -> Option<&'a str> {
    let (_, mut rest) = value.split_once(';')?;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (found, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(';').unwrap_or((after, "")),
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(found);
        }
        rest = next.trim_start_matches([';', ' ']);
    }
}

fn after<'a>(bytes: &'a [u8], sought: &[u8]) -> Option<&'a [u8]> {
    let at = position(bytes, sought)?;
    bytes.get(at + sought.len()..)
}

fn position(bytes: &[u8], sought: &[u8]) -> Option<usize> {
    bytes
        .windows(sought.len())
        .position(|window| window == sought)
}
