//! A list of texts that few look at.

use core::{cell::OnceCell, fmt, ops::Deref};

use super::part::Part;

/// A list of texts of a record, decoded when somebody looks at it: every call
/// loads three lists of scopes, and none needs them where all goes well.
#[derive(Clone, Default)]
pub struct Texts {
    /// The JSON that the list is decoded from, checked.
    written: String,
    list: OnceCell<Vec<String>>,
}

impl Texts {
    /// The list that a value is, if it is one, and of texts only.
    pub(super) fn read(value: Part<'_>) -> Option<Self> {
        let is_text = |item: Part<'_>| item.is_text();
        value.items()?.all(is_text).then(|| Self {
            written: value.written().into(),
            list: OnceCell::new(),
        })
    }

    /// The list itself.
    #[must_use]
    pub fn into_vec(self) -> Vec<String> {
        let Self { written, list } = self;
        list.into_inner().unwrap_or_else(|| decoded(&written))
    }
}

fn decoded(written: &str) -> Vec<String> {
    super::object::texts_of(written).unwrap_or_default()
}

impl Deref for Texts {
    type Target = [String];

    fn deref(&self) -> &[String] {
        self.list.get_or_init(|| decoded(&self.written))
    }
}

impl From<Vec<String>> for Texts {
    fn from(list: Vec<String>) -> Self {
        Self {
            written: String::new(),
            list: list.into(),
        }
    }
}

impl PartialEq for Texts {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Texts {}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use crate::jira::json::{Broken, Object};

    #[test]
    fn a_list_is_checked_before_it_is_decoded() {
        let record = br#"{"a":["x","\u00fc\n",""],"b":["x",1],"c":["\ud800"],"d":[]}"#;
        let record = Object::parse(record).unwrap();
        let list = record.later_texts("a").unwrap();
        assert_eq!(list[..], ["x", "\u{fc}\n", ""]);
        assert_eq!(list.clone().into_vec(), ["x", "\u{fc}\n", ""]);
        assert_eq!(record.later_texts("a").unwrap().into_vec(), list.to_vec());
        for empty in ["d", "absent"] {
            assert!(record.later_texts(empty).unwrap().is_empty());
        }
        for other in ["b", "c"] {
            let refused = Broken::WrongKind(other, "a list of texts");
            assert_eq!(record.later_texts(other).unwrap_err(), refused);
        }
    }
}
