//! Circumstances, and headers about rate limits.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| jira_fuzz::inputs::rate_limits(input));
