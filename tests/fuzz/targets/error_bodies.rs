//! The body of an error.
#![no_main]

use jira_fuzz::checks::error_bodies::an_error_body_is_read_whatever_it_is;
use libfuzzer_sys::fuzz_target;

const STATUSES: &[u16] = &[
    400, 401, 403, 404, 408, 409, 410, 413, 429, 500, 502, 503, 504,
];

fuzz_target!(|input: &[u8]| {
    let Some((status, body)) = input.split_first() else {
        return;
    };
    let status = STATUSES[usize::from(*status) % STATUSES.len()];
    an_error_body_is_read_whatever_it_is(status, body);
});
