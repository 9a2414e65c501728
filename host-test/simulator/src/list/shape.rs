//! What a list of one path looks like.

use super::item::Item;
use super::style::Style;
use crate::answer::Answer;
use crate::jira;
use crate::route::Visit;
use crate::servicedesk;

/// How many users a search looks at, whatever it is asked for.
const MOST_USERS: usize = 1000;

/// The cap of a search that shows more than ids and keys, as it was measured.
const SHOWN_CAP: usize = 100;

/// What a list of one path looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub style: Style,
    pub item: Item,
    /// The member that holds the items.
    pub member: &'static str,
    /// How long a page is where nobody says how long.
    pub usual: usize,
    /// How long a page is at most.
    pub cap: usize,
    /// The parameter for the length of a page.
    pub size_name: Option<&'static str>,
    /// Place and length are in the body.
    pub in_body: bool,
    /// Only so many items are looked at.
    pub bound: usize,
    /// Members that hold what the `{}` of the path stand for.
    pub names: &'static [&'static str],
    /// Another array of the answer, which is not the list, as JSON.
    pub beside: Option<(&'static str, &'static str)>,
    experimental: bool,
    search: bool,
}

impl Shape {
    pub const fn new(
        style: Style,
        item: Item,
        member: &'static str,
        usual: usize,
        cap: usize,
    ) -> Shape {
        Shape {
            style,
            item,
            member,
            usual,
            cap,
            size_name: style.size_name(),
            in_body: false,
            bound: usize::MAX,
            names: &[],
            beside: None,
            experimental: false,
            search: false,
        }
    }

    pub const fn in_body(mut self) -> Shape {
        self.in_body = true;
        self
    }

    /// The parameter is misspelt, as it is documented.
    pub const fn misspelt(mut self) -> Shape {
        self.size_name = Some("maxResult");
        self
    }

    /// A search that ends at the thousandth user.
    pub const fn of_users(mut self) -> Shape {
        self.bound = MOST_USERS;
        self
    }

    pub const fn naming(mut self, names: &'static [&'static str]) -> Shape {
        self.names = names;
        self
    }

    pub const fn beside(mut self, member: &'static str, json: &'static str) -> Shape {
        self.beside = Some((member, json));
        self
    }

    pub const fn experimental(mut self) -> Shape {
        self.experimental = true;
        self
    }

    /// The search by JQL, whose items and cap depend on the fields.
    pub const fn searching(mut self) -> Shape {
        self.search = true;
        self
    }

    /// What keeps a request from being answered at all.
    pub fn refusal(&self, visit: &Visit<'_>) -> Option<Answer> {
        if self.experimental {
            return servicedesk::not_opted_in(visit.request);
        }
        let unbounded = || jira::Search::of(visit).unbounded();
        self.search.then(unbounded).flatten()
    }

    /// As the request wants it: the search shows the fields that are asked for.
    pub fn as_asked(&self, visit: &Visit<'_>) -> Shape {
        if !self.search {
            return *self;
        }
        let fields = jira::Search::of(visit).fields;
        let (item, cap) = match fields.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [] | ["id"] => (Item::IssueId, self.cap),
            ["key"] | ["id", "key"] | ["key", "id"] => (Item::IssueKey, self.cap),
            _ => (Item::Issue, SHOWN_CAP),
        };
        Shape { item, cap, ..*self }
    }
}
