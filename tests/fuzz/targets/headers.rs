//! Headers, and cookies behind an empty name.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| jira_fuzz::inputs::headers(input));
