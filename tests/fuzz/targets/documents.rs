//! A document of a page.
#![no_main]

use jira_fuzz::checks::pages::a_document_is_what_the_library_reads;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| a_document_is_what_the_library_reads(input));
