//! The header `Cycle-Period`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| jira_fuzz::inputs::cycle_periods(input));
