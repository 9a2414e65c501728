//! Parts of a content, as asked for by `Range` (RFC 9110 section 14).

use crate::answer::Answer;
use crate::request::Request;
use crate::secrets::mixed;
use bytes::Bytes;

/// The content, or the one range of it that was asked for. What is not one
/// range of bytes is ignored, as the RFC wants it, and so is a range of what is
/// another content now (`If-Range`).
pub(crate) fn ranged(request: &Request, media_type: &str, content: &Bytes) -> Answer {
    let length = content.len();
    let tag = format!("\"{:016x}\"", mixed(("content", content)));
    let whole = || {
        Answer::bytes(200, media_type, content.clone())
            .with("accept-ranges", "bytes")
            .with("etag", &tag)
    };
    let is_meant = request.header("if-range").is_none_or(|of| of == tag);
    let range = request.header("range").filter(|_| is_meant);
    let Some(spec) = range.and_then(|range| range.strip_prefix("bytes=")) else {
        return whole();
    };
    let Some((first, last)) = spec.split_once('-') else {
        return whole();
    };
    let range = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Ok(first), Err(_)) if last.is_empty() => first..length,
        (Err(_), Ok(suffix)) if first.is_empty() => length.saturating_sub(suffix)..length,
        _ => return whole(),
    };
    if range.start >= range.end {
        let unsatisfied = format!("bytes */{length}");
        return Answer::empty(416).with("content-range", &unsatisfied);
    }
    let shown = format!("bytes {}-{}/{length}", range.start, range.end - 1);
    Answer::bytes(206, media_type, content.slice(range))
        .with("content-range", &shown)
        .with("etag", &tag)
}
