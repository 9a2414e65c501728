//! The reader of records against a JSON library.

use proptest::prelude::*;
use serde_json::Value;

use super::trial::{almost, holds};
use crate::jira::json::{Broken, Object, Part};

const PIECES: &[&str] = &[
    "{\"a\":",
    "{\"a\":",
    "{\"b\":{\"a\":",
    "{",
    "}",
    "}",
    "[",
    "]",
    ",",
    ",\"a\":",
    ",\"\\u0061\":",
    ":",
    "\"",
    "\"a\"",
    "\"b\\n\\\"\\\\\\/\"",
    "\"\\ud83d\\ude00\\u00e9\"",
    "\"\u{fc}\"",
    "null",
    "true",
    "false",
    "-0",
    "1.5",
    " ",
    "\n",
];

/// Whether a value is read as the library reads it.
fn is_the_same(part: Part<'_>, value: &Value) -> bool {
    match value {
        Value::Null => part.is_null(),
        Value::Bool(flag) => part.flag() == Some(*flag),
        Value::Number(number) => part.number() == number.as_u64() && part.text().is_none(),
        Value::String(text) => part.says(text) && part.text().as_deref() == Some(text),
        Value::Array(items) => {
            let parts: Vec<_> = part.items().unwrap().collect();
            parts.len() == items.len()
                && parts.into_iter().zip(items).all(|(a, b)| is_the_same(a, b))
        }
        Value::Object(members) => {
            let object = part.object().unwrap();
            members
                .iter()
                .all(|(name, value)| is_the_same(object.get(name).unwrap(), value))
        }
    }
}

#[test]
fn a_document_is_read_as_a_library_reads_it() {
    let wrapped = almost(PIECES).prop_map(|text| format!("{{\"in\":{text}}}"));
    holds(prop_oneof![almost(PIECES), wrapped], |text| {
        let read = Object::parse(text.as_bytes());
        match serde_json::from_str(&text) {
            Ok(Value::Object(members)) => {
                let object = read.unwrap();
                let same = |(name, value): (&String, &Value)| {
                    is_the_same(object.get(name).unwrap(), value)
                };
                prop_assert!(members.iter().all(same), "{}", text);
                prop_assert!(
                    object
                        .members()
                        .all(|(name, _)| members.contains_key(&*name.text().unwrap()))
                );
            }
            Ok(_) => prop_assert_eq!(read.unwrap_err(), Broken::NotAnObject),
            // How large a number may be, the grammar leaves to whoever reads it.
            Err(error) if error.to_string().starts_with("number out of range") => {}
            Err(_) => prop_assert!(matches!(read.unwrap_err(), Broken::Syntax(..)), "{}", text),
        }
        Ok(())
    });
}

#[test]
fn of_several_members_of_a_name_the_last_counts_however_it_is_written() {
    let text = r#"{"a":1,"\u0061":2,"in":{"a":3,"b":4,"a":5}}"#;
    let object = Object::parse(text.as_bytes()).unwrap();
    assert_eq!(object.get("a").and_then(Part::number), Some(2));
    let inner = object.get("in").and_then(Part::object).unwrap();
    assert_eq!(inner.get("a").and_then(Part::number), Some(5));
}

#[test]
fn a_lenient_number_is_its_whole_part_however_it_is_written() {
    let table = [
        ("3600", Some(3600)),
        ("3600.9", Some(3600)),
        ("3.6e3", Some(3600)),
        ("1E3", Some(1000)),
        ("\"3600\"", Some(3600)),
        ("\" 1.0E7 \"", Some(10_000_000)),
        ("18446744073709551615", Some(u64::MAX)),
        ("12e-1", Some(1)),
        ("12e-9", Some(0)),
        ("1e99", None),
        ("\"\"", None),
        ("\".5\"", None),
        ("-1", None),
        ("\"soon\"", None),
        ("\"inf\"", None),
        ("null", None),
        ("true", None),
        ("[1]", None),
    ];
    for (written, number) in table {
        let text = format!("{{\"in\":{written}}}");
        let object = Object::parse(text.as_bytes()).unwrap();
        assert_eq!(object.lenient_number("in"), number, "{written}");
    }
}
