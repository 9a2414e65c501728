//! JSON objects read and written member by member.
//!
//! Derived code would be larger than the rest of the connector, and its errors
//! repeat the values they stumble over: here those are tokens. So what is wrong
//! is named by its member, and never shown.

mod escapes;
mod nodes;
mod object;
mod part;
pub mod scan;
mod texts;

use core::fmt;

use serde_json::{Map, Value};

use super::instant::UnixMs;

pub use self::{
    object::{Object, parse_list, text},
    part::Part,
    texts::Texts,
};

/// What can be read from a JSON object.
pub trait FromJson: Sized {
    /// Reads the members.
    fn from_json(object: &Object<'_>) -> Result<Self, Broken>;
}

/// What can be written as JSON.
pub trait ToJson {
    /// Writes the members.
    fn to_json(&self) -> Value;
}

/// What is wrong with some JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// It is not JSON, from this line and column on.
    Syntax(usize, usize),
    /// It is JSON, but not an object.
    NotAnObject,
    /// It is JSON, but not a list.
    NotAList,
    /// It is compressed, by this.
    Compressed(&'static str),
    /// A member is missing.
    Missing(&'static str),
    /// A member is not of the kind that it should be.
    WrongKind(&'static str, &'static str),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(line, column) => {
                write!(f, "it is not JSON (line {line}, column {column})")
            }
            Self::NotAnObject => f.write_str("it is not a JSON object"),
            Self::NotAList => f.write_str("it is not a JSON list"),
            Self::Compressed(coding) => {
                write!(f, "it is compressed ({coding}), which was not asked for")
            }
            Self::Missing(member) => write!(f, "`{member}` is missing"),
            Self::WrongKind(member, kind) => write!(f, "`{member}` is not {kind}"),
        }
    }
}

/// A whole number of 32 bits; absent, it is 0.
pub fn small(object: &Object<'_>, name: &'static str) -> Result<u32, Broken> {
    let number = object.optional_number(name)?.unwrap_or(0);
    u32::try_from(number).map_err(|_| Broken::WrongKind(name, "a number of 32 bits"))
}

/// An object of these members; those that are null are left out.
#[must_use]
pub fn object(members: Vec<(&str, Value)>) -> Value {
    let mut object = Map::new();
    for (name, value) in members {
        if !value.is_null() {
            object.insert(name.into(), value);
        }
    }
    Value::Object(object)
}

/// A list of texts; an empty one is left out.
#[must_use]
pub fn texts(list: &[String]) -> Value {
    match list {
        [] => Value::Null,
        items => Value::Array(items.iter().map(|text| text.as_str().into()).collect()),
    }
}

/// A list of what can be written; an empty one is left out.
#[must_use]
pub fn list<T: ToJson>(list: &[T]) -> Value {
    match list {
        [] => Value::Null,
        items => Value::Array(items.iter().map(ToJson::to_json).collect()),
    }
}

/// A text, or null.
#[must_use]
pub fn optional_text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}

/// A point in time, or null.
#[must_use]
pub fn optional_instant(instant: Option<UnixMs>) -> Value {
    instant.map_or(Value::Null, |UnixMs(ms)| ms.into())
}

/// True; false is left out.
#[must_use]
pub fn flag(flag: bool) -> Value {
    if flag { true.into() } else { Value::Null }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Object<'_> {
        Object::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_is_wrong_is_named_and_not_shown() {
        let object = parsed(r#"{"text":7,"number":-1,"flag":"hush","list":["a",1],"inner":[]}"#);
        let wrong: [Broken; 5] = [
            object.text("text").unwrap_err(),
            object.number("number").unwrap_err(),
            object.optional_flag("flag").unwrap_err(),
            object.texts("list").unwrap_err(),
            object.text("absent").unwrap_err(),
        ];
        assert_eq!(
            wrong.map(|broken| broken.to_string()),
            [
                "`text` is not a text",
                "`number` is not a whole number",
                "`flag` is not true or false",
                "`list` is not a list of texts",
                "`absent` is missing",
            ]
        );
        assert_eq!(
            Object::parse(b"[1]").unwrap_err().to_string(),
            "it is not a JSON object"
        );
        assert_eq!(
            Object::parse(b"{\n ?").unwrap_err().to_string(),
            "it is not JSON (line 2, column 2)"
        );
    }

    #[test]
    fn absent_and_null_are_the_same_and_nulls_are_not_written() {
        let object = parsed(r#"{"a":null}"#);
        assert_eq!(object.optional_text("a"), Ok(None));
        assert_eq!(object.texts("b"), Ok(vec![]));
        let written = super::object(vec![("a", Value::Null), ("b", Value::from(1))]);
        assert_eq!(written.to_string(), r#"{"b":1}"#);
    }
}
