//! The items of all pages, as they came, and their joining.

use core::ops::Range;

use super::outline::Items;

/// The items so far.
#[derive(Default)]
pub struct Harvest {
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

    /// One array of all items. Each page is freed once it is copied.
    #[must_use]
    pub fn join(self) -> Vec<u8> {
        let parts = self.pages.iter().filter(|page| !page.kept.is_empty());
        let commas = parts.count().saturating_sub(1);
        let length: usize = self.pages.iter().map(|page| page.kept.len()).sum();
        let mut array = Vec::with_capacity(length + commas + "[]".len());
        array.push(b'[');
        for page in self.pages {
            let Some(items) = page.body.get(page.kept) else {
                continue;
            };
            if array.len() > 1 && !items.is_empty() {
                array.push(b',');
            }
            array.extend_from_slice(items);
        }
        array.push(b']');
        array
    }
}
