use std::collections::HashMap;
use std::ptr;

use jaq_json::{Rc, Val};

use crate::commands::request::filter::bounds::Excess;

/// How deep what an expression makes may be nested: several times as deep as what
/// it is made from.
pub(in crate::commands::request::filter) const DEEPEST_MADE: usize = 1024;

/// How deep a value is nested at most, or counted where that is too deep. The
/// evaluation ends where it is.
pub(super) fn bounded(json: &Val, levels: usize) -> usize {
    if levels <= DEEPEST_MADE {
        return levels;
    }
    let levels = Counted::default().levels(json);
    if levels > DEEPEST_MADE {
        Excess::Levels.end();
    }
    levels
}

/// The levels that were counted already: the same value may be met in many places.
#[derive(Default)]
struct Counted(HashMap<*const (), usize>);

impl Counted {
    fn levels(&mut self, json: &Val) -> usize {
        match json {
            Val::Arr(items) => self.once(items, |counted| {
                let levels = items.iter().map(|item| counted.levels(item));
                1 + levels.max().unwrap_or(0)
            }),
            Val::Obj(members) => self.once(members, |counted| {
                let all = members.iter().flat_map(|(key, value)| [key, value]);
                1 + all.map(|it| counted.levels(it)).max().unwrap_or(0)
            }),
            _ => 0,
        }
    }

    fn once<T>(&mut self, shared: &Rc<T>, count: impl FnOnce(&mut Self) -> usize) -> usize {
        if Rc::strong_count(shared) == 1 {
            return count(self);
        }
        let place = ptr::from_ref::<T>(shared).cast();
        if let Some(levels) = self.0.get(&place) {
            return *levels;
        }
        let levels = count(self);
        self.0.insert(place, levels);
        levels
    }
}
