//! What is known of a request before it is answered.

use super::{paging::report::PagingStyle, safety::RetryClass};

/// What a request is, whatever comes of it; wit/types.wit describes the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "wit/types.wit describes the fields")]
pub struct RequestTraits {
    pub retry_class: RetryClass,
    pub paging: Option<PagingStyle>,
}
