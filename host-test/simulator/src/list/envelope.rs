//! What is around the items of a page, in the order that is documented or was
//! seen.

use super::List;
use super::link::link;
use super::object::Object;
use super::page::Page;
use super::shape::Shape;
use super::style::Style;
use super::template::{Template, time_of};
use crate::route::Visit;
use serde_json::json;

/// A page on its way.
struct Letter<'a> {
    visit: &'a Visit<'a>,
    shape: &'a Shape,
    list: &'a List,
    page: &'a Page,
    items: Template,
}

/// The body of an answer with this page.
pub(super) fn write(visit: &Visit<'_>, shape: &Shape, list: &List, page: &Page) -> Vec<u8> {
    let items = Template::new(shape.item, visit);
    if matches!(shape.style, Style::Array | Style::Whole) {
        let mut body = Vec::new();
        items.write_all(&page.numbers, &mut body);
        return body;
    }
    let letter = Letter {
        visit,
        shape,
        list,
        page,
        items,
    };
    let mut body = Object::new();
    letter.write(&mut body);
    body.done()
}

impl Letter<'_> {
    fn write(&self, body: &mut Object) {
        match self.shape.style {
            Style::Page => self.page(body),
            Style::Named | Style::NamedAndLinked | Style::Given => self.named(body),
            Style::Array | Style::Whole => {}
            Style::Picker => self.picker(body),
            Style::Token => {
                self.items(body).some("nextPageToken", self.next());
                body.some("isLast", self.page.last);
            }
            Style::TokenAlone => {
                self.items(body).some("nextPageToken", self.next());
            }
            Style::Nested => self.nested(body),
            Style::Cursor(last) => self.cursor(body, last),
            Style::After => {
                // The place before this page is of no use to who reads on.
                body.some(
                    "endingBefore",
                    (self.page.start > 0).then_some(&*self.page.here),
                );
                self.items(body).some("startingAfter", self.next());
            }
            Style::NextUrl => self.next_url(body),
            Style::Since => self.since(body),
            Style::Records => {
                body.member("limit", self.page.size)
                    .member("offset", self.page.start);
                self.items(body).some("total", self.page.total);
            }
            Style::Desk | Style::DeskCursor => self.desk(body),
            Style::Operations => self.operations(body),
        }
    }

    fn items<'b>(&self, body: &'b mut Object) -> &'b mut Object {
        if let Some((member, json)) = self.shape.beside {
            body.raw(member, json.as_bytes());
        }
        body.items(self.shape.member, &self.items, &self.page.numbers)
    }

    fn next(&self) -> Option<&str> {
        self.page.next.as_deref()
    }

    /// A link to a place of this list.
    fn link(&self, place: &str) -> Option<String> {
        let size = self.page.size.to_string();
        let mut moved = Vec::new();
        moved.extend(
            self.shape
                .style
                .place_names()
                .first()
                .map(|name| (*name, place)),
        );
        moved.extend(self.shape.size_name.map(|name| (name, size.as_str())));
        link(self.visit, self.shape, self.list, &moved)
    }

    fn page(&self, body: &mut Object) {
        let (shape, page) = (self.shape, self.page);
        if !shape.in_body {
            body.some("self", self.link(&page.start.to_string()));
            body.some("nextPage", self.next().and_then(|next| self.link(next)));
        }
        body.member("maxResults", page.size)
            .member("startAt", page.start);
        body.some("total", page.total).some("isLast", page.last);
        self.items(body);
    }

    fn named(&self, body: &mut Object) {
        let page = self.page;
        body.member("startAt", page.start)
            .member("maxResults", page.size);
        body.some("total", page.total);
        if self.shape.style == Style::NamedAndLinked {
            let before = page.start.saturating_sub(page.size).to_string();
            let before = (page.start > 0).then_some(before);
            body.some("prev", before.and_then(|before| self.link(&before)));
            body.some("next", self.next().and_then(|next| self.link(next)));
        }
        self.items(body);
    }

    fn picker(&self, body: &mut Object) {
        let (shown, total) = (self.page.numbers.len(), self.page.total);
        let of = total.map_or_else(String::new, |total| format!(" of {total}"));
        body.member("header", format!("Showing {shown}{of} matching groups"));
        body.some("total", total);
        self.items(body);
    }

    fn nested(&self, body: &mut Object) {
        let names = self.shape.names.iter().enumerate();
        let mut inner = Object::new();
        inner.some("nextPageToken", self.next());
        inner.items("values", &self.items, &self.page.numbers);
        body.object(self.shape.member, inner);
        for (nth, name) in names {
            body.member(name, self.visit.name(nth));
        }
    }

    /// Schema and sample of the documentation differ: each of the two forms is
    /// that of one path.
    fn cursor(&self, body: &mut Object, last: &str) {
        let page = self.page;
        body.member("cursor", page.here.as_str())
            .some(last, page.last);
        let size = if last == "last" { "size" } else { "maxResults" };
        body.member(size, page.size);
        body.some("nextPageCursor", self.next())
            .some("total", page.total);
        self.items(body);
    }

    /// The link is there on every page that has items, the last one included.
    fn next_url(&self, body: &mut Object) {
        let page = self.page;
        self.items(body).member("maxResults", page.size);
        let size = page.size.to_string();
        let after = page.next.as_ref().unwrap_or(&page.after);
        let moved = [("failedAfter", after.as_str()), ("maxResults", &size)];
        let next = link(self.visit, self.shape, self.list, &moved);
        body.some("next", next.filter(|_| page.end > page.start));
    }

    /// The link to a next page is there on the last one too, and leads to an
    /// address that does not exist: so says the documented sample.
    fn since(&self, body: &mut Object) {
        let (page, site) = (self.page, &self.visit.site.url);
        let until = page.next.as_ref().unwrap_or(&page.after);
        let address = format!("{site}/api/~ver~/worklog/updated?since=");
        body.some("lastPage", page.last);
        body.member("nextPage", format!("{address}{until}&expand=[\"comment\"]"));
        body.member("self", format!("{address}{}", page.here));
        body.raw("since", self.since_number().as_bytes());
        body.raw("until", until.as_bytes());
        self.items(body);
    }

    fn since_number(&self) -> String {
        let here: Result<u64, _> = self.page.here.parse();
        here.unwrap_or_else(|_| self.page.start.checked_sub(1).map_or(0, time_of))
            .to_string()
    }

    fn desk(&self, body: &mut Object) {
        let page = self.page;
        let mut links = Object::new();
        links
            .member("base", self.visit.site.url.as_str())
            .member("context", "");
        links.some("self", self.link(&page.here));
        let next = self.next();
        let next = match self.shape.style {
            Style::DeskCursor => next.and_then(|next| {
                let size = page.size.to_string();
                let moved = [("cursor", next), ("prev", "false"), ("limit", &size)];
                link(self.visit, self.shape, self.list, &moved)
            }),
            _ => next.and_then(|next| self.link(next)),
        };
        links.some("next", next);
        body.raw("_expands", b"[]")
            .member("size", page.numbers.len());
        body.member("start", page.start).member("limit", page.size);
        body.some("isLastPage", page.last).object("_links", links);
        self.items(body);
    }

    fn operations(&self, body: &mut Object) {
        let mut links = Object::new();
        links.some("next", self.next().and_then(|next| self.link(next)));
        self.items(body);
        body.some("count", self.page.total.map(|total| json!(total)));
        body.object("links", links);
    }
}
