//! What a document is made of, seen from above: the members of an object and
//! of the objects right inside it, and the extent of their arrays.

use core::ops::Range;

use crate::jira::json::scan::{Broken, peek, string_end, value_end};

/// Objects with more members are no pages (Jira's have a dozen); nothing of
/// them is kept but that.
const MAX_MEMBERS: usize = 64;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outline {
    /// An array.
    Array(Items),
    /// An object.
    Object(Vec<Member>),
    /// A text, a number, or another single value.
    Other,
}

/// The items of an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Items {
    /// From the first byte of the first to the last byte of the last.
    pub bytes: Range<usize>,
    /// How many.
    pub count: u64,
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Where its name is, without quotes, as it is written.
    pub name: Range<usize>,
    /// Where its value is.
    pub value: Range<usize>,
    /// What its value is.
    pub shape: Shape,
}

/// What a member's value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// An array.
    Array(Items),
    /// An object; empty where it is not looked into.
    Object(Vec<Member>),
    /// A text, a number, or another single value.
    Scalar,
}

impl Outline {
    /// Reads a whole document. What is one is UTF-8, and so is all that is found
    /// in it.
    pub fn read(text: &[u8]) -> Result<Self, Broken> {
        let (at, first) = peek(text, 0);
        let (outline, end) = match first {
            b'[' => {
                let (items, end) = items(text, at + 1)?;
                (Self::Array(items), end)
            }
            b'{' => {
                let (members, end) = members(text, at + 1, true)?;
                (Self::Object(members), end)
            }
            _ => (Self::Other, value_end(text, at)?),
        };
        match peek(text, end).0 == text.len() {
            true => Ok(outline),
            false => Err(Broken),
        }
    }
}

/// The members of an object from behind its brace, and where it ends.
fn members(text: &[u8], mut at: usize, looks_inside: bool) -> Result<(Vec<Member>, usize), Broken> {
    let mut members = Vec::new();
    let mut count = 0;
    let (first, byte) = peek(text, at);
    if byte == b'}' {
        return Ok((members, first + 1));
    }
    loop {
        let member = member(text, at, looks_inside)?;
        let (end, byte) = peek(text, member.value.end);
        count += 1;
        if count <= MAX_MEMBERS {
            members.push(member);
        }
        at = end + 1;
        match byte {
            b',' => {}
            b'}' if count > MAX_MEMBERS => return Ok((Vec::new(), at)),
            b'}' => return Ok((members, at)),
            _ => return Err(Broken),
        }
    }
}

fn member(text: &[u8], at: usize, looks_inside: bool) -> Result<Member, Broken> {
    let start = expect(text, at, b'"')?;
    let end = string_end(text, start)?;
    let name = start..end - 1;
    let (start, first) = peek(text, expect(text, end, b':')?);
    let (shape, end) = match first {
        b'[' => {
            let (items, end) = items(text, start + 1)?;
            (Shape::Array(items), end)
        }
        b'{' if looks_inside => {
            let (members, end) = members(text, start + 1, false)?;
            (Shape::Object(members), end)
        }
        b'{' => (Shape::Object(Vec::new()), value_end(text, start)?),
        _ => (Shape::Scalar, value_end(text, start)?),
    };
    let value = start..end;
    Ok(Member { name, value, shape })
}

/// The items of an array from behind its bracket, and where it ends.
fn items(text: &[u8], at: usize) -> Result<(Items, usize), Broken> {
    let (start, byte) = peek(text, at);
    if byte == b']' {
        let items = Items {
            bytes: start..start,
            count: 0,
        };
        return Ok((items, start + 1));
    }
    let mut at = start;
    let mut count = 0;
    loop {
        let end = value_end(text, at)?;
        count += 1;
        let (behind, byte) = peek(text, end);
        at = behind + 1;
        match byte {
            b',' => {}
            b']' => {
                let bytes = start..end;
                return Ok((Items { bytes, count }, at));
            }
            _ => return Err(Broken),
        }
    }
}

fn expect(text: &[u8], at: usize, wanted: u8) -> Result<usize, Broken> {
    match peek(text, at) {
        (at, byte) if byte == wanted => Ok(at + 1),
        _ => Err(Broken),
    }
}

/// What is left of some items after a cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// What is kept.
    pub kept: Items,
    /// How many were left out at the beginning.
    pub skipped: u64,
    /// Whether some were left out at the end because of their bytes.
    pub is_too_long: bool,
}

impl Cut {
    /// All of them.
    #[must_use]
    pub fn nothing(items: &Items) -> Self {
        Self {
            kept: items.clone(),
            skipped: 0,
            is_too_long: false,
        }
    }
}

impl Items {
    /// The first of them, or nothing.
    #[must_use]
    pub fn first<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        let first = self.cut(text, 0, 1, u64::MAX).kept;
        text.get(first.bytes).unwrap_or_default()
    }

    /// Of these, all but the first `skip`, as long as they are no more than
    /// `max_count` and have no more than `max_bytes`.
    #[must_use]
    pub fn cut(&self, text: &[u8], skip: u64, max_count: u64, max_bytes: u64) -> Cut {
        let mut at = self.bytes.start;
        let mut skipped = 0;
        let mut kept = self.bytes.start..self.bytes.start;
        let mut count = 0;
        let mut is_too_long = false;
        for place in 0..self.count {
            let (start, _) = peek(text, at);
            // They were read before, so that they end is known.
            let Ok(end) = value_end(text, start) else {
                break;
            };
            at = peek(text, end).0 + 1;
            if place < skip {
                skipped += 1;
                continue;
            }
            if count == 0 {
                kept = start..start;
            }
            if count == max_count {
                break;
            }
            if (end - kept.start) as u64 > max_bytes {
                is_too_long = true;
                break;
            }
            kept.end = end;
            count += 1;
        }
        let kept = Items { bytes: kept, count };
        Cut {
            kept,
            skipped,
            is_too_long,
        }
    }
}
