//! JSON read without building anything: where values begin and end.
//!
//! One pass, no recursion, no allocation. Inside strings eight bytes are
//! looked at together: most of an answer is strings. That the text is UTF-8 is
//! known by its type, so what is left to check is RFC 8259's grammar.

/// How deep arrays and objects may be nested, which is as deep as JSON
/// libraries commonly read them.
pub const MAX_DEPTH: usize = 128;

/// Not JSON, or nested too deeply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

/// The place of the next byte that is no whitespace, and that byte.
#[inline(always)]
pub fn peek(text: &[u8], mut at: usize) -> (usize, u8) {
    loop {
        match text.get(at) {
            Some(b' ' | b'\n' | b'\r' | b'\t') => at += 1,
            Some(byte) => return (at, *byte),
            // No JSON has a NUL outside of strings, nor inside.
            None => return (at, 0),
        }
    }
}

/// Where the value ends that begins at the next byte that is no whitespace.
pub fn value_end(text: &[u8], mut at: usize) -> Result<usize, Broken> {
    let mut is_object = [false; MAX_DEPTH];
    let mut depth = 0;
    loop {
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
                    *is_object.get_mut(depth).ok_or(Broken)? = byte == b'{';
                    depth += 1;
                    if byte == b'{' {
                        at = name_end(text, at)?;
                    }
                    continue;
                }
            }
            b't' => at = word_end(text, start, b"true")?,
            b'f' => at = word_end(text, start, b"false")?,
            b'n' => at = word_end(text, start, b"null")?,
            _ => at = number_end(text, start)?,
        }
        loop {
            let Some(outer) = depth.checked_sub(1) else {
                return Ok(at);
            };
            let in_object = is_object.get(outer).copied().unwrap_or_default();
            let (end, byte) = peek(text, at);
            at = end + 1;
            match byte {
                b',' if in_object => {
                    at = name_end(text, at)?;
                    break;
                }
                b',' => break,
                b'}' if in_object => depth = outer,
                b']' if !in_object => depth = outer,
                _ => return Err(Broken),
            }
        }
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
pub fn string_end(text: &[u8], mut at: usize) -> Result<usize, Broken> {
    loop {
        while let Some(word) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
            let special = specials(u64::from_le_bytes(*word));
            if special != 0 {
                at += (special.trailing_zeros() / 8) as usize;
                break;
            }
            at += 8;
        }
        match text.get(at).ok_or(Broken)? {
            b'"' => return Ok(at + 1),
            b'\\' => at = escape_end(text, at + 1)?,
            0..0x20 => return Err(Broken),
            _ => at += 1,
        }
    }
}

/// The high bits of the bytes that are a quote, a backslash or a control
/// character. Above the lowest of them others may be marked wrongly.
#[inline(always)]
const fn specials(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES * 0x80;
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    (quote.wrapping_sub(ONES) & !quote
        | backslash.wrapping_sub(ONES) & !backslash
        | word.wrapping_sub(ONES * 0x20) & !word)
        & HIGH
}

/// Behind what follows a backslash.
fn escape_end(text: &[u8], at: usize) -> Result<usize, Broken> {
    match text.get(at) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 1),
        Some(b'u') => match text.get(at + 1..at + 5) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(at + 5),
            _ => Err(Broken),
        },
        _ => Err(Broken),
    }
}

fn word_end(text: &[u8], at: usize, word: &[u8]) -> Result<usize, Broken> {
    match text.get(at..).is_some_and(|rest| rest.starts_with(word)) {
        true => Ok(at + word.len()),
        false => Err(Broken),
    }
}

fn number_end(text: &[u8], mut at: usize) -> Result<usize, Broken> {
    if text.get(at) == Some(&b'-') {
        at += 1;
    }
    at = match text.get(at) {
        Some(b'0') => at + 1,
        _ => digits_end(text, at)?,
    };
    if text.get(at) == Some(&b'.') {
        at = digits_end(text, at + 1)?;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        at += 1;
        if let Some(b'+' | b'-') = text.get(at) {
            at += 1;
        }
        at = digits_end(text, at)?;
    }
    Ok(at)
}

/// Behind at least one digit.
fn digits_end(text: &[u8], start: usize) -> Result<usize, Broken> {
    let mut at = start;
    while text.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    match at == start {
        true => Err(Broken),
        false => Ok(at),
    }
}
