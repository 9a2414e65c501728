//! What one answer says as a page: its items, and where the list goes on.

use core::ops::Range;

use crate::jira::json;

use super::{
    outline::{Items, Member, Outline, Shape},
    report::PagingStyle,
    style::{Next, words},
};

/// The names under which pages have their items, the likeliest first: some
/// pages have a second array that is no list.
const LISTS: &[&str] = &[
    "values",
    "issues",
    "comments",
    "worklogs",
    "issueTypes",
    "fields",
    "dashboards",
    "records",
    "issueChangeLogs",
    "histories",
    "availableTransitions",
];

/// The list in a document, and the object that it is a member of.
#[derive(Debug)]
pub struct Found<'a> {
    text: &'a [u8],
    members: &'a [Member],
    items: &'a Items,
    /// Of the list; nothing where the document is the list.
    name: &'a str,
    place: Place<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place<'a> {
    Bare,
    Top,
    NestedIn(&'a str),
}

impl<'a> Found<'a> {
    /// Looks for the list in a document.
    #[must_use]
    pub fn in_document(text: &'a [u8], outline: &'a Outline) -> Option<Self> {
        let members = match outline {
            Outline::Array(items) => {
                return Some(Self {
                    text,
                    members: &[],
                    items,
                    name: "",
                    place: Place::Bare,
                });
            }
            Outline::Object(members) => members,
            Outline::Other => return None,
        };
        let found = |members, list: &'a Member, place| {
            Some(Self {
                text,
                members,
                items: array(list)?,
                name: written(text, &list.name)?,
                place,
            })
        };
        if members.iter().any(|member| array(member).is_some()) {
            return found(members, list(text, members)?, Place::Top);
        }
        let mut nested = members.iter().filter_map(|member| match &member.shape {
            Shape::Object(inner) => {
                let name = written(text, &member.name)?;
                found(inner, named(text, inner, "values")?, Place::NestedIn(name))
            }
            Shape::Array(_) | Shape::Scalar => None,
        });
        nested.next().filter(|_| nested.next().is_none())
    }

    /// The items.
    #[must_use]
    pub fn items(&self) -> &'a Items {
        self.items
    }

    /// Its name, where it has one.
    #[must_use]
    pub fn list_name(&self) -> &'a str {
        self.name
    }

    /// Whether the document is the list itself.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.place == Place::Bare
    }

    /// The member of the document that has the list inside.
    #[must_use]
    pub fn nested_in(&self) -> Option<&'a str> {
        match self.place {
            Place::NestedIn(name) => Some(name),
            Place::Bare | Place::Top => None,
        }
    }

    /// Whether there is nothing beside the items.
    #[must_use]
    pub fn is_nothing_but_values(&self) -> bool {
        self.members.len() == 1 && self.name == "values"
    }

    /// A member that is neither null nor an empty text, as it is written.
    #[must_use]
    pub fn scalar(&self, name: &str) -> Option<&'a str> {
        scalar(self.text, self.members, name)
    }

    /// A member that is a whole number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.scalar(name)?.parse().ok()
    }

    /// A member that is a text, or anything else as it is written.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.scalar(name).and_then(decoded)
    }

    /// A text inside a member.
    #[must_use]
    pub fn text_in(&self, outer: &str, name: &str) -> Option<String> {
        match &named(self.text, self.members, outer)?.shape {
            Shape::Object(inner) => scalar(self.text, inner, name).and_then(decoded),
            Shape::Array(_) | Shape::Scalar => None,
        }
    }
}

/// The list of an object that has arrays: by its name, or the only one.
fn list<'a>(text: &[u8], members: &'a [Member]) -> Option<&'a Member> {
    let is_array = |member: &&Member| array(member).is_some();
    let documented = LISTS
        .iter()
        .find_map(|name| named(text, members, name).filter(is_array));
    let mut arrays = members.iter().filter(is_array);
    documented.or_else(|| arrays.next().filter(|_| arrays.next().is_none()))
}

fn array(member: &Member) -> Option<&Items> {
    match &member.shape {
        Shape::Array(items) => Some(items),
        Shape::Object(_) | Shape::Scalar => None,
    }
}

/// The last member of a name: what JSON libraries read, too.
fn named<'a>(text: &[u8], members: &'a [Member], name: &str) -> Option<&'a Member> {
    let has_name = |member: &&Member| text.get(member.name.clone()) == Some(name.as_bytes());
    members.iter().rev().find(has_name)
}

fn scalar<'a>(text: &'a [u8], members: &[Member], name: &str) -> Option<&'a str> {
    let member = named(text, members, name)?;
    let value = written(text, &member.value)?;
    (member.shape == Shape::Scalar && !matches!(value, "null" | "\"\"")).then_some(value)
}

/// A part of a document, as it is written.
fn written<'a>(text: &'a [u8], part: &Range<usize>) -> Option<&'a str> {
    core::str::from_utf8(text.get(part.clone())?).ok()
}

fn decoded(written: &str) -> Option<String> {
    match written.starts_with('"') {
        true => json::text(written),
        false => Some(written.into()),
    }
}

/// A page of a known style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its items.
    pub items: Items,
    /// Where it says it begins.
    pub start: Option<u64>,
    /// How many items it says a page has at most.
    pub size: Option<u64>,
    /// How many items it says the list has.
    pub total: Option<u64>,
    /// Whether it says it is the last one.
    pub is_last: Option<bool>,
    /// The next place, or the link to the next page.
    pub next: Option<String>,
}

impl Page {
    /// Reads what a style's pages say; nothing where one answer is all there is.
    #[must_use]
    pub fn read(style: Option<PagingStyle>, found: &Found<'_>) -> Self {
        let words = words(style.unwrap_or(PagingStyle::StartAt));
        let flag = |name: &&str| match found.scalar(name) {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        Self {
            items: found.items().clone(),
            start: found.number(words.start),
            size: found.number(words.size),
            total: found.number("total"),
            is_last: words.last.iter().find_map(flag),
            next: match words.next {
                Next::Place(name) => found.text(name),
                Next::Link(names) => names.iter().find_map(|name| found.text(name)),
                Next::LinkIn(outer) => found.text_in(outer, "next"),
            },
        }
    }
}
