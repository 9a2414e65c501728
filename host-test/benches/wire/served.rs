//! What the server has, made before anybody asks.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::document;
use crate::paged::{Pages, Style};

/// One answer with all the items, and no page behind it.
pub(crate) const WHOLE: &str = "/rest/api/3/search/jql/whole";

/// Answered when as many ask for it as the server was told.
pub(crate) const MEETING: &str = "/rest/api/3/meeting";

/// Where accounts are reported. Nothing has become of any of them.
pub(crate) const REPORT: &str = "/app/report-accounts/";

/// The bodies, by path.
pub(crate) struct Served {
    myself: Bytes,
    lists: Vec<(Style, Pages)>,
    whole: Bytes,
}

impl Served {
    /// These items as a list in each style.
    pub(crate) fn new(items: &[Value]) -> Served {
        let lists = Style::ALL.map(|style| (style, Pages::of(style, items)));
        Served {
            myself: document::myself().to_string().into(),
            lists: lists.into(),
            whole: json!({ "issues": items, "isLast": true })
                .to_string()
                .into(),
        }
    }

    pub(crate) fn myself(&self) -> Bytes {
        self.myself.clone()
    }

    pub(crate) fn whole(&self) -> Bytes {
        self.whole.clone()
    }

    pub(crate) fn pages(&self, style: Style) -> Option<&Pages> {
        let mut lists = self.lists.iter();
        let found = lists.find(|(served, _)| *served == style);
        found.map(|(_, pages)| pages)
    }

    /// What stands at a path, which may have anything before `/rest/`.
    pub(crate) fn answer(&self, path: &str, query: &str) -> Option<Bytes> {
        let path = path.find("/rest/").and_then(|start| path.get(start..))?;
        match path {
            "/rest/api/3/myself" | MEETING => Some(self.myself()),
            WHOLE => Some(self.whole()),
            _ => {
                let (style, pages) = self.lists.iter().find(|(style, _)| style.path() == path)?;
                pages.at(place(query, style.place()))
            }
        }
    }
}

/// Where in the list a query begins.
fn place(query: &str, parameter: &str) -> usize {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut named = pairs.filter(|(name, _)| *name == parameter);
    let value = named.next().and_then(|(_, value)| value.parse().ok());
    value.unwrap_or(0)
}
