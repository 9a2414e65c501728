//! A way of paging, and the answers of a server.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| jira_fuzz::inputs::answers(input));
