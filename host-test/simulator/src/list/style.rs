//! The styles of pages, by the parameters that name a place in a list.

/// A style of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `startAt`, `isLast`, `nextPage`.
    Page,
    /// `startAt` and `total`, and no word of the last page.
    Named,
    /// As [`Style::Named`], with the URLs `next` and `prev`.
    NamedAndLinked,
    /// `startAt`, answered by the array itself.
    Array,
    /// The array itself, always all of it.
    Whole,
    /// All of it, as a page that takes no place.
    Given,
    /// The best matches and their `total`, of which no more can be had.
    Picker,
    /// `nextPageToken` and `isLast`.
    Token,
    /// `nextPageToken` alone: the last page has none.
    TokenAlone,
    /// `nextPageToken` beside the items, one level down.
    Nested,
    /// `cursor`, `nextPageCursor`, and this member for the last page.
    Cursor(&'static str),
    /// `startingAfter`, 50 at a time.
    After,
    /// `after`, from the URL `next`.
    NextUrl,
    /// `since`, `until`, `lastPage`.
    Since,
    /// `offset`, `limit`, `total`.
    Records,
    /// `start`, `limit`, `isLastPage`.
    Desk,
    /// `cursor`, from the URL `_links.next`.
    DeskCursor,
    /// `offset`, `size`, and the URL `links.next`.
    Operations,
}

/// What the value of a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// How many items are before it.
    Offset,
    /// An opaque text.
    Token,
    /// The time of the item before it, in milliseconds.
    Time,
    /// There is no place but the beginning.
    None,
}

impl Style {
    /// The parameters that name a place. The first is the documented one.
    pub fn place_names(self) -> &'static [&'static str] {
        match self {
            Style::Page | Style::Named | Style::NamedAndLinked | Style::Array => &["startAt"],
            Style::Token | Style::TokenAlone | Style::Nested => &["nextPageToken"],
            Style::Cursor(_) => &["cursor"],
            Style::After => &["startingAfter"],
            // The documented sample of `next` has the second, the list of
            // parameters the first.
            Style::NextUrl => &["after", "failedAfter"],
            Style::Since => &["since"],
            Style::Records | Style::Operations => &["offset"],
            Style::Desk => &["start"],
            Style::DeskCursor => &["cursor", "prev"],
            Style::Whole | Style::Given | Style::Picker => &[],
        }
    }

    /// The parameter that says how long a page should be.
    pub const fn size_name(self) -> Option<&'static str> {
        match self {
            Style::Page
            | Style::Named
            | Style::NamedAndLinked
            | Style::Array
            | Style::Picker
            | Style::Token
            | Style::TokenAlone
            | Style::Nested
            | Style::Cursor(_)
            | Style::NextUrl => Some("maxResults"),
            Style::Records | Style::Desk | Style::DeskCursor => Some("limit"),
            Style::Operations => Some("size"),
            Style::After | Style::Since | Style::Whole | Style::Given => None,
        }
    }

    pub(super) fn place(self) -> Place {
        match self {
            Style::Page
            | Style::Named
            | Style::NamedAndLinked
            | Style::Array
            | Style::Records
            | Style::Desk
            | Style::Operations => Place::Offset,
            Style::Token
            | Style::TokenAlone
            | Style::Nested
            | Style::Cursor(_)
            | Style::After
            | Style::DeskCursor => Place::Token,
            Style::NextUrl | Style::Since => Place::Time,
            Style::Whole | Style::Given | Style::Picker => Place::None,
        }
    }
}
