//! Lists that come in pages.
//!
//! `exchange` hands a request with `paginate` over to [`collect`]. What a list
//! is and where it goes on is decided by pure functions over what came; the
//! answers themselves are never parsed into values, and their items are
//! answered byte for byte.
//!
//! | one answer | one list | a call |
//! |---|---|---|
//! | [`outline`]: its members and arrays | [`style`]: how it is paged | [`options`]: what the caller wants |
//! | [`page`]: its items, and what it says | [`onward`]: where it goes on, and when not | [`collect`], [`collector`]: fetched page by page |
//! | | [`place`]: the request for a place | [`pace`]: several at once |
//! | | [`paths`]: what only a path can tell | [`harvest`], [`stop`], [`report`]: what came of it |
//! | | [`cursor`]: a place, to go on another day | |

pub mod collect;
pub mod collector;
pub mod cursor;
pub mod harvest;
pub mod onward;
pub mod options;
pub mod outline;
pub mod pace;
pub mod page;
pub mod paths;
pub mod place;
pub mod report;
pub mod stop;
pub mod style;
