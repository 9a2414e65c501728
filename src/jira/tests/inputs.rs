//! Pages, cursors and cycles, as others write them.

use proptest::{prelude::*, sample::select};

use super::{
    checks::{
        cursors, cycle_periods,
        pages::{self, Style},
    },
    trial::{almost, holds},
};

const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\"a\"",
    "\"a\":",
    "\"values\":[",
    "\"issues\":[",
    "\"nextPageToken\":\"t\"",
    "\"isLast\":false",
    "\"isLastPage\":false",
    "\"startAt\":0",
    "\"maxResults\":2",
    "\"total\":9",
    "\"size\":1",
    "\"limit\":1",
    "1.10",
    "-0",
    "1e999",
    "null",
    "true",
    "\\u00f6",
    "\\ud800",
    "\\\\",
    "\\\"",
    " ",
    "\n",
    "\u{feff}",
    "é",
    "[]",
    "{}",
];

fn style() -> impl Strategy<Value = Style> {
    select(&Style::ALL[..])
}

/// A value as Jira writes it, and one that is not quite.
fn item() -> impl Strategy<Value = String> {
    let value = select(
        &[
            "1.10",
            "\"a]\"",
            "{\"b\" :1,\"a\":2}",
            "[1,[]]",
            "null",
            " -12e+3 ",
            "\"\\u00f6\\/\"",
            "{\"id\":\"1\"}",
            "12345678901234567890",
            "\"\\ud83d\\ude00\"",
            "1E400",
        ][..],
    );
    prop_oneof![4 => value.prop_map(String::from), 1 => almost(JSON), 1 => any::<i64>().prop_map(|n| n.to_string())]
}

#[test]
fn pages_become_the_list_byte_for_byte_and_by_the_library() {
    let items = prop::collection::vec(item(), 0..12);
    holds((style(), 1..5usize, items), |(style, size, items)| {
        let items: Vec<_> = items.iter().map(String::as_str).collect();
        pages::pages_become_the_list(style, size, &items);
        Ok(())
    });
}

#[test]
fn any_answers_end_in_a_list_or_an_error() {
    let page = prop_oneof![
        2 => almost(JSON),
        1 => almost(JSON).prop_map(|inner| format!("[{inner}]")),
        3 => (prop::collection::vec(item(), 0..4), any::<bool>(), 0..9u32).prop_map(|(items, is_last, start)| {
            let items = items.join(",");
            format!(r#"{{"startAt":{start},"start":{start},"size":2,"limit":2,"maxResults":2,"isLast":{is_last},"isLastPage":{is_last},"nextPageToken":"t{start}","values":[{items}]}}"#)
        }),
    ];
    holds(
        (style(), prop::collection::vec(page, 0..5)),
        |(style, bodies)| {
            let bodies: Vec<_> = bodies.iter().map(String::as_bytes).collect();
            pages::any_answers_end_in_a_list_or_an_error(style, &bodies);
            Ok(())
        },
    );
}

#[test]
fn a_document_is_what_the_library_reads() {
    let documents = prop_oneof![
        almost(JSON),
        prop::collection::vec(item(), 0..5).prop_map(|items| format!("[{}]", items.join(","))),
    ];
    holds(documents, |text| {
        pages::a_document_is_what_the_library_reads(&text);
        Ok(())
    });
}

#[test]
fn a_cursor_leads_to_a_page_of_its_own_request() {
    let field = || prop_oneof![3 => any::<u32>().prop_map(|n| n.to_string()), 1 => Just(String::new()), 1 => almost(&["~", "~2", "~ff", "-", "+1", "s", "m", "o", "."])];
    let place = prop_oneof![
        Just(String::from("s")),
        any::<u64>().prop_map(|n| format!("o{n}")),
        almost(&[
            "Cg~3D~3D",
            "~26jql~3Dy",
            "&jql=y",
            "#",
            "?",
            "/",
            "~",
            "~C3",
            "ü",
            " "
        ])
        .prop_map(|mark| format!("m{mark}")),
    ];
    let numbers = prop::collection::vec(field(), 6..8);
    let written = (0..14u8, place, numbers).prop_map(|(style, place, numbers)| {
        format!("1.{style:016x}.{style}.{place}.{}", numbers.join("."))
    });
    let cursors = prop_oneof![5 => written, 1 => almost(&["1.", ".", "2.", "0", "s", "m", "~"])];
    holds(cursors, |text| {
        cursors::a_cursor_leads_to_a_page_of_its_own_request(&text);
        Ok(())
    });
}

#[test]
fn a_cycle_is_bounded_or_not_believed() {
    let headers = prop_oneof![
        almost(&[
            "P", "T", "D", "H", "W", "7", " Days", "d", " ", "\"", "-", ".", "0", "é"
        ]),
        any::<u128>().prop_map(|number| number.to_string()),
        (0..600u32).prop_map(|number| number.to_string()),
    ];
    holds(headers, |header| {
        cycle_periods::a_cycle_is_bounded_or_not_believed(&header);
        Ok(())
    });
}
