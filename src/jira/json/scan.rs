//! JSON read without building anything: where values begin and end.
//!
//! One pass, no recursion, no allocation. Inside strings a block of bytes is
//! looked at together: most of an answer is strings. What is read to its end is
//! JSON as RFC 8259 has it, and so UTF-8: outside of strings its grammar has
//! nothing but ASCII.

mod marks;
mod strings;

pub use strings::Strings;

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

/// The place of the next byte that is no whitespace, and that byte. Mostly it is
/// the very next; a loop would cost more than that, because hosts look in each
/// turn of it whether a call has to stop.
#[inline(always)]
pub fn peek(text: &[u8], at: usize) -> (usize, u8) {
    match byte(text, at) {
        0..=b' ' => peek_far(text, at),
        byte => (at, byte),
    }
}

#[inline(never)]
fn peek_far(text: &[u8], mut at: usize) -> (usize, u8) {
    loop {
        match byte(text, at) {
            b' ' | b'\n' | b'\r' | b'\t' => at += 1,
            byte => return (at, byte),
        }
    }
}

/// Where the value ends that begins at the next byte that is no whitespace.
pub fn value_end(text: &[u8], mut at: usize) -> Result<usize, Broken> {
    let mut strings = Strings::from(text, at);
    let mut nesting = Nesting::default();
    'value: loop {
        let (start, byte) = peek(text, at);
        at = start + 1;
        match byte {
            b'"' => at = strings.end(at)?,
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
                    match members_end(&mut strings, at)? {
                        Reached::Value(value) => {
                            at = value;
                            continue;
                        }
                        Reached::End(end) => at = end,
                    }
                }
            }
            _ => at = scalar_end(text, start)?,
        }
        loop {
            if nesting.depth == 0 {
                return Ok(at);
            }
            let (end, byte) = peek(text, at);
            at = end + 1;
            match (byte, nesting.is_in_object()) {
                (b',', true) => match members_end(&mut strings, at)? {
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
fn members_end(strings: &mut Strings<'_>, mut at: usize) -> Result<Reached, Broken> {
    loop {
        let (value, first) = peek(strings.text, name_end(strings, at)?);
        if first != b'"' {
            return Ok(Reached::Value(value));
        }
        let end = strings.end(value + 1)?;
        let (comma, byte) = peek(strings.text, end);
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
fn name_end(strings: &mut Strings<'_>, at: usize) -> Result<usize, Broken> {
    let (at, quote) = peek(strings.text, at);
    if quote != b'"' {
        return Err(Broken);
    }
    let (at, colon) = peek(strings.text, strings.end(at + 1)?);
    match colon {
        b':' => Ok(at + 1),
        _ => Err(Broken),
    }
}

/// Behind the quote that ends a string, from behind the one that begins it.
pub fn string_end(text: &[u8], start: usize) -> Result<usize, Broken> {
    Strings::from(text, start).end(start)
}

/// Behind a number, true, false or null that begins here.
#[inline(always)]
pub fn scalar_end(text: &[u8], start: usize) -> Result<usize, Broken> {
    match byte(text, start) {
        b't' => word_end(text, start, *b"true"),
        b'f' => word_end(text, start + 1, *b"alse"),
        b'n' => word_end(text, start, *b"null"),
        _ => number_end(text, start),
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
