//! Circumstances, and headers about rate limits.
#![no_main]

use jira_fuzz::{
    checks::NOW,
    checks::rate_limits::{Circumstances, what_limits_say_is_bounded_and_never_shortens_a_wait},
    pairs, parts,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let parts = parts(input);
    let [given, headers @ ..] = parts.as_slice() else {
        return;
    };
    let digits: Vec<_> = given.bytes().map(u64::from).collect();
    let digit = |at| digits.get(at).copied().unwrap_or_default();
    let given = Circumstances {
        now: NOW.plus(digit(0) << digit(1) % 50),
        chance: digit(2) as u8,
        retries: (digit(3) % 6) as u8,
        remaining_ms: digit(4) << digit(5) % 50,
    };
    what_limits_say_is_bounded_and_never_shortens_a_wait(&pairs(headers), given);
});
