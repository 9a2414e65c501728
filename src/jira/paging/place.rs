//! A place in a list, and the request for the page there.

use url::Url;

use crate::jira::{
    app::Origin,
    http::{HttpRequest, Method},
    query,
    site::Site,
};

use super::{
    outline::{Member, Outline},
    paths::{self, Repeat},
};

/// A place in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Where the caller's request begins.
    Start,
    /// Before the item of this number.
    Offset(u64),
    /// Where Jira's own mark says: a token, a cursor, an instant.
    Mark(String),
}

impl Place {
    /// How many items are before it, where places are told so.
    #[must_use]
    pub const fn offset(&self) -> Option<u64> {
        match self {
            Self::Offset(offset) => Some(*offset),
            Self::Start | Self::Mark(_) => None,
        }
    }
}

/// The caller's request. Of it nothing changes from page to page but the place.
pub struct Frozen {
    request: HttpRequest,
    /// Below the site.
    path: String,
    repeat: Repeat,
    size: Option<u32>,
}

impl core::fmt::Debug for Frozen {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Frozen({:?})", self.request)
    }
}

impl Frozen {
    /// Freezes a request to a path below the site.
    #[must_use]
    pub fn new(request: HttpRequest, path: String) -> Self {
        let repeat = repeat(request.method, &path, request.body.as_deref());
        Self {
            request,
            path,
            repeat,
            size: None,
        }
    }

    /// The path below the site.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether it can be sent again.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        self.repeat != Repeat::Never
    }

    /// Asks for so many items on a page from now on, where that can be asked.
    pub fn set_size(&mut self, size: Option<u32>) {
        let can_ask = self.is_repeatable() && paths::size_parameter(&self.path).is_some();
        self.size = size.filter(|_| can_ask);
    }

    /// How many items it asks for on a page beyond what the caller wrote.
    #[must_use]
    pub fn size(&self) -> Option<u32> {
        self.size
    }

    /// How many items it asks for on a page, by whomever.
    #[must_use]
    pub fn asked_size(&self) -> Option<u64> {
        let written = || query::parameter(self.request.url.query(), self.size_name()?);
        let size = self.size.map(u64::from);
        size.or_else(|| written()?.parse().ok())
    }

    fn size_name(&self) -> Option<&'static str> {
        paths::size_parameter(&self.path)
    }

    /// The place that the caller's own parameter names.
    #[must_use]
    pub fn own_offset(&self, parameter: &str) -> Option<u64> {
        match self.repeat {
            Repeat::InQuery => query::parameter(self.request.url.query(), parameter)?
                .parse()
                .ok(),
            Repeat::InBody => member_text(self.request.body.as_deref()?, parameter)?
                .parse()
                .ok(),
            Repeat::Never => None,
        }
    }

    /// The request for the page at a place, which is named by this parameter.
    #[must_use]
    pub fn at(&self, parameter: &str, place: &Place) -> HttpRequest {
        let mut request = self.request.clone();
        if let (Some(name), Some(size)) = (self.size_name(), self.size) {
            self.set(&mut request, name, &Place::Offset(size.into()));
        }
        self.set(&mut request, parameter, place);
        request
    }

    fn set(&self, request: &mut HttpRequest, name: &str, value: &Place) {
        let (text, written) = match value {
            Place::Start => return,
            Place::Offset(number) => (number.to_string(), number.to_string()),
            Place::Mark(mark) => (
                mark.clone(),
                serde_json::Value::from(mark.as_str()).to_string(),
            ),
        };
        match (self.repeat, &request.body) {
            (Repeat::InQuery, _) => {
                let query = query::with_parameter(request.url.query(), name, &text);
                request.url.set_query(Some(&query));
            }
            (Repeat::InBody, Some(body)) => request.body = with_member(body, name, &written),
            (Repeat::InBody, None) | (Repeat::Never, _) => {}
        }
    }

    /// What a link to the next page says of its place: the link must lead to
    /// the connection's own site, and nothing but the parameter is taken of it.
    pub fn place_in_link(
        &self,
        link: &str,
        parameters: &[&str],
        site: &Site,
        api_origin: &Origin,
    ) -> Option<String> {
        let base = match link.starts_with('/') {
            true => Url::parse(&site.url).ok()?,
            false => self.request.url.clone(),
        };
        let link = base.join(link).ok()?;
        let is_own = site.re_root(api_origin, &link).is_some()
            || is_of_own_operations(&link, site, api_origin);
        let value = |name: &&str| query::parameter(link.query(), name);
        parameters.iter().find_map(value).filter(|_| is_own)
    }
}

/// The operations of Jira Service Management write links as they are for
/// other kinds of credentials, with the cloud id in the middle.
fn is_of_own_operations(link: &Url, site: &Site, api_origin: &Origin) -> bool {
    let cloud_id = query::encode_component(&site.cloud_id);
    let below = link.path().strip_prefix("/jsm/ops/api/");
    let below = below.and_then(|path| path.strip_prefix(&cloud_id));
    api_origin.has(link) && below.is_some_and(|path| path.starts_with('/'))
}

fn object(body: &[u8]) -> Option<(&str, Vec<Member>)> {
    let text = core::str::from_utf8(body).ok()?;
    match Outline::read(body).ok()? {
        Outline::Object(members) => Some((text, members)),
        Outline::Array(_) | Outline::Other => None,
    }
}

/// Where a request can be sent again for another page. A place goes into no body
/// but an object.
#[must_use]
pub fn repeat(method: Method, path: &str, body: Option<&[u8]>) -> Repeat {
    let is_object = || body.is_some_and(|body| with_member(body, "", "0").is_some());
    match paths::repeat(method, path) {
        Repeat::InBody if !is_object() => Repeat::Never,
        repeat => repeat,
    }
}

/// A member of a body, as it is written.
#[must_use]
pub fn member_text<'a>(body: &'a [u8], name: &str) -> Option<&'a str> {
    let (text, members) = object(body)?;
    text.get(last_of_name(text, &members, name)?.value.clone())
}

fn last_of_name<'a>(text: &str, members: &'a [Member], name: &str) -> Option<&'a Member> {
    let has_name = |member: &&Member| text.get(member.name.clone()) == Some(name);
    members.iter().rev().find(has_name)
}

/// The same object with one member set; all else stays byte for byte.
fn with_member(body: &[u8], name: &str, value: &str) -> Option<Vec<u8>> {
    let (text, members) = object(body)?;
    let (place, written) = match (last_of_name(text, &members, name), members.last()) {
        (Some(member), _) => (member.value.clone(), value.to_owned()),
        (None, Some(last)) => (
            last.value.end..last.value.end,
            format!(",\"{name}\":{value}"),
        ),
        (None, None) => {
            let brace = text.find('{')? + 1;
            // An object with more members than are looked at has none here.
            text.get(brace..)?.trim_start().strip_prefix('}')?;
            (brace..brace, format!("\"{name}\":{value}"))
        }
    };
    let before = text.get(..place.start)?;
    let behind = text.get(place.end..)?;
    Some([before, &written, behind].concat().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_set(body: &str, expected: &str) {
        let set = with_member(body.as_bytes(), "startAt", "50").unwrap();
        assert_eq!(String::from_utf8(set).unwrap(), expected);
    }

    #[test]
    fn a_member_is_set_and_all_else_stays_as_it_is_written() {
        assert_set(" { } ", r#" {"startAt":50 } "#);
        assert_set(
            r#"{"b": 1.10, "a":[ ]  }"#,
            r#"{"b": 1.10, "a":[ ],"startAt":50  }"#,
        );
        assert_set(
            r#"{"startAt" : 0, "b":{"startAt":7}}"#,
            r#"{"startAt" : 50, "b":{"startAt":7}}"#,
        );
    }

    #[test]
    fn what_is_no_object_is_not_changed() {
        for body in ["[]", "7", "", "{", "\u{ff}"] {
            assert_eq!(with_member(body.as_bytes(), "a", "1"), None, "{body}");
        }
        let many: Vec<_> = (0..65).map(|n| format!("\"m{n}\":0")).collect();
        let body = format!("{{{}}}", many.join(","));
        assert_eq!(with_member(body.as_bytes(), "a", "1"), None);
    }
}
