use serde::de::IgnoredAny;
use serde_json::Value;

use super::outside::{Outside, get};
use crate::jira::{
    exchange::exchange,
    paging::{
        options::Paginate,
        outline::{Items, Outline},
        report::{ListEnd, Reason},
    },
    path::Api,
};

/// Documents nested more deeply are read by one and not by the other.
const COMPARED_DEPTH: usize = 100;

/// A list and the way in which its pages are written.
#[derive(Debug, Clone, Copy)]
pub enum Style {
    StartAt,
    Token,
    BareArray,
    Desk,
}

impl Style {
    pub const ALL: [Self; 4] = [Self::StartAt, Self::Token, Self::BareArray, Self::Desk];

    fn path(self) -> (Api, &'static str) {
        match self {
            Self::StartAt => (Api::Platform, "/project/search"),
            Self::Token => (Api::Platform, "/search/jql?jql=x"),
            Self::BareArray => (Api::Platform, "/users/search"),
            Self::Desk => (Api::ServiceDesk, "/request"),
        }
    }

    fn page(self, start: usize, size: usize, is_last: bool, items: &str) -> String {
        match self {
            Self::StartAt => format!(
                r#"{{"startAt":{start},"maxResults":{size},"isLast":{is_last},"values":[{items}]}}"#
            ),
            Self::Token if is_last => format!(r#"{{"issues":[{items}]}}"#),
            Self::Token => format!(r#"{{"issues":[{items}],"nextPageToken":"t{start}"}}"#),
            Self::BareArray => format!("[{items}]"),
            Self::Desk => format!(
                r#"{{"size":{size},"start":{start},"limit":{size},"isLastPage":{is_last},"_links":{{}},"values":[{items}]}}"#
            ),
        }
    }
}

/// The pages of a list become the list, byte for byte and by the library; only
/// where two pages are alike may it stop early, and says so.
pub fn pages_become_the_list(style: Style, size: usize, items: &[&str]) {
    let is_item = |item: &&&str| depth(item) < COMPARED_DEPTH && is_json(item);
    let items: Vec<_> = items
        .iter()
        .filter(is_item)
        .map(|item| item.trim_matches([' ', '\n', '\r', '\t']))
        .collect();
    let size = size.max(1);
    let pages: Vec<_> = items.chunks(size).map(|page| page.join(",")).collect();
    let outside = Outside::connected();
    for (number, page) in pages.iter().enumerate() {
        let is_last = number + 1 == pages.len();
        outside.answer(200, style.page(number * size, size, is_last, page));
    }
    outside.answer(200, style.page(items.len(), size, true, ""));
    let Some((body, end)) = listed(&outside, style) else {
        panic!("{style:?} {items:?}")
    };
    let expected = format!("[{}]", items.join(","));
    let is_complete = matches!(end, ListEnd::Complete);
    if is_complete {
        assert_eq!(String::from_utf8_lossy(&body), expected);
    }
    let repeats = pages.windows(2).any(|pair| pair.first() == pair.last());
    assert!(is_complete || repeats, "{style:?} {end:?} {pages:?}");
    let whole: Result<Vec<Value>, _> = serde_json::from_str(&expected);
    if let (Ok(whole), Ok(read)) = (whole, serde_json::from_slice::<Vec<Value>>(&body)) {
        assert!(whole.starts_with(&read));
    }
}

/// Whatever a server answers, what comes back is an error, the answer itself, or
/// a list of items that the server did send; and the asking ends.
pub fn any_answers_end_in_a_list_or_an_error(style: Style, bodies: &[&[u8]]) {
    let outside = Outside::connected();
    for body in bodies {
        outside.answer(200, *body);
    }
    let Some((body, end)) = listed(&outside, style) else {
        return;
    };
    assert!(outside.sent().len() <= bodies.len() + 5);
    if matches!(end, ListEnd::NotAList) {
        assert_eq!(bodies.first(), Some(&body.as_slice()));
        return;
    }
    assert!(is_json(&String::from_utf8_lossy(&body)));
    let Ok(read) = serde_json::from_slice::<Vec<Value>>(&body) else {
        return;
    };
    let pages: Vec<Value> = bodies
        .iter()
        .filter_map(|body| serde_json::from_slice(body).ok())
        .collect();
    if pages.len() == bodies.len() {
        let sent: Vec<_> = pages.iter().flat_map(|page| items_in(page, 2)).collect();
        assert!(read.iter().all(|item| sent.contains(&item)), "{read:?}");
    }
}

/// A text is a document here where it is one to the library, and its items are
/// the same.
pub fn a_document_is_what_the_library_reads(text: &str) {
    if depth(text) >= COMPARED_DEPTH {
        let _: Result<Outline, _> = Outline::read(text.as_bytes());
        return;
    }
    let outline = Outline::read(text.as_bytes());
    assert_eq!(outline.is_ok(), is_json(text), "{text:?}");
    if let (Ok(Outline::Array(items)), Ok(values)) =
        (outline, serde_json::from_str::<Vec<Value>>(text))
    {
        let Items { bytes, count } = items;
        assert_eq!(count, values.len() as u64);
        let inner = text.get(bytes).map(|inner| format!("[{inner}]"));
        let again: Option<Vec<Value>> = inner.and_then(|text| serde_json::from_str(&text).ok());
        assert_eq!(again, Some(values));
    }
}

/// The body and how the list ended; nothing where it is an error.
fn listed(outside: &Outside, style: Style) -> Option<(Vec<u8>, ListEnd)> {
    let paginate = Paginate {
        in_flight: Some(1),
        ..Paginate::default()
    };
    let (api, path) = style.path();
    let request = get(path, Some(paginate));
    let answer = outside.run(exchange(outside, api, request)).ok()?;
    let report = answer.list?;
    if let ListEnd::Truncated(truncation) = &report.end {
        assert!(!truncation.message.is_empty());
        assert!(!matches!(
            truncation.reason,
            Reason::MaxItems | Reason::MaxPages
        ));
    }
    Some((answer.body, report.end))
}

fn items_in(page: &Value, depth: u32) -> Vec<&Value> {
    match page {
        Value::Array(items) => items.iter().collect(),
        Value::Object(members) if depth > 0 => members
            .values()
            .flat_map(|member| items_in(member, depth - 1))
            .collect(),
        _ => Vec::new(),
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// No less than how deep it is nested.
fn depth(text: &str) -> usize {
    text.bytes()
        .filter(|byte| matches!(byte, b'[' | b'{'))
        .count()
}
