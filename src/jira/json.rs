//! JSON objects read and written member by member.
//!
//! Derived code would be larger than the rest of the connector, and its errors
//! repeat the values they stumble over: here those are tokens. So what is wrong
//! is named by its member, and never shown.

use core::fmt;
use std::borrow::Cow;

use serde_json::{Map, Value};

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

/// A JSON object: a document, or a part of one.
pub struct Object<'a>(Cow<'a, Map<String, Value>>);

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
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

impl Object<'static> {
    /// Parses text that is one JSON object.
    pub fn parse(text: &[u8]) -> Result<Self, Broken> {
        Self::of(parse(text)?)
    }

    fn of(value: Value) -> Result<Self, Broken> {
        match value {
            Value::Object(members) => Ok(Self(Cow::Owned(members))),
            _ => Err(Broken::NotAnObject),
        }
    }
}

impl Object<'_> {
    /// The names of the members.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// A member that may be absent or null.
    fn member<'a, T>(
        &'a self,
        name: &'static str,
        kind: &'static str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Broken> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some).ok_or(Broken::WrongKind(name, kind)),
        }
    }

    /// A text that may be absent.
    pub fn optional_text(&self, name: &'static str) -> Result<Option<String>, Broken> {
        self.member(name, "a text", |value| value.as_str().map(String::from))
    }

    /// A text.
    pub fn text(&self, name: &'static str) -> Result<String, Broken> {
        self.optional_text(name)?.ok_or(Broken::Missing(name))
    }

    /// A whole number that may be absent.
    pub fn optional_number(&self, name: &'static str) -> Result<Option<u64>, Broken> {
        self.member(name, "a whole number", Value::as_u64)
    }

    /// A whole number.
    pub fn number(&self, name: &'static str) -> Result<u64, Broken> {
        self.optional_number(name)?.ok_or(Broken::Missing(name))
    }

    /// A number however it is written: whole, with a fraction, or as a text.
    #[must_use]
    pub fn lenient_number(&self, name: &str) -> Option<u64> {
        let value = self.0.get(name)?;
        let text = value
            .as_str()
            .map(String::from)
            .unwrap_or_else(|| value.to_string());
        text.trim().split('.').next()?.parse().ok()
    }

    /// True or false, or absent.
    pub fn optional_flag(&self, name: &'static str) -> Result<Option<bool>, Broken> {
        self.member(name, "true or false", Value::as_bool)
    }

    /// A list of texts; absent, it is empty.
    pub fn texts(&self, name: &'static str) -> Result<Vec<String>, Broken> {
        let text = |value: &Value| value.as_str().map(String::from);
        let list = self.member(name, "a list of texts", |value| {
            value.as_array()?.iter().map(text).collect()
        });
        Ok(list?.unwrap_or_default())
    }

    /// A list of objects that may be absent.
    pub fn optional_list<T: FromJson>(&self, name: &'static str) -> Result<Option<Vec<T>>, Broken> {
        let objects = self.member(name, "a list of objects", |value| {
            let objects = value.as_array()?.iter().map(Value::as_object);
            objects.collect::<Option<Vec<_>>>()
        });
        let Some(objects) = objects? else {
            return Ok(None);
        };
        let read = |members| T::from_json(&Object(Cow::Borrowed(members)));
        objects
            .into_iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// An object inside that may be absent.
    pub fn optional<T: FromJson>(&self, name: &'static str) -> Result<Option<T>, Broken> {
        let part = self.optional_part(name)?;
        part.map(|part| T::from_json(&part)).transpose()
    }

    /// An object inside.
    pub fn object<T: FromJson>(&self, name: &'static str) -> Result<T, Broken> {
        let part = self.optional_part(name)?.ok_or(Broken::Missing(name))?;
        T::from_json(&part)
    }

    fn optional_part(&self, name: &'static str) -> Result<Option<Object<'_>>, Broken> {
        let members = self.member(name, "an object", Value::as_object)?;
        Ok(members.map(|members| Object(Cow::Borrowed(members))))
    }
}

/// Parses text that is one JSON value.
pub fn parse(text: &[u8]) -> Result<Value, Broken> {
    serde_json::from_slice(text).map_err(|error| Broken::Syntax(error.line(), error.column()))
}

/// Parses a list of objects.
pub fn parse_list(text: &[u8]) -> Result<Vec<Object<'static>>, Broken> {
    match parse(text)? {
        Value::Array(items) => items.into_iter().map(Object::of).collect(),
        _ => Err(Broken::NotAList),
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

/// A list of texts.
#[must_use]
pub fn texts(list: &[String]) -> Value {
    Value::Array(list.iter().map(|text| Value::from(text.as_str())).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Object<'static> {
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
