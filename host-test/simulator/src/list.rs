//! Lists that come in pages: every style of Atlassian's, of any length, and
//! with the quirks that pages have.
//!
//! A path that has nothing else to show answers [`USUAL_ITEMS`] items. A
//! [`List`] that is set says how many there are and what is wrong with them,
//! also where the company has a list of its own. Items are made while a page is
//! written, so a list of a million costs nothing.

mod ask;
mod envelope;
mod item;
mod link;
mod object;
mod page;
mod quirk;
mod sequence;
mod set;
mod shape;
mod style;
mod table;
mod template;
pub(crate) mod token;
mod written;

use crate::answer::Answer;
use crate::route::Visit;
use page::Page;
pub use quirk::{Links, Quirk};
pub(crate) use set::Lists;
pub(crate) use shape::Shape;
pub(crate) use table::{AGILE, OPERATIONS, PLATFORM, SERVICE_DESK, SOFTWARE};
pub use written::ListError;

/// How many items a list has that nobody has set: more than a usual page.
const USUAL_ITEMS: usize = 120;

/// A list, and what is wrong with it.
///
/// In words, a path and what holds, in any order:
///
/// ```
/// use atlassian_simulator::List;
///
/// for list in [
///     "/project/search items=250",
///     "/search/jql items=10000 hide=100:100 insert=0:1:2",
///     "/user/assignable/search items=1200 hide-every=3",
///     "/label items=700 cap=50 break=70 total=none last=false",
///     "/plans/plan items=90 loop=50 links=elsewhere refuse-size",
/// ] {
///     list.parse::<List>()?;
/// }
/// # Ok::<(), atlassian_simulator::ListError>(())
/// ```
///
/// As JSON ([`List::from_json`]) the same is
/// `{"path": "/label", "items": 700, "quirks": ["cap=50", "total=none"]}`.
/// [`Quirk`] tells what the words mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    path: String,
    items: usize,
    quirks: Vec<Quirk>,
}

impl List {
    /// So many items at each path that ends with these segments. Where no list
    /// can be, nothing changes; an order in words or JSON is refused then.
    pub fn new(path: &str, items: usize) -> List {
        List {
            path: format!("/{}", path.trim_matches('/')),
            items,
            quirks: Vec::new(),
        }
    }

    /// With one more quirk.
    #[must_use]
    pub fn with(mut self, quirk: Quirk) -> List {
        self.quirks.push(quirk);
        self
    }

    fn covers(&self, path: &str) -> bool {
        path.ends_with(&self.path)
    }
}

/// Answers the page that is asked for.
pub(crate) fn answer(visit: &mut Visit<'_>, shape: &Shape) -> Answer {
    if let Some(refusal) = shape.refusal(visit) {
        return refusal;
    }
    let path = visit.request.path();
    let (list, answered) = visit.lists.take(path);
    let shape = shape.as_asked(visit);
    match Page::turn(visit, &shape, &list, answered) {
        Ok(page) => {
            let body = envelope::write(visit, &shape, &list, &page);
            Answer::bytes(200, "application/json;charset=UTF-8", body)
        }
        Err(refusal) => refusal,
    }
}
