//! The items of all pages, as they came, and their joining.

use core::ops::Range;

use super::outline::Items;

/// By which part more is reserved than the first two pages let expect. Memory
/// that nothing is written to costs the host nothing.
const MARGIN: u64 = 8;

/// The items so far.
#[derive(Default)]
pub struct Harvest {
    /// Those of the first pages, as they are answered but for the bracket at the
    /// end.
    array: Vec<u8>,
    /// The pages behind those.
    pages: Vec<Kept>,
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

struct Kept {
    body: Vec<u8>,
    /// All that came.
    came: Items,
    /// What is answered of it.
    kept: Range<usize>,
}

impl Kept {
    fn items(&self) -> &[u8] {
        self.body.get(self.kept.clone()).unwrap_or_default()
    }

    /// The array of its items, made in the body itself: in place of whatever
    /// stands before the first and behind the last, which is never nothing.
    fn into_array(mut self) -> Vec<u8> {
        let Range { start, end } = self.kept;
        self.body.truncate(end);
        self.body.push(b']');
        match start.checked_sub("[".len()) {
            Some(before) => {
                if let Some(bracket) = self.body.get_mut(before) {
                    *bracket = b'[';
                }
                self.body.drain(..before);
            }
            None => self.body.insert(0, b'['),
        }
        self.body
    }
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
        let last = self.pages.last()?;
        let items = last.body.get(last.came.bytes.clone());
        items.filter(|items| !items.is_empty())
    }

    /// The first item of the page before.
    #[must_use]
    pub fn first_of_last(&self) -> Option<&[u8]> {
        let last = self.pages.last()?;
        Some(last.came.first(&last.body))
    }

    /// Adds a page.
    pub fn add(&mut self, body: Vec<u8>, came: Items, kept: &Items) {
        self.items += kept.count;
        self.bytes += kept.bytes.len() as u64;
        self.pages.push(Kept {
            body,
            came,
            kept: kept.bytes.clone(),
        });
    }

    /// Brings all pages but the last together, where it is known how many items
    /// are still to come. Their memory is then that of the pages to come, and
    /// each item is copied while it is still at hand. Where they turn out longer
    /// than was reserved, the rest is left to [`Harvest::join`].
    pub fn gather(&mut self, items_to_come: u64, max_bytes: u64) {
        let [first, _] = self.pages.as_slice() else {
            return;
        };
        if self.array.is_empty() {
            let each = self.bytes / self.items.max(1) + ",".len() as u64;
            let expected = each.saturating_mul(self.items.saturating_add(items_to_come));
            let reserved = expected.saturating_add(expected / MARGIN).min(max_bytes);
            self.array
                .reserve_exact(usize::try_from(reserved).unwrap_or(0));
        }
        let room = self.array.capacity() - self.array.len();
        if first.kept.len() + "[]".len() <= room {
            let first = self.pages.remove(0);
            append(&mut self.array, &first);
        }
    }

    /// One array of all items. A page that is all there is becomes it where it
    /// is; of several, each is freed once it is copied.
    #[must_use]
    pub fn join(mut self) -> Vec<u8> {
        if self.array.is_empty() && self.pages.len() == 1 {
            return self.pages.pop().map(Kept::into_array).unwrap_or_default();
        }
        let left = self.pages.iter().map(|page| page.kept.len() + ",".len());
        self.array.reserve_exact(left.sum::<usize>() + "[]".len());
        for page in self.pages {
            append(&mut self.array, &page);
        }
        if self.array.is_empty() {
            self.array.push(b'[');
        }
        self.array.push(b']');
        self.array
    }
}

/// Adds a page's items to an array that is not closed yet.
fn append(array: &mut Vec<u8>, page: &Kept) {
    let items = page.items();
    match array.len() {
        0 => array.push(b'['),
        1 => {}
        _ if items.is_empty() => {}
        _ => array.push(b','),
    }
    array.extend_from_slice(items);
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
        harvest.add(body, items.clone(), &items);
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
        for to_come in [0, 1, 3, 1_000] {
            for max_bytes in [0, 10, u64::MAX] {
                let mut harvest = Harvest::default();
                for (items, count) in [("1,2", 2), ("", 0), ("3", 1), (r#""a much longer one""#, 1)]
                {
                    add(&mut harvest, &format!("[{items}]"), items, count);
                    harvest.gather(to_come, max_bytes);
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
            harvest.gather(2, u64::MAX);
            assert!(harvest.ends_with(items.as_bytes()));
        }
        assert_eq!(harvest.first_of_last(), Some(&b"3"[..]));
        assert_eq!((harvest.items, harvest.bytes), (4, 6));
    }

    #[test]
    fn no_pages_are_an_empty_array() {
        assert_eq!(joined(Harvest::default()), "[]");
        let mut empty = Harvest::default();
        add(&mut empty, r#"{"values":[]}"#, "", 0);
        assert_eq!(joined(empty), "[]");
    }
}
