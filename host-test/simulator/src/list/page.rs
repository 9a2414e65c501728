//! A page of a list.

use super::List;
use super::ask::Asked;
use super::sequence::Sequence;
use super::shape::Shape;
use super::style::{Place, Style};
use crate::answer::Answer;
use crate::route::Visit;

/// A page of a list.
pub(super) struct Page {
    pub start: usize,
    /// How many items were asked for, within the cap.
    pub size: usize,
    /// The numbers of the items that may be seen.
    pub numbers: Vec<usize>,
    /// Where what follows begins.
    pub end: usize,
    /// The place as the request has it, or the beginning.
    pub here: String,
    /// How the place of the next page is written, if there is one.
    pub next: Option<String>,
    /// How the place after this page is written, whether anything is there.
    pub after: String,
    /// How many there are, as it is told, if it is.
    pub total: Option<u64>,
    /// Whether this is the last page, as it is told, if it is.
    pub last: Option<bool>,
}

impl Page {
    /// The page that is asked for, of a list of which so many pages were
    /// asked for before.
    pub fn turn(
        visit: &Visit<'_>,
        shape: &Shape,
        list: &List,
        answered: usize,
    ) -> Result<Page, Answer> {
        let sequence = Sequence::of(list, answered);
        let asked = Asked::read(visit, shape, list, &sequence)?;
        let length = sequence.len().min(shape.bound);
        let whole = matches!(shape.style, Style::Whole | Style::Given);
        let size = if whole { length } else { asked.size };
        let within = asked.start.min(length);
        let start = list.turning(within);
        let end = start.saturating_add(size).min(length);
        let end = list.unbroken(start..end).end;
        let written = |place| asked.written(visit, shape, &sequence, place);
        let next = list.turning(end);
        let next_written = match &asked.place {
            // A token that leads to itself is the same letter for letter,
            // whatever the clock says.
            Some(place) if next == start && shape.style.place() == Place::Token => place.clone(),
            _ => written(next),
        };
        let here = match (&asked.place, shape.style) {
            (Some(place), _) => place.clone(),
            (None, Style::Cursor(_)) => String::new(),
            (None, _) => written(start),
        };
        let mut numbers = sequence.numbers(start..end);
        numbers.retain(|number| list.shows(*number));
        Ok(Page {
            // Beyond the end, a page says where it was asked to be.
            start: if start == within { asked.start } else { start },
            size,
            numbers,
            end,
            here,
            after: written(end),
            next: (end < length).then_some(next_written),
            total: list.total(length),
            last: list.last(end >= length),
        })
    }
}
