//! A way of paging, the size of pages, and items.
#![no_main]

use jira_fuzz::{
    checks::pages::{Style, pages_become_the_list},
    number, parts,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let parts = parts(input);
    let [style, size, items @ ..] = parts.as_slice() else {
        return;
    };
    let style = Style::ALL[number(style) % Style::ALL.len()];
    pages_become_the_list(style, number(size) % 8, items);
});
