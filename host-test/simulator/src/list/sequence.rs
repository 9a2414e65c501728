//! The items of a list in their order, those that were inserted among them.

use super::{List, Quirk};
use std::ops::Range;

/// The numbers of items in their order. An item keeps its number whatever is
/// inserted before it; what is inserted has numbers beyond all others.
pub(super) struct Sequence(Vec<Range<usize>>);

impl Sequence {
    /// The items as they are after so many pages were asked for.
    pub fn of(list: &List, answered: usize) -> Sequence {
        let mut inserted: Vec<(usize, Range<usize>)> = Vec::new();
        let mut fresh = list.items;
        for quirk in &list.quirks {
            if let Quirk::Insert { at, count, after } = *quirk {
                if answered >= after {
                    inserted.push((at.min(list.items), fresh..fresh + count));
                }
                fresh += count;
            }
        }
        inserted.sort_by_key(|(at, _)| *at);
        let mut blocks = Vec::new();
        let mut done = 0;
        for (at, block) in inserted {
            blocks.extend([done..at, block]);
            done = at;
        }
        blocks.push(done..list.items);
        Sequence(blocks)
    }

    pub fn len(&self) -> usize {
        self.0.iter().map(ExactSizeIterator::len).sum()
    }

    /// The numbers of the items at these places.
    pub fn numbers(&self, places: Range<usize>) -> Vec<usize> {
        let mut numbers = Vec::new();
        let mut passed = 0;
        for block in &self.0 {
            let from = places.start.max(passed) - passed;
            let to = places.end.min(passed + block.len()).saturating_sub(passed);
            if from < to {
                numbers.extend(block.start + from..block.start + to);
            }
            passed += block.len();
        }
        numbers
    }

    /// The number of the item at this place; beyond the end, one of no item.
    pub fn number(&self, place: usize) -> usize {
        let number = self.numbers(place..place + 1);
        number.first().copied().unwrap_or(usize::MAX)
    }

    /// Where the item of this number is; at the end, where there is none.
    pub fn place(&self, number: usize) -> usize {
        let mut passed = 0;
        for block in &self.0 {
            if block.contains(&number) {
                return passed + (number - block.start);
            }
            passed += block.len();
        }
        passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inserting(at: usize, count: usize, after: usize) -> Quirk {
        Quirk::Insert { at, count, after }
    }

    #[test]
    fn what_is_inserted_moves_places_and_no_numbers() {
        let list = List::new("/label", 6);
        let list = list.with(inserting(4, 1, 2)).with(inserting(0, 2, 1));
        let before = Sequence::of(&list, 0);
        assert_eq!((before.len(), before.numbers(1..3)), (6, vec![1, 2]));
        let after = Sequence::of(&list, 2);
        assert_eq!(after.numbers(0..9), [7, 8, 0, 1, 2, 3, 6, 4, 5]);
        assert_eq!(after.numbers(1..4), [8, 0, 1]);
        assert_eq!((after.place(0), after.place(5), after.place(99)), (2, 8, 9));
    }
}
