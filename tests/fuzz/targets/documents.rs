//! A document of a page.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| jira_fuzz::inputs::documents(input));
