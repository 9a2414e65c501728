use std::borrow::Cow;

/// What stands for half a character: U+FFFD.
const REPLACEMENT: &[u8] = b"\\ufffd";

/// The length of `\ud83d`.
const ESCAPE: usize = 6;

/// The JSON text, with escapes that are half a character replaced. A text that
/// was cut at some length may end in one.
pub(super) fn mended(json: &[u8]) -> Cow<'_, [u8]> {
    let mut mended = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(next) = json
        .get(at..)
        .and_then(|rest| rest.iter().position(|it| *it == b'\\'))
    {
        at += next;
        let low = |at| unit(json, at).is_some_and(|unit| (0xdc00..0xe000).contains(&unit));
        match unit(json, at) {
            Some(0xd800..0xdc00) if low(at + ESCAPE) => at += 2 * ESCAPE,
            Some(0xd800..0xe000) => {
                mended.extend_from_slice(json.get(copied..at).unwrap_or_default());
                mended.extend_from_slice(REPLACEMENT);
                at += ESCAPE;
                copied = at;
            }
            _ => at += 2,
        }
    }
    if mended.is_empty() {
        return Cow::Borrowed(json);
    }
    mended.extend_from_slice(json.get(copied..).unwrap_or_default());
    Cow::Owned(mended)
}

/// The UTF-16 unit that is escaped here, if one is.
fn unit(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + ESCAPE)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mend(json: &str) -> String {
        String::from_utf8(mended(json.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn half_a_character_is_replaced_and_a_whole_one_stays() {
        let replaced = "\"a\\ufffdb\"";
        for half in ["\"a\\ud83db\"", "\"a\\uDE00b\""] {
            assert_eq!(mend(half), replaced);
        }
        assert_eq!(
            mend(r#""\ud83d\ud83d\ude00\ud83d""#),
            r#""\ufffd\ud83d\ude00\ufffd""#
        );
        for whole in [r#""\ud83d\uDE00 \u00e9 \\ud83d \"""#, "[1, \"é\"]", "\"\\"] {
            assert_eq!(mend(whole), whole);
        }
    }
}
