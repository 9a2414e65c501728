use std::fmt;

use wasmtime::component::{ComponentType, Lift, Lower};

use super::{Expect, Version};
use crate::redacted::Size;

/// A stored value and its version.
#[derive(Clone, PartialEq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Entry {
    /// The value.
    pub value: Vec<u8>,
    /// Its version.
    pub version: Version,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("value", &Size(self.value.len()))
            .field("version", &self.version)
            .finish()
    }
}

/// What came of a `put`.
#[derive(Clone, Debug, PartialEq, ComponentType, Lift, Lower)]
#[component(variant)]
pub enum PutOutcome {
    /// The value is stored and has this version.
    #[component(name = "stored")]
    Stored(Version),
    /// Nothing was changed: this is there.
    #[component(name = "stale")]
    Stale(Option<Entry>),
}

/// What came of a `delete`.
#[derive(Clone, Debug, PartialEq, ComponentType, Lift, Lower)]
#[component(variant)]
pub enum DeleteOutcome {
    /// The key is absent now.
    #[component(name = "deleted")]
    Deleted,
    /// Nothing was changed: this is there.
    #[component(name = "stale")]
    Stale(Option<Entry>),
}

/// One change of `put_many`.
#[derive(Clone, PartialEq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Change {
    /// The key to write.
    pub key: String,
    /// Its new value.
    pub value: Vec<u8>,
    /// What must be there.
    pub expect: Expect,
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("key", &self.key)
            .field("value", &Size(self.value.len()))
            .field("expect", &self.expect)
            .finish()
    }
}

impl Expect {
    /// Whether a change may be made to a key that has this version, or is
    /// absent.
    pub fn is_met_by(&self, version: Option<&str>) -> bool {
        match self {
            Expect::Absent => version.is_none(),
            Expect::Version(expected) => version == Some(expected),
            Expect::Any => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_shown() {
        let entry = Entry {
            value: b"hidden".to_vec(),
            version: "7".to_owned(),
        };
        let change = Change {
            key: "app".to_owned(),
            value: b"hidden".to_vec(),
            expect: Expect::Any,
        };
        let shown = format!(
            "{entry:?} {change:?} {:?}",
            PutOutcome::Stale(Some(entry.clone()))
        );
        assert!(!shown.contains("hidden"), "{shown}");
        assert!(!shown.contains(&format!("{:?}", b"hidden")), "{shown}");
        assert!(shown.contains("[6 bytes]"), "{shown}");
    }

    #[test]
    fn what_is_expected_is_compared_with_what_is_there() {
        let one = Expect::Version("1".to_owned());
        let table = [
            (&Expect::Absent, None, true),
            (&Expect::Absent, Some("1"), false),
            (&one, Some("1"), true),
            (&one, Some("2"), false),
            (&one, None, false),
            (&Expect::Any, None, true),
            (&Expect::Any, Some("1"), true),
        ];
        for (expect, version, met) in table {
            assert_eq!(expect.is_met_by(version), met, "{expect:?} {version:?}");
        }
    }
}
