//! How a caller wants a list fetched.

use crate::jira::{
    body::Body,
    error::{Error, Result},
    http::Method,
    path::Target,
    query,
    request::in_range,
};

use super::{
    cursor::Cursor,
    paths::{self, Repeat},
    place::member_text,
};

/// The longest page that any operation of Jira gives: issues with their keys
/// alone.
pub const MAX_PAGE_SIZE: u32 = 5_000;

/// More pages than any list has, fewer than without end: with pages of fifty,
/// half a million items.
pub const DEFAULT_MAX_PAGES: u32 = 10_000;

/// What a workflow can hold and pass on; some thirty thousand issues.
pub const DEFAULT_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// As for one answer: it is held in a memory of at most 4 GiB, twice.
pub const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Jira's burst limit is 100 requests a second. With four at once, each must
/// take less than 40 ms to come near it; Jira's pages take longer.
pub const DEFAULT_IN_FLIGHT: u32 = 4;

/// Beyond this Jira's own limits of what runs at once are met first.
pub const MAX_IN_FLIGHT: u32 = 16;

/// As a caller gives it; wit/types.wit describes the fields.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "wit/types.wit describes the fields")]
pub struct Paginate {
    pub page_size: Option<u32>,
    pub max_items: Option<u64>,
    pub max_pages: Option<u32>,
    pub max_bytes: Option<u64>,
    pub in_flight: Option<u32>,
    pub cursor: Option<String>,
}

/// The same, checked.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many items to ask for on a page.
    pub page_size: Option<u32>,
    /// After how many items to stop.
    pub max_items: u64,
    /// After how many pages to stop.
    pub max_pages: u32,
    /// After how many bytes of items to stop.
    pub max_bytes: u64,
    /// How many pages to fetch at once.
    pub in_flight: usize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Options {
    /// Checks what can be checked without knowing the site.
    pub fn check(
        given: &Paginate,
        method: Method,
        target: &Target,
        body: Option<&Body>,
    ) -> Result<Self> {
        if given.page_size.is_some() {
            check_sole_size(method, target, body)?;
        }
        let page_size = |size| in_range("paginate.page-size", Some(size), size, MAX_PAGE_SIZE);
        let in_flight = in_range(
            "paginate.in-flight",
            given.in_flight,
            DEFAULT_IN_FLIGHT,
            MAX_IN_FLIGHT,
        )?;
        Ok(Self {
            page_size: given.page_size.map(page_size).transpose()?,
            max_items: in_range("paginate.max-items", given.max_items, u64::MAX, u64::MAX)?,
            max_pages: in_range(
                "paginate.max-pages",
                given.max_pages,
                DEFAULT_MAX_PAGES,
                u32::MAX,
            )?,
            max_bytes: in_range(
                "paginate.max-bytes",
                given.max_bytes,
                DEFAULT_MAX_BYTES,
                MAX_BYTES,
            )?,
            in_flight: in_flight as usize,
            cursor: given.cursor.as_deref().map(Cursor::parse).transpose()?,
        })
    }
}

/// The size of a page is said once.
fn check_sole_size(method: Method, target: &Target, body: Option<&Body>) -> Result<()> {
    let Some(name) = paths::size_parameter(&target.path) else {
        return Ok(());
    };
    let is_said = match paths::repeat(method, &target.path) {
        Repeat::InQuery => query::parameter(target.query.as_deref(), name).is_some(),
        Repeat::InBody => body.is_some_and(|body| member_text(&body.bytes, name).is_some()),
        Repeat::Never => false,
    };
    match is_said {
        false => Ok(()),
        true => Err(Error::invalid(
            "paginate.page-size",
            format_args!("the request says it too, by `{name}`; give one of them"),
        )),
    }
}
