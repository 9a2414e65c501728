//! What a `Debug` shows instead of something that may be secret.

use std::fmt;

use crate::types::Field;

/// The size of a value that is not shown.
pub(crate) struct Size(pub(crate) usize);

impl fmt::Debug for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.0)
    }
}

/// The names of fields whose values are not shown.
pub(crate) struct Names<'a>(pub(crate) &'a [Field]);

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}
