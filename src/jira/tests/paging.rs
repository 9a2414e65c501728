//! Lists that come in pages, each test against the whole of `exchange`.

mod contradictions;
mod cursors;
mod kinds;
mod limits;
mod lists;
mod model;
mod options;
mod order;
mod samples;
mod scan;
mod script;
mod whole;
