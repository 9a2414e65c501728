//! The items of all pages, as they came, and their joining.

use core::ops::Range;

use super::outline::{Cut, Items};

/// By which part more is reserved than the pages so far let expect. Memory that
/// nothing is written to costs the host nothing.
const MARGIN: usize = 8;

/// How much is reserved at least where nobody knows how long the list is: some
/// pages.
const LEAST_ROOM_BYTES: usize = 1024 * 1024;

/// The items so far.
#[derive(Default)]
pub struct Harvest {
    /// All of them, as they are answered but for the bracket at the end.
    array: Vec<u8>,
    last: Option<Last>,
    /// How many items.
    pub items: u64,
    /// How many bytes they have, without what joins them.
    pub bytes: u64,
}

impl core::fmt::Debug for Harvest {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} items", self.items)
    }
}

/// The page that came last.
struct Last {
    /// All that came, within the array or within the body.
    came: Items,
    /// Where some of it is not in the array.
    body: Option<Vec<u8>>,
}

impl Harvest {
    /// Whether these very items came on the page before.
    #[must_use]
    pub fn ends_with(&self, items: &[u8]) -> bool {
        self.last_items() == Some(items)
    }

    /// The items of the page before, if it had any.
    #[must_use]
    pub fn last_items(&self) -> Option<&[u8]> {
        let (text, came) = self.last()?;
        let items = text.get(came.bytes.clone());
        items.filter(|items| !items.is_empty())
    }

    /// The first item of the page before.
    #[must_use]
    pub fn first_of_last(&self) -> Option<&[u8]> {
        let (text, came) = self.last()?;
        Some(came.first(text))
    }

    fn last(&self) -> Option<(&[u8], &Items)> {
        let last = self.last.as_ref()?;
        let text = last.body.as_ref().unwrap_or(&self.array);
        Some((text, &last.came))
    }

    /// Adds a page. Its memory is free then for the pages to come; that of the
    /// first one becomes the array. Only where items are left out at its
    /// beginning, it is kept until the next one has been compared with it.
    pub fn add(&mut self, body: Vec<u8>, came: Items, cut: &Cut) {
        let kept = &cut.kept;
        self.items += kept.count;
        self.bytes += kept.bytes.len() as u64;
        if cut.skipped > 0 {
            append(&mut self.array, &body, &kept.bytes);
            let body = Some(body);
            self.last = Some(Last { came, body });
            return;
        }
        if self.array.is_empty() {
            self.array = into_array(body, &kept.bytes);
        } else {
            append(&mut self.array, &body, &kept.bytes);
        }
        let end = self.array.len();
        let bytes = end - kept.bytes.len()..end;
        let count = kept.count;
        self.last = Some(Last {
            came: Items { bytes, count },
            body: None,
        });
    }

    /// Makes room for the pages to come, if there is none for the next one: for
    /// all of them, where it is known how many items they have, else for half as
    /// much as there is. Best while no page is in memory, since the array can
    /// then grow where it is.
    pub fn make_room(&mut self, items_to_come: Option<u64>, max_bytes: u64) {
        let page = self.last_items().map_or(0, <[u8]>::len);
        let room = self.array.capacity() - self.array.len();
        if room > page + page / MARGIN {
            return;
        }
        let more = match items_to_come {
            Some(items) => {
                let each = self.bytes / self.items.max(1) + ",".len() as u64;
                let expected = usize::try_from(each.saturating_mul(items)).unwrap_or(usize::MAX);
                expected.saturating_add(expected.saturating_add(self.array.len()) / MARGIN)
            }
            None => (self.array.len() / 2).max(LEAST_ROOM_BYTES),
        };
        let most = usize::try_from(max_bytes.saturating_sub(self.bytes)).unwrap_or(usize::MAX);
        self.array.reserve_exact(more.min(most));
    }

    /// One array of all items.
    #[must_use]
    pub fn join(mut self) -> Vec<u8> {
        append(&mut self.array, &[], &(0..0));
        self.array.reserve_exact("]".len());
        self.array.push(b']');
        self.array
    }
}

/// Adds a page's items to an array that is not closed yet.
fn append(array: &mut Vec<u8>, body: &[u8], items: &Range<usize>) {
    let items = body.get(items.clone()).unwrap_or_default();
    array.reserve_exact(items.len() + "[".len());
    match array.len() {
        0 => array.push(b'['),
        1 => {}
        _ if items.is_empty() => {}
        _ => array.push(b','),
    }
    array.extend_from_slice(items);
}

/// An array of a page's items that is not closed yet, made in the body itself: in
/// place of whatever stands before the first one, which is never nothing.
fn into_array(mut body: Vec<u8>, items: &Range<usize>) -> Vec<u8> {
    body.truncate(items.end);
    match items.start.checked_sub("[".len()) {
        Some(before) => {
            if let Some(bracket) = body.get_mut(before) {
                *bracket = b'[';
            }
            body.drain(..before);
        }
        None => body.insert(0, b'['),
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(harvest: &mut Harvest, body: &str, items: &str, count: u64) -> *const u8 {
        let start = body.find(items).unwrap();
        let bytes = start..start + items.len();
        let items = Items { bytes, count };
        let body = Vec::from(body);
        let place = body.as_ptr();
        harvest.add(body, items.clone(), &Cut::nothing(&items));
        place
    }

    fn joined(harvest: Harvest) -> String {
        String::from_utf8(harvest.join()).unwrap()
    }

    #[test]
    fn a_page_that_is_all_there_is_becomes_the_array_without_being_copied_elsewhere() {
        let mut harvest = Harvest::default();
        let place = add(&mut harvest, r#"{"values":[ 1, 2 ],"total":2}"#, "1, 2", 2);
        let array = harvest.join();
        assert_eq!((array.as_slice(), array.as_ptr()), (&b"[1, 2]"[..], place));

        let mut bare = Harvest::default();
        add(&mut bare, "[1,2]", "1,2", 2);
        assert_eq!(joined(bare), "[1,2]");
    }

    #[test]
    fn pages_are_joined_whether_they_are_as_long_as_was_expected_or_not() {
        for to_come in [None, Some(0), Some(1), Some(3), Some(1_000)] {
            for max_bytes in [0, 10, u64::MAX] {
                let mut harvest = Harvest::default();
                for (items, count) in [("1,2", 2), ("", 0), ("3", 1), (r#""a much longer one""#, 1)]
                {
                    add(&mut harvest, &format!("[{items}]"), items, count);
                    harvest.make_room(to_come, max_bytes);
                }
                assert_eq!(joined(harvest), r#"[1,2,3,"a much longer one"]"#);
            }
        }
    }

    #[test]
    fn the_page_before_is_at_hand_also_when_those_before_it_were_brought_together() {
        let mut harvest = Harvest::default();
        for items in ["1,2", "3,4"] {
            add(&mut harvest, &format!("[{items}]"), items, 2);
            harvest.make_room(Some(2), u64::MAX);
            assert!(harvest.ends_with(items.as_bytes()));
        }
        assert_eq!(harvest.first_of_last(), Some(&b"3"[..]));
        assert_eq!((harvest.items, harvest.bytes), (4, 6));
    }

    #[test]
    fn items_that_are_left_out_at_the_beginning_came_all_the_same() {
        let mut harvest = Harvest::default();
        let came = Items {
            bytes: 1..6,
            count: 3,
        };
        let cut = came.cut(b"[1,2,3]", 2, 1, u64::MAX);
        harvest.add("[1,2,3]".into(), came, &cut);
        assert!(harvest.ends_with(b"1,2,3"));
        assert_eq!(harvest.first_of_last(), Some(&b"1"[..]));
        add(&mut harvest, "[4]", "4", 1);
        assert!(harvest.ends_with(b"4"));
        assert_eq!(joined(harvest), "[3,4]");
    }

    #[test]
    fn room_is_made_before_it_is_needed_and_never_beyond_what_may_come() {
        let room = |harvest: &Harvest| harvest.array.capacity() - harvest.array.len();
        let first_page = || {
            let mut harvest = Harvest::default();
            add(&mut harvest, "[10,20]", "10,20", 2);
            harvest
        };
        for (to_come, max_bytes, expected) in [
            (Some(1_000), u64::MAX, 3_000..4_000),
            (None, u64::MAX, LEAST_ROOM_BYTES..2 * LEAST_ROOM_BYTES),
            (None, 105, 100..101),
        ] {
            let mut harvest = first_page();
            harvest.make_room(to_come, max_bytes);
            let made = room(&harvest);
            assert!(expected.contains(&made), "{made}, {expected:?}");
            let place = harvest.array.as_ptr();
            add(&mut harvest, "[30,40]", "30,40", 2);
            harvest.make_room(to_come, max_bytes);
            assert_eq!(harvest.array.as_ptr(), place);
        }
    }

    #[test]
    fn no_pages_are_an_empty_array() {
        assert_eq!(joined(Harvest::default()), "[]");
        let mut empty = Harvest::default();
        add(&mut empty, r#"{"values":[]}"#, "", 0);
        assert_eq!(joined(empty), "[]");
    }
}
