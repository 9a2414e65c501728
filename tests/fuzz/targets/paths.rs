//! A path, and query parameters.
#![no_main]

use jira_fuzz::{checks::paths::no_path_leads_out_of_the_site, pairs, parts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let parts = parts(input);
    let (path, query_params) = parts.split_at(1);
    no_path_leads_out_of_the_site(&path.concat(), &pairs(query_params));
});
