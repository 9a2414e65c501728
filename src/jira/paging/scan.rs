//! JSON read without building anything: where values begin and end.
//!
//! One pass, no recursion, no allocation. Inside strings a block of bytes is
//! looked at together: most of an answer is strings. What is read to its end is
//! JSON as RFC 8259 has it, and so UTF-8: outside of strings its grammar has
//! nothing but ASCII.

mod block;

use block::{BLOCK_BYTES, Seen};

/// How deep arrays and objects may be nested, which is as deep as JSON
/// libraries commonly read them.
pub const MAX_DEPTH: usize = 128;

/// Not JSON, or nested too deeply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

/// The byte at a place. At the end it is NUL, which no JSON has outside of
/// strings, nor inside.
#[inline(always)]
fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

/// The place of the next byte that is no whitespace, and that byte.
#[inline(always)]
pub fn peek(text: &[u8], mut at: usize) -> (usize, u8) {
    loop {
        match byte(text, at) {
            b' ' | b'\n' | b'\r' | b'\t' => at += 1,
            byte => return (at, byte),
        }
    }
}

/// Where the value ends that begins at the next byte that is no whitespace.
pub fn value_end(text: &[u8], mut at: usize) -> Result<usize, Broken> {
    let mut nesting = Nesting::default();
    'value: loop {
        let (start, byte) = peek(text, at);
        at = start + 1;
        match byte {
            b'"' => at = string_end(text, at)?,
            b'{' | b'[' => {
                let (inner, first) = peek(text, at);
                // `}` and `]` are two behind `{` and `[`.
                if first == byte + 2 {
                    at = inner + 1;
                } else {
                    nesting.open(byte == b'{')?;
                    if byte == b'[' {
                        continue;
                    }
                    match members_end(text, at)? {
                        Reached::Value(value) => {
                            at = value;
                            continue;
                        }
                        Reached::End(end) => at = end,
                    }
                }
            }
            b't' => at = word_end(text, start, *b"true")?,
            b'f' => at = word_end(text, at, *b"alse")?,
            b'n' => at = word_end(text, start, *b"null")?,
            _ => at = number_end(text, start)?,
        }
        loop {
            if nesting.depth == 0 {
                return Ok(at);
            }
            let (end, byte) = peek(text, at);
            at = end + 1;
            match (byte, nesting.is_in_object()) {
                (b',', true) => match members_end(text, at)? {
                    Reached::Value(value) => {
                        at = value;
                        continue 'value;
                    }
                    Reached::End(end) => at = end,
                },
                (b',', false) => continue 'value,
                (b'}', true) | (b']', false) => nesting.close(),
                _ => return Err(Broken),
            }
        }
    }
}

/// Where some members of an object end.
enum Reached {
    /// At a value that is still to be read.
    Value(usize),
    /// Behind a value that no other member follows.
    End(usize),
}

/// Behind the members from here on whose values are strings, which most are.
#[inline(always)]
fn members_end(text: &[u8], mut at: usize) -> Result<Reached, Broken> {
    loop {
        let (value, first) = peek(text, name_end(text, at)?);
        if first != b'"' {
            return Ok(Reached::Value(value));
        }
        let end = string_end(text, value + 1)?;
        let (comma, byte) = peek(text, end);
        if byte != b',' {
            return Ok(Reached::End(end));
        }
        at = comma + 1;
    }
}

/// What is open: arrays and objects within each other.
#[derive(Default)]
struct Nesting {
    depth: usize,
    /// A bit for each, the innermost the lowest: whether it is an object.
    is_object: u128,
}

impl Nesting {
    #[inline(always)]
    fn open(&mut self, is_object: bool) -> Result<(), Broken> {
        if self.depth == MAX_DEPTH {
            return Err(Broken);
        }
        self.depth += 1;
        self.is_object = self.is_object << 1 | u128::from(is_object);
        Ok(())
    }

    #[inline(always)]
    const fn close(&mut self) {
        self.depth -= 1;
        self.is_object >>= 1;
    }

    #[inline(always)]
    const fn is_in_object(&self) -> bool {
        self.is_object & 1 == 1
    }
}

/// Behind the colon of a member's name.
#[inline(always)]
fn name_end(text: &[u8], at: usize) -> Result<usize, Broken> {
    let (at, quote) = peek(text, at);
    if quote != b'"' {
        return Err(Broken);
    }
    let (at, colon) = peek(text, string_end(text, at + 1)?);
    match colon {
        b':' => Ok(at + 1),
        _ => Err(Broken),
    }
}

/// Behind the quote that ends a string, from behind the one that begins it.
/// Most strings end within a block, and have neither escapes nor letters beyond
/// ASCII.
#[inline(always)]
pub fn string_end(text: &[u8], start: usize) -> Result<usize, Broken> {
    if let Some(block) = block(text, start) {
        let block = Seen::of(block);
        let end = start + block.plain;
        if block.is_ascii && byte(text, end) == b'"' {
            return Ok(end + 1);
        }
    }
    long_string_end(text, start)
}

fn long_string_end(text: &[u8], start: usize) -> Result<usize, Broken> {
    let mut at = start;
    let mut is_ascii = true;
    loop {
        while let Some(block) = block(text, at) {
            let block = Seen::of(block);
            is_ascii &= block.is_ascii;
            at += block.plain;
            if block.plain < BLOCK_BYTES {
                break;
            }
        }
        match byte(text, at) {
            b'"' => break,
            b'\\' => at = escape_end(text, at + 1)?,
            0..0x20 => return Err(Broken),
            byte => {
                is_ascii &= byte.is_ascii();
                at += 1;
            }
        }
    }
    let is_text = is_ascii || core::str::from_utf8(text.get(start..at).unwrap_or_default()).is_ok();
    match is_text {
        true => Ok(at + 1),
        false => Err(Broken),
    }
}

#[inline(always)]
fn block(text: &[u8], at: usize) -> Option<&[u8; BLOCK_BYTES]> {
    text.get(at..)?.first_chunk()
}

/// Behind what follows a backslash.
fn escape_end(text: &[u8], at: usize) -> Result<usize, Broken> {
    match byte(text, at) {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(at + 1),
        b'u' => match text.get(at + 1..at + 5) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(at + 5),
            _ => Err(Broken),
        },
        _ => Err(Broken),
    }
}

#[inline(always)]
fn word_end(text: &[u8], at: usize, word: [u8; 4]) -> Result<usize, Broken> {
    let found: Option<&[u8; 4]> = text.get(at..).and_then(<[u8]>::first_chunk);
    match found {
        Some(found) if u32::from_le_bytes(*found) == u32::from_le_bytes(word) => Ok(at + 4),
        _ => Err(Broken),
    }
}

fn number_end(text: &[u8], mut at: usize) -> Result<usize, Broken> {
    if byte(text, at) == b'-' {
        at += 1;
    }
    at = match byte(text, at) {
        b'0' => at + 1,
        _ => digits_end(text, at)?,
    };
    if byte(text, at) == b'.' {
        at = digits_end(text, at + 1)?;
    }
    if let b'e' | b'E' = byte(text, at) {
        at += 1;
        if let b'+' | b'-' = byte(text, at) {
            at += 1;
        }
        at = digits_end(text, at)?;
    }
    Ok(at)
}

/// Behind at least one digit.
fn digits_end(text: &[u8], start: usize) -> Result<usize, Broken> {
    let mut at = start;
    while byte(text, at).is_ascii_digit() {
        at += 1;
    }
    match at == start {
        true => Err(Broken),
        false => Ok(at),
    }
}
