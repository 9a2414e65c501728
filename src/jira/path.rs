//! Where below a site a request goes, and why it cannot go elsewhere.
//!
//! A caller's path ends up behind `{api origin}/ex/jira/{cloud id}`, in front
//! of servers that decode and normalise in ways we do not see. So a path is
//! refused when *any* reading of it could climb: each segment is decoded again
//! and again until nothing changes, and looked at on every level.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode, utf8_percent_encode};

use super::{
    error::{Error, Result},
    query,
};

/// The longest path with its query. Servers in front of Jira refuse longer
/// request lines anyway.
pub const MAX_PATH_BYTES: usize = 32 * 1024;

/// How often a segment is decoded before it is refused as unreasonable. Two
/// layers occur when keys that hold `%` are encoded.
const MAX_ENCODING_LAYERS: usize = 4;

/// RFC 3986 `pchar` and `/` stay as they are; `%` was checked before.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'[')
    .add(b']');

/// Which of the two request exports is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    /// `api-request`.
    Platform,
    /// `servicedesk-request`.
    ServiceDesk,
}

impl Api {
    /// What relative paths are relative to.
    #[must_use]
    pub const fn base(self) -> &'static str {
        match self {
            Self::Platform => "/rest/api/3",
            Self::ServiceDesk => "/rest/servicedeskapi",
        }
    }
}

/// A path and query below a site, percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Begins with `/rest/` or `/jsm/`.
    pub path: String,
    /// Without its `?`.
    pub query: Option<String>,
}

impl Target {
    /// Checks what the caller gave.
    pub fn parse(api: Api, url_path: &str, query_params: &[(String, String)]) -> Result<Self> {
        if url_path.len() > MAX_PATH_BYTES {
            return Err(refused(format_args!(
                "it is longer than {MAX_PATH_BYTES} bytes"
            )));
        }
        let (path, query) = match url_path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (url_path, None),
        };
        check(path)?;
        let path = place(api, path)?;
        let query = query::merge(query, query_params)?;
        let whole = path.len() + query.as_ref().map_or(0, String::len);
        if whole > MAX_PATH_BYTES {
            let field = match query_params {
                [] => "url-path",
                _ => "query-params",
            };
            return Err(Error::invalid(
                field,
                format_args!("path and query together are longer than {MAX_PATH_BYTES} bytes"),
            ));
        }
        Ok(Self { path, query })
    }
}

fn refused(why: impl core::fmt::Display) -> Error {
    Error::invalid("url-path", why)
}

/// Checks that no reading of a path can climb.
pub fn check(path: &str) -> Result<()> {
    if !path.starts_with('/') {
        return Err(refused(
            "it must begin with '/', such as /issue/DEMO-1, and has no scheme and no host",
        ));
    }
    if path.contains("//") {
        return Err(refused("it has an empty segment ('//')"));
    }
    if path.contains('#') {
        return Err(refused(
            "it has a fragment ('#'); write %23 for the character",
        ));
    }
    if path.contains('\\') {
        return Err(refused("it has a backslash"));
    }
    if path.chars().any(char::is_control) {
        return Err(refused("it has a control character"));
    }
    path.split('/').try_for_each(check_segment)
}

/// Looks at a segment on every level of decoding.
fn check_segment(segment: &str) -> Result<()> {
    query::check_percents(segment).map_err(refused)?;
    let mut level = segment.as_bytes().to_vec();
    for _ in 0..MAX_ENCODING_LAYERS {
        check_decoded(&level)?;
        if !level.contains(&b'%') {
            return Ok(());
        }
        let next: Vec<u8> = percent_decode(&level).collect();
        if next == level {
            return Ok(());
        }
        level = next;
    }
    Err(refused(format_args!(
        "a segment is percent-encoded more than {} times",
        MAX_ENCODING_LAYERS - 1
    )))
}

/// A decoded segment may hold slashes, which a server may take for real ones;
/// what stands between them must not climb. Servers also strip what follows a
/// `;` before they look.
fn check_decoded(bytes: &[u8]) -> Result<()> {
    if bytes.iter().any(u8::is_ascii_control) {
        return Err(refused("it has an encoded control character"));
    }
    if bytes.contains(&b'\\') {
        return Err(refused("it has an encoded backslash"));
    }
    let climbs = |part: &[u8]| {
        let name = part.split(|&b| b == b';').next().unwrap_or_default();
        name == b"." || name == b".."
    };
    if bytes.split(|&b| b == b'/').any(climbs) {
        return Err(refused("it has a dot segment ('.' or '..')"));
    }
    Ok(())
}

/// Puts a checked path below the site, or says which export it belongs to. A
/// prefix is taken whole only where it is written plainly.
fn place(api: Api, path: &str) -> Result<String> {
    let plain = as_a_server_reads_it(path);
    let is_whole = match api {
        Api::Platform if is_of_service_desk(&plain) => {
            return Err(refused(
                "it belongs to Jira Service Management; call servicedesk-request",
            ));
        }
        Api::ServiceDesk if plain.starts_with("/rest/") && !is_of_service_desk(&plain) => {
            return Err(refused("it belongs to the Jira platform; call api-request"));
        }
        Api::Platform => path.starts_with("/rest/"),
        Api::ServiceDesk => is_of_service_desk(path),
    };
    let path = Cow::from(utf8_percent_encode(path, PATH));
    Ok(if is_whole {
        path.into_owned()
    } else {
        [api.base(), &path].concat()
    })
}

fn is_of_service_desk(path: &str) -> bool {
    is_under(path, "/rest/servicedeskapi") || is_under(path, "/jsm")
}

/// Decoded, without `;` parameters and empty segments, in lower case: however a prefix is
/// disguised, this shows it.
fn as_a_server_reads_it(path: &str) -> String {
    let mut decoded = path.as_bytes().to_vec();
    for _ in 0..MAX_ENCODING_LAYERS {
        if !decoded.contains(&b'%') {
            break;
        }
        decoded = percent_decode(&decoded).collect();
    }
    let decoded = String::from_utf8_lossy(&decoded).to_ascii_lowercase();
    let names = decoded
        .split('/')
        .map(|segment| segment.split(';').next().unwrap_or_default())
        .filter(|name| !name.is_empty());
    let mut path = String::new();
    for name in names {
        path.push('/');
        path.push_str(name);
    }
    path
}

fn is_under(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
