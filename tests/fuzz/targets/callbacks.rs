//! The state of a session, and the redirect URL that came back.
#![no_main]

use jira_fuzz::{checks::callbacks::only_the_state_given_out_spends_a_code, parts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    if let [state, redirect_url] = parts(input).as_slice() {
        only_the_state_given_out_spends_a_code(redirect_url, state);
    }
});
