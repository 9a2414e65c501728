//! A way of paging, the size of pages, and items.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| jira_fuzz::inputs::pages(input));
