//! What the escapes of a text stand for (RFC 8259 section 7).

use core::char::decode_utf16;

/// What a text says whose escapes were checked, without its quotes. One with
/// half of a surrogate pair says nothing.
pub fn unescaped(written: &str) -> Option<String> {
    let mut said = String::with_capacity(written.len());
    let mut rest = written;
    while let Some((plain, escape)) = rest.split_once('\\') {
        said.push_str(plain);
        let mut behind = escape.chars();
        said.push(match behind.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let (character, behind) = unicode(escape)?;
                said.push(character);
                rest = behind;
                continue;
            }
            itself => itself,
        });
        rest = behind.as_str();
    }
    said.push_str(rest);
    Some(said)
}

/// The character that one `uXXXX`, or two of them, stand for, and what is
/// behind.
fn unicode(escape: &str) -> Option<(char, &str)> {
    let (first, behind) = unit(escape)?;
    let second = behind.strip_prefix('\\').and_then(unit);
    if let Some(Ok(character)) = decode_utf16([first]).next() {
        return Some((character, behind));
    }
    let (second, behind) = second?;
    let pair = decode_utf16([first, second]).next()?;
    Some((pair.ok()?, behind))
}

fn unit(escape: &str) -> Option<(u16, &str)> {
    let digits = escape.strip_prefix('u')?.get(..4)?;
    let unit = u16::from_str_radix(digits, 16).ok()?;
    Some((unit, escape.get(5..)?))
}
