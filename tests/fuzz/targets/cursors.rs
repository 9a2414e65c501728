//! A cursor, or one without its check.
#![no_main]

use jira_fuzz::checks::cursors::a_cursor_leads_to_a_page_of_its_own_request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| a_cursor_leads_to_a_page_of_its_own_request(input));
