//! The state of a session, and the redirect URL that came back.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| jira_fuzz::inputs::callbacks(input));
