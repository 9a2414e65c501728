//! The header `Cycle-Period`.
#![no_main]

use jira_fuzz::checks::cycle_periods::a_cycle_is_bounded_or_not_believed;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| a_cycle_is_bounded_or_not_believed(input));
