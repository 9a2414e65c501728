//! What wit-bindgen makes of `wit/`.

#![allow(
    missing_docs,
    missing_debug_implementations,
    unsafe_code,
    clippy::all,
    clippy::allow_attributes_without_reason,
    reason = "generated: the documentation is in wit/, and the canonical ABI is unsafe"
)]

wit_bindgen::generate!({
    path: "wit",
    world: "jira-connector",
    generate_all,
});

use super::Component;

export!(Component);
