//! A JSON object, read member by member.

use core::fmt;
use std::borrow::Cow;

use super::{
    Broken, FromJson,
    nodes::{self, Node},
    part::Part,
    texts::Texts,
};
use crate::jira::instant::UnixMs;

/// How many digits the largest number has that is read.
const MAX_DIGITS: usize = 20;

/// A JSON object: a document, or a part of one.
pub struct Object<'a> {
    text: &'a str,
    nodes: Cow<'a, [Node]>,
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.members().map(|(name, _)| name.written());
        f.debug_list().entries(names).finish()
    }
}

impl<'a> Object<'a> {
    /// Parses text that is one JSON object.
    pub fn parse(text: &'a [u8]) -> Result<Self, Broken> {
        let (text, nodes) = read(text)?;
        let object = Self::new(text, Cow::Owned(nodes));
        match object.part().members() {
            Some(_) => Ok(object),
            None => Err(Broken::NotAnObject),
        }
    }

    pub(super) const fn new(text: &'a str, nodes: Cow<'a, [Node]>) -> Self {
        Self { text, nodes }
    }
}

impl Object<'_> {
    fn part(&self) -> Part<'_> {
        Part::new(self.text, &self.nodes)
    }

    /// The members in order: names, and values.
    pub fn members(&self) -> impl Iterator<Item = (Part<'_>, Part<'_>)> {
        let mut parts = self.part().members().into_iter().flatten();
        core::iter::from_fn(move || parts.next().zip(parts.next()))
    }

    /// A member; of several of the name, the last, as JSON libraries read it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Part<'_>> {
        let mut parts = self.part().members()?;
        let mut found = None;
        while let Some(own) = parts.next() {
            let value = parts.next();
            if own.says(name) {
                found = value;
            }
        }
        found
    }

    /// A member that may be absent or null.
    fn member<'a, T>(
        &'a self,
        name: &'static str,
        kind: &'static str,
        read: impl FnOnce(Part<'a>) -> Option<T>,
    ) -> Result<Option<T>, Broken> {
        match self.get(name).filter(|value| !value.is_null()) {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or(Broken::WrongKind(name, kind)),
        }
    }

    /// A text that may be absent.
    pub fn optional_text(&self, name: &'static str) -> Result<Option<String>, Broken> {
        self.member(name, "a text", owned_text)
    }

    /// A text.
    pub fn text(&self, name: &'static str) -> Result<String, Broken> {
        self.optional_text(name)?.ok_or(Broken::Missing(name))
    }

    /// A whole number that may be absent.
    pub fn optional_number(&self, name: &'static str) -> Result<Option<u64>, Broken> {
        self.member(name, "a whole number", Part::number)
    }

    /// A whole number.
    pub fn number(&self, name: &'static str) -> Result<u64, Broken> {
        self.optional_number(name)?.ok_or(Broken::Missing(name))
    }

    /// A point in time, in milliseconds, that may be absent.
    pub fn optional_instant(&self, name: &'static str) -> Result<Option<UnixMs>, Broken> {
        Ok(self.optional_number(name)?.map(UnixMs))
    }

    /// A number however it is written: whole, with a fraction or an exponent, or as
    /// a text. What is behind the point is left out.
    #[must_use]
    pub fn lenient_number(&self, name: &str) -> Option<u64> {
        let value = self.get(name)?;
        let text = value.text().unwrap_or(Cow::Borrowed(value.written()));
        let text = text.trim();
        text.parse().ok().or_else(|| whole_part(text))
    }

    /// True or false, or absent.
    pub fn optional_flag(&self, name: &'static str) -> Result<Option<bool>, Broken> {
        self.member(name, "true or false", Part::flag)
    }

    /// A list of texts; absent, it is empty.
    pub fn texts(&self, name: &'static str) -> Result<Vec<String>, Broken> {
        let list = self.member(name, "a list of texts", owned_texts);
        Ok(list?.unwrap_or_default())
    }

    /// The same, decoded when somebody looks at it.
    pub fn later_texts(&self, name: &'static str) -> Result<Texts, Broken> {
        let list = self.member(name, "a list of texts", Texts::read);
        Ok(list?.unwrap_or_default())
    }

    /// A list of objects that may be absent.
    pub fn optional_list<T: FromJson>(&self, name: &'static str) -> Result<Option<Vec<T>>, Broken> {
        let objects = self.member(name, "a list of objects", |value| {
            value.items()?.map(Part::object).collect::<Option<Vec<_>>>()
        });
        let Some(objects) = objects? else {
            return Ok(None);
        };
        let read = objects.iter().map(T::from_json);
        read.collect::<Result<_, _>>().map(Some)
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
        self.member(name, "an object", Part::object)
    }
}

/// Of a number that is not negative. The library's own way to a `f64` would take
/// 19 kB of the component.
fn whole_part(number: &str) -> Option<u64> {
    let (digits, exponent) = match number.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i16>().ok()?),
        None => (number, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() {
        return None;
    }
    let length = i64::try_from(whole.len()).ok()? + i64::from(exponent);
    let length = usize::try_from(length).unwrap_or_default();
    let digits = [whole, fraction].concat();
    if length > MAX_DIGITS || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let part = digits.chars().chain(core::iter::repeat('0')).take(length);
    match part.collect::<String>() {
        part if part.is_empty() => Some(0),
        part => part.parse().ok(),
    }
}

fn owned_texts(value: Part<'_>) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    for item in value.items()? {
        texts.push(owned_text(item)?);
    }
    Some(texts)
}

fn owned_text(value: Part<'_>) -> Option<String> {
    value.text().map(Cow::into_owned)
}

/// Parses text that is a list of objects, and reads each of them.
pub fn parse_list<T>(
    text: &[u8],
    read_one: impl Fn(&Object<'_>) -> Result<T, Broken>,
) -> Result<Vec<T>, Broken> {
    let (text, nodes) = read(text)?;
    let items = Part::new(text, &nodes).items().ok_or(Broken::NotAList)?;
    items
        .map(|item| read_one(&item.object().ok_or(Broken::NotAnObject)?))
        .collect()
}

fn read(text: &[u8]) -> Result<(&str, Vec<Node>), Broken> {
    let is_broken = |at| place(text, at);
    let read = core::str::from_utf8(text).map_err(|error| is_broken(error.valid_up_to()))?;
    Ok((read, nodes::read(text).map_err(is_broken)?))
}

/// A text that stands alone, decoded.
#[must_use]
pub fn text(written: &str) -> Option<String> {
    let nodes = nodes::read(written.as_bytes()).ok()?;
    owned_text(Part::new(written, &nodes))
}

/// A list of texts that stands alone, decoded.
pub fn texts_of(written: &str) -> Option<Vec<String>> {
    let nodes = nodes::read(written.as_bytes()).ok()?;
    owned_texts(Part::new(written, &nodes))
}

/// The line and column of a byte, counted from 1.
fn place(text: &[u8], at: usize) -> Broken {
    let before = text.get(..at).unwrap_or(text);
    let mut lines = before.split(|byte| *byte == b'\n');
    let column = lines.next_back().map_or(0, <[u8]>::len) + 1;
    Broken::Syntax(lines.count() + 1, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_so_from_a_line_and_column_on() {
        for (text, line, column) in [
            (&b""[..], 1, 1),
            (b"{", 1, 2),
            (b"{\n ?", 2, 2),
            (b"{\"a\":1,\n\n  }", 3, 3),
            (b"{\"a\" 1}", 1, 6),
            (b"{\"a\":\"never ends}", 1, 6),
            (b"{\"a\":01}", 1, 7),
            (b"{\"a\":\"\xff\"}", 1, 7),
            (b"{} x", 1, 4),
        ] {
            let broken = Object::parse(text).unwrap_err();
            assert_eq!(
                broken,
                Broken::Syntax(line, column),
                "{}",
                text.escape_ascii()
            );
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| {
            format!(
                "{}{}",
                "{\"a\":".repeat(depth),
                "[]".to_owned() + &"}".repeat(depth)
            )
        };
        assert!(Object::parse(nested(127).as_bytes()).is_ok());
        let too_deep = nested(128);
        assert_eq!(
            Object::parse(too_deep.as_bytes()).unwrap_err(),
            Broken::Syntax(1, 641)
        );
        let endless = "{\"a\":".repeat(100_000);
        assert!(Object::parse(endless.as_bytes()).is_err());
    }

    #[test]
    fn half_of_a_surrogate_pair_is_no_text() {
        for half in [
            "\\ud800",
            "\\ude00",
            "\\ud800\\u0061",
            "\\ud800a",
            "\\ude00\\ud83d",
        ] {
            let text = format!("{{\"a\":\"x{half}\",\"b\":1}}");
            let object = Object::parse(text.as_bytes()).unwrap();
            assert_eq!(
                object.text("a").unwrap_err(),
                Broken::WrongKind("a", "a text"),
                "{half}"
            );
            assert_eq!(object.number("b"), Ok(1));
        }
    }
}
