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
            Err(_) => prop_assert!(matches!(read.unwrap_err(), Broken::Syntax(..)), "{}", text),
        }
        Ok(())
    });
}
