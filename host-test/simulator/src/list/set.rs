//! The lists that were set.

use super::{List, USUAL_ITEMS};

/// The lists that were set, the latest last.
#[derive(Default)]
pub(crate) struct Lists(Vec<Set>);

/// A list, and how many of its pages were asked for.
struct Set {
    list: List,
    asked: usize,
}

impl Lists {
    /// Sets a list, in place of one at the same path.
    pub fn set(&mut self, list: List) {
        self.0.retain(|set| set.list.path != list.path);
        self.0.push(Set { list, asked: 0 });
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn covers(&self, path: &str) -> bool {
        self.0.iter().any(|set| set.list.covers(path))
    }

    /// The list of this path, and how many of its pages were asked for before.
    pub fn take(&mut self, path: &str) -> (List, usize) {
        match self.0.iter_mut().rfind(|set| set.list.covers(path)) {
            Some(set) => {
                set.asked += 1;
                (set.list.clone(), set.asked - 1)
            }
            None => (List::new(path, USUAL_ITEMS), 0),
        }
    }

    /// In words.
    pub fn told(&self) -> Vec<String> {
        self.0.iter().map(|set| set.list.to_string()).collect()
    }
}
