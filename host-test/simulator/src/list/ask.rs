//! Where in a list a request asks to be, and for how much.

use super::List;
use super::sequence::Sequence;
use super::shape::Shape;
use super::style::Place;
use super::template::{time_of, time_place};
use super::token::Frozen;
use crate::answer::Answer;
use crate::refusal::worded;
use crate::request::plain;
use crate::route::Visit;

/// Where in a list a request asks to be, and for how much.
pub(super) struct Asked {
    pub start: usize,
    pub size: usize,
    /// The place as it was written.
    pub place: Option<String>,
    pub frozen: Frozen,
}

impl Asked {
    pub fn read(
        visit: &Visit<'_>,
        shape: &Shape,
        list: &List,
        sequence: &Sequence,
    ) -> Result<Asked, Answer> {
        let size = shape.size_name.and_then(|name| value(visit, shape, name));
        if size.is_some() && list.refuses_size() {
            let name = shape.size_name.unwrap_or_default();
            let message = format!("The parameter '{name}' is not known.");
            return Err(worded(visit.request, 400, &message));
        }
        let mut moving = shape.style.place_names().to_vec();
        moving.extend(shape.size_name);
        let frozen = Frozen::of(visit.request, &visit.json, &moving);
        let mut names = shape.style.place_names().iter();
        let place = names.find_map(|name| value(visit, shape, name));
        let start = match (shape.style.place(), &place) {
            (Place::None, _) | (_, None) => 0,
            (Place::Offset, Some(place)) => place.parse().unwrap_or(0),
            (Place::Time, Some(place)) => time_place(place.parse().unwrap_or(0)),
            (Place::Token, Some(token)) => match frozen.place(token, visit.now) {
                Some(number) => sequence.place(number),
                None => {
                    let message = "The provided next page token is invalid or expired.";
                    return Err(worded(visit.request, 400, message));
                }
            },
        };
        let size = size
            .and_then(|size| size.parse().ok())
            .unwrap_or(shape.usual);
        Ok(Asked {
            start,
            size: size.min(shape.cap).min(list.cap()),
            place,
            frozen,
        })
    }

    /// How another place of this list is written.
    pub fn written(
        &self,
        visit: &Visit<'_>,
        shape: &Shape,
        sequence: &Sequence,
        place: usize,
    ) -> String {
        match shape.style.place() {
            Place::Offset | Place::None => place.to_string(),
            Place::Token => self.frozen.token(sequence.number(place), visit.now),
            Place::Time => place.checked_sub(1).map_or(0, time_of).to_string(),
        }
    }
}

/// What the query, or the body, has for a name; what is empty counts as absent.
fn value(visit: &Visit<'_>, shape: &Shape, name: &str) -> Option<String> {
    let value = if shape.in_body {
        visit.json.get(name).map(plain)
    } else {
        visit.request.asked(name)
    };
    value.filter(|value| !value.is_empty())
}
