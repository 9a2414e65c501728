//! The skimmer against a JSON library.

use proptest::{
    prelude::*,
    sample::{Index, select},
    test_runner::Config,
};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::jira::{
    json::scan::{Broken, MAX_DEPTH, value_end},
    paging::outline::{Items, Outline, Shape},
};

/// Any JSON, written in any way: spaces, escapes, odd numbers.
fn json() -> impl Strategy<Value = String> {
    let space = || select(&["", "", "", " ", "\n\t", "\r\n  "][..]);
    let scalar = prop_oneof![
        4 => text(),
        1 => select(&["true", "false", "null", "0", "-0", "1.10", "-12e+3", "0.0E-9", "12345678901234567890"][..]).prop_map(String::from),
        1 => any::<f64>().prop_filter("JSON has no others", |n| n.is_finite()).prop_map(|n| n.to_string()),
    ];
    let value = scalar.prop_recursive(5, 40, 6, move |inner| {
        let spaced = (space(), inner, space()).prop_map(|(a, value, b)| format!("{a}{value}{b}"));
        let member = (text(), space(), spaced.clone())
            .prop_map(|(name, a, value)| format!("{name}{a}:{value}"));
        prop_oneof![
            prop::collection::vec(spaced, 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..6)
                .prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    });
    (space(), value, space()).prop_map(|(a, value, b)| format!("{a}{value}{b}"))
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..8).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn piece() -> impl Strategy<Value = String> {
    let known = select(
        &[
            "a",
            "abcdefg",
            "abcdefgh",
            "0123456789abcdef",
            "\\\"",
            "\\\\",
            "\\n",
            "\\/",
            "\\u00e9",
            "\\ud83d\\ude00",
            "]}",
            "{[",
            ",",
            ":",
            "é",
            "\u{1f600}",
            "\u{7f}",
            "\u{80}",
            "values",
            " ",
        ][..],
    );
    let is_plain = |c: &char| !matches!(c, '"' | '\\' | '\0'..='\x1f');
    let other = any::<char>().prop_filter("JSON escapes it", is_plain);
    prop_oneof![3 => known.prop_map(String::from), 1 => other.prop_map(String::from)]
}

/// What a member or document holds, by the library.
fn items_of<'a>(text: &str, items: &Items, expected: impl ExactSizeIterator<Item = &'a Value>) {
    assert_eq!(items.count, expected.len() as u64);
    let mut seen = String::from("[");
    seen.push_str(&text[items.bytes.clone()]);
    seen.push(']');
    let seen: Value = serde_json::from_str(&seen).unwrap();
    assert!(seen.as_array().unwrap().iter().eq(expected));
    assert_eq!(text[items.bytes.clone()].trim(), &text[items.bytes.clone()]);
}

fn members_of(
    text: &str,
    members: &[crate::jira::paging::outline::Member],
    expected: &Map<String, Value>,
    depth: u32,
) {
    let read = |range: &core::ops::Range<usize>| {
        serde_json::from_str::<Value>(&text[range.clone()]).unwrap()
    };
    let mut last = Map::new();
    for member in members {
        let name: String =
            serde_json::from_str(&format!("\"{}\"", &text[member.name.clone()])).unwrap();
        let value = read(&member.value);
        match &member.shape {
            Shape::Array(items) => items_of(text, items, value.as_array().unwrap().iter()),
            Shape::Object(inner) if depth == 0 => {
                members_of(text, inner, value.as_object().unwrap(), 1)
            }
            Shape::Object(inner) => assert!(value.is_object() && inner.is_empty()),
            Shape::Scalar => assert!(!value.is_array() && !value.is_object()),
        }
        last.insert(name, value);
    }
    assert_eq!(&last, expected);
}

proptest! {
    #![proptest_config(Config { cases: 6_000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn a_document_has_the_members_and_items_that_the_library_finds(text in json()) {
        let value: Value = serde_json::from_str(&text).unwrap();
        match (Outline::read(text.as_bytes()).unwrap(), &value) {
            (Outline::Array(items), Value::Array(expected)) => items_of(&text, &items, expected.iter()),
            (Outline::Object(members), Value::Object(expected)) => members_of(&text, &members, expected, 0),
            (Outline::Other, value) => prop_assert!(!value.is_array() && !value.is_object()),
            (outline, _) => panic!("{outline:?}"),
        }
    }

    #[test]
    fn what_is_damaged_is_refused_where_the_library_refuses_it(
        text in json(),
        places in prop::collection::vec((any::<Index>(), select(&b"\"\\{}[],:0-.e+tnux \n\x01\x1f\x80\xbf\xc3\xe2\xed\xf4\xff"[..]), any::<bool>()), 1..3),
    ) {
        let mut bytes = text.into_bytes();
        for (place, byte, replaces) in places {
            let place = place.index(bytes.len());
            match replaces {
                true => bytes[place] = byte,
                false => drop(bytes.remove(place)),
            }
            if bytes.is_empty() {
                return Ok(());
            }
        }
        let text = str::from_utf8(&bytes);
        let is_json = text.is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
        prop_assert_eq!(Outline::read(&bytes).is_ok(), is_json, "{:?}", bytes);
    }

    #[test]
    fn items_are_cut_between_items(items in prop::collection::vec(json(), 0..8), skip in 0..9_u64, count in 0..9_u64, bytes in 0..200_u64) {
        let text = format!("[{}]", items.join(","));
        let Outline::Array(all) = Outline::read(text.as_bytes()).unwrap() else { panic!() };
        let cut = all.cut(text.as_bytes(), skip, count, bytes);
        let left: Vec<_> = items.iter().skip(skip as usize).take(count as usize).collect();
        prop_assert_eq!(cut.skipped, skip.min(items.len() as u64));
        prop_assert!(cut.kept.bytes.len() as u64 <= bytes || cut.kept.count == 0);
        prop_assert_eq!(cut.is_too_long, cut.kept.count < left.len() as u64);
        let kept = &text[cut.kept.bytes.clone()];
        let expected: Vec<_> = left.iter().take(cut.kept.count as usize).map(|item| item.as_str()).collect();
        let expected = expected.join(",");
        prop_assert_eq!(kept, expected.trim());
    }
}

#[test]
fn a_string_ends_where_it_does_however_long_it_is_and_whatever_ends_it() {
    let ends: [&[u8]; 9] = [
        b"",
        b"\\\"",
        b"\\\\",
        "\u{e9}".as_bytes(),
        "\u{1f600}b".as_bytes(),
        b"\x7f",
        b"\x1f",
        b"\xff",
        b"\xc3",
    ];
    for length in 0..200 {
        for end in ends {
            let string = [b"\"", "a".repeat(length).as_bytes(), end, b"\""].concat();
            let text = [string.as_slice(), b",\"\xff\""].concat();
            let is_json = serde_json::from_slice::<String>(&string).is_ok();
            let expected = is_json.then_some(string.len());
            assert_eq!(value_end(&text, 0).ok(), expected, "{string:?}");
            assert_eq!(value_end(&string[..string.len() - 1], 0), Err(Broken));
        }
    }
}

#[test]
fn nesting_has_a_limit_and_no_recursion() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    // The innermost array is empty, and opens nothing.
    assert!(value_end(nested(MAX_DEPTH + 1).as_bytes(), 0).is_ok());
    assert!(value_end(nested(MAX_DEPTH + 2).as_bytes(), 0).is_err());
    assert!(Outline::read(nested(5_000_000).as_bytes()).is_err());
}

#[test]
fn an_object_with_too_many_members_is_still_read_to_its_end() {
    let members: Vec<_> = (0..65).map(|n| format!("\"m{n}\":[{n}]")).collect();
    let text = format!("{{{}}}", members.join(","));
    assert_eq!(
        Outline::read(text.as_bytes()),
        Ok(Outline::Object(Vec::new()))
    );
    assert!(Outline::read(&text.as_bytes()[..text.len() - 1]).is_err());
}
