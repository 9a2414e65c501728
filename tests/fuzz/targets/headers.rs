//! Headers, and cookies behind an empty name.
#![no_main]

use jira_fuzz::{
    checks::headers::no_header_or_cookie_says_what_only_the_connection_may, pairs, parts,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let mut headers = pairs(&parts(input));
    let cookies = match headers.iter().position(|(name, _)| name.is_empty()) {
        Some(at) => headers.split_off(at).split_off(1),
        None => Vec::new(),
    };
    no_header_or_cookie_says_what_only_the_connection_may(&headers, &cookies);
});
