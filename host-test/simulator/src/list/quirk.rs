//! What can be wrong with the pages of a list.

use super::List;
use std::fmt;
use std::ops::Range;

/// What is wrong with the pages of a list. The items of a list are numbered
/// from 0; those are its places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quirk {
    /// `cap=30`: no page has more items, whatever is asked for. It is clamped
    /// without a word, as the documented caps are.
    Cap(usize),
    /// `break=70`: no page goes across this place, so the one before it is
    /// short, and more follows.
    Break(usize),
    /// `hide=100:50`: fifty items from this place on may not be seen. They are
    /// taken out of a page after it was ranged, so it is short, or empty.
    Hide {
        /// The first.
        from: usize,
        /// How many.
        count: usize,
    },
    /// `hide-every=3`: every third item may not be seen.
    HideEvery(usize),
    /// `insert=0:2:1`: two items appear before this place when one page was
    /// asked for. With offsets, what follows comes again; a token stays where
    /// it was.
    Insert {
        /// Where.
        at: usize,
        /// How many.
        count: usize,
        /// After how many pages.
        after: usize,
    },
    /// `loop=100`: the page that begins at this place is followed by itself:
    /// its token is given again, and larger offsets answer the same page.
    Loop(usize),
    /// `total=7`, `total=none`: the total is said to be so, or left out.
    Total(Option<u64>),
    /// `last=true`, `last=false`, `last=none`: what says whether this is the
    /// last page says always so, or is left out. What names the next page is
    /// not touched.
    Last(Option<bool>),
    /// `links=site` and the like: where links to pages lead.
    Links(Links),
    /// `refuse-size`: a request that says how long a page should be is
    /// answered 400.
    RefuseSize,
}

/// Where links to pages lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// `gateway`: to this site at the gateway, as Jira makes them.
    #[default]
    Gateway,
    /// `site`: to the site itself, as documented. For the operations API, to
    /// the address that is for basic authentication.
    Site,
    /// `other-version`: to version 2 of the platform API from 3, and back.
    OtherVersion,
    /// `other-site`: to another site at the gateway.
    OtherSite,
    /// `elsewhere`: to another host.
    Elsewhere,
    /// `none`: there are none.
    None,
}

impl Links {
    pub(super) const ALL: [(&'static str, Links); 6] = [
        ("gateway", Links::Gateway),
        ("site", Links::Site),
        ("other-version", Links::OtherVersion),
        ("other-site", Links::OtherSite),
        ("elsewhere", Links::Elsewhere),
        ("none", Links::None),
    ];
}

/// What the quirks of a list come to.
impl List {
    /// What one of them says.
    fn says<T>(&self, of: impl Fn(&Quirk) -> Option<T>) -> Option<T> {
        self.quirks.iter().find_map(of)
    }

    pub(super) fn refuses_size(&self) -> bool {
        self.quirks.contains(&Quirk::RefuseSize)
    }

    pub(super) fn cap(&self) -> usize {
        let cap = self.says(|quirk| match quirk {
            Quirk::Cap(cap) => Some(*cap),
            _ => None,
        });
        cap.unwrap_or(usize::MAX)
    }

    pub(super) fn links(&self) -> Links {
        let links = self.says(|quirk| match quirk {
            Quirk::Links(links) => Some(*links),
            _ => None,
        });
        links.unwrap_or_default()
    }

    /// How many items there are, as it is told.
    pub(super) fn total(&self, length: usize) -> Option<u64> {
        let total = self.says(|quirk| match quirk {
            Quirk::Total(total) => Some(*total),
            _ => None,
        });
        total.unwrap_or(Some(length as u64))
    }

    /// Whether a page is the last, as it is told.
    pub(super) fn last(&self, is_last: bool) -> Option<bool> {
        let last = self.says(|quirk| match quirk {
            Quirk::Last(last) => Some(*last),
            _ => None,
        });
        last.unwrap_or(Some(is_last))
    }

    /// A place no further than where the list turns back to itself.
    pub(super) fn turning(&self, place: usize) -> usize {
        let turn = self.says(|quirk| match quirk {
            Quirk::Loop(at) => Some(*at),
            _ => None,
        });
        place.min(turn.unwrap_or(usize::MAX))
    }

    /// The part of these places that one page shows.
    pub(super) fn unbroken(&self, places: Range<usize>) -> Range<usize> {
        let breaks = self.quirks.iter().filter_map(|quirk| match quirk {
            Quirk::Break(at) if *at > places.start => Some(*at),
            _ => None,
        });
        places.start..breaks.fold(places.end, usize::min)
    }

    /// Whether the item of this number may be seen.
    pub(super) fn shows(&self, number: usize) -> bool {
        !self.quirks.iter().any(|quirk| match *quirk {
            Quirk::Hide { from, count } => (from..from.saturating_add(count)).contains(&number),
            Quirk::HideEvery(nth) => (number + 1).checked_rem(nth) == Some(0),
            _ => false,
        })
    }
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Quirk::Cap(size) => write!(f, "cap={size}"),
            Quirk::Break(at) => write!(f, "break={at}"),
            Quirk::Hide { from, count } => write!(f, "hide={from}:{count}"),
            Quirk::HideEvery(nth) => write!(f, "hide-every={nth}"),
            Quirk::Insert { at, count, after } => write!(f, "insert={at}:{count}:{after}"),
            Quirk::Loop(at) => write!(f, "loop={at}"),
            Quirk::Total(Some(total)) => write!(f, "total={total}"),
            Quirk::Total(None) => f.write_str("total=none"),
            Quirk::Last(Some(last)) => write!(f, "last={last}"),
            Quirk::Last(None) => f.write_str("last=none"),
            Quirk::Links(links) => {
                let word = Links::ALL.iter().find(|(_, form)| form == links);
                write!(f, "links={}", word.map_or("gateway", |(word, _)| word))
            }
            Quirk::RefuseSize => f.write_str("refuse-size"),
        }
    }
}
