//! A way of paging, and the answers of a server.
#![no_main]

use jira_fuzz::checks::pages::{Style, any_answers_end_in_a_list_or_an_error};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((style, bodies)) = input.split_first() else {
        return;
    };
    let style = Style::ALL[usize::from(*style) % Style::ALL.len()];
    let bodies: Vec<_> = bodies.split(|byte| *byte == 0).collect();
    any_answers_end_in_a_list_or_an_error(style, &bodies);
});
