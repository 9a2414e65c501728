use core::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::{
    prelude::*,
    sample::select,
    test_runner::{Config, TestCaseResult, TestRunner},
};

use super::schedule::announce;

const CASES: u32 = 5_000;

/// Where the properties are; each of them calls `holds` or `holds_in` once, on a
/// line of its own.
const PROPERTIES: &[&str] = &[
    include_str!("hostile.rs"),
    include_str!("inputs.rs"),
    include_str!("json.rs"),
    include_str!("properties.rs"),
];

/// Tries a property on many inputs.
pub fn holds<S: Strategy>(inputs: S, property: impl Fn(S::Value) -> TestCaseResult)
where
    S::Value: Debug,
{
    holds_in(CASES, inputs, property);
}

/// The same for so many inputs; the last property to end says how many there
/// were in all.
pub fn holds_in<S: Strategy>(cases: u32, inputs: S, property: impl Fn(S::Value) -> TestCaseResult)
where
    S::Value: Debug,
{
    static TRIED: AtomicUsize = AtomicUsize::new(0);
    static ENDED: AtomicUsize = AtomicUsize::new(0);
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let counted = |input| {
        TRIED.fetch_add(1, Ordering::Relaxed);
        property(input)
    };
    if let Err(error) = TestRunner::new(config).run(&inputs, counted) {
        panic!("{error}");
    }
    let held = |file: &&str| file.matches("\n    holds").count();
    let properties: usize = PROPERTIES.iter().map(held).sum();
    if ENDED.fetch_add(1, Ordering::Relaxed) + 1 == properties {
        let tried = TRIED.load(Ordering::Relaxed);
        announce(&format!("hostile inputs: {tried}"));
    }
}

/// Text that looks like what it should be, and is not quite.
pub fn almost(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        5 => select(pieces).prop_map(String::from),
        1 => any::<u64>().prop_map(|number| number.to_string()),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}
