//! The body of an error.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| jira_fuzz::inputs::error_bodies(input));
