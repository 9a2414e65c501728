//! Items, written from a text in which few things change from one to the next.

use super::item::Item;
use crate::route::Visit;
use std::io::Write;

/// The id of the first item.
const FIRST_ID: usize = 10_000;
/// When the first item was made, in milliseconds; the others follow by the
/// second.
const FIRST_TIME: u64 = 1_438_013_671_562;
const STEP: u64 = 1000;

/// Texts that an encoder would write otherwise, letter for letter as they are
/// within the quotes of JSON.
const TITLES: [&str; 6] = [
    "Move the printer",
    "Umlauts: Gr\\u00f6\\u00dfe, \\u00dcbung, naïve",
    "A \\\"quoted\\\" one, with a \\/ and a \\\\",
    "日本語の表示を確認する",
    "Tabs\\tand\\nlines, \\ud83d\\ude80 and 🚀",
    "]}, {[ \\\"values\\\": [",
];

/// Numbers that an encoder would write otherwise.
const ODD: [&str; 6] = [
    "1.10",
    "1e2",
    "-0.0",
    "1E-7",
    "12345678901234567890",
    "0.30000000000000004",
];

/// A part of an item.
enum Piece {
    Text(String),
    Id,
    Number,
    Time,
    Account,
    Title,
    Odd,
}

/// An item, in which its number is still open.
pub(super) struct Template(Vec<Piece>);

impl Template {
    pub fn new(item: Item, visit: &Visit<'_>) -> Template {
        let platform = format!("{}/rest/api/{}", visit.base, visit.version);
        Template::read(item.text(), &platform, &visit.base)
    }

    /// What is between two `@` is what changes.
    fn read(text: &str, platform: &str, base: &str) -> Template {
        let mut pieces = Vec::new();
        let mut written = String::new();
        for (nth, part) in text.split('@').enumerate() {
            let piece = match part {
                _ if nth % 2 == 0 => {
                    written.push_str(part);
                    continue;
                }
                "platform" => {
                    written.push_str(platform);
                    continue;
                }
                "base" => {
                    written.push_str(base);
                    continue;
                }
                "id" => Piece::Id,
                "n" => Piece::Number,
                "time" => Piece::Time,
                "account" => Piece::Account,
                "title" => Piece::Title,
                _ => Piece::Odd,
            };
            pieces.extend([Piece::Text(std::mem::take(&mut written)), piece]);
        }
        pieces.push(Piece::Text(written));
        Template(pieces)
    }

    /// An array of the items of these numbers.
    pub fn write_all(&self, numbers: &[usize], out: &mut Vec<u8>) {
        out.push(b'[');
        for (nth, number) in numbers.iter().enumerate() {
            if nth > 0 {
                out.push(b',');
            }
            self.write(*number, out);
        }
        out.push(b']');
    }

    fn write(&self, number: usize, out: &mut Vec<u8>) {
        for piece in &self.0 {
            // Nothing fails that is written to memory.
            let _ = match piece {
                Piece::Text(text) => out.write_all(text.as_bytes()),
                Piece::Id => write!(out, "{}", FIRST_ID + number),
                Piece::Number => write!(out, "{}", number + 1),
                Piece::Time => write!(out, "{}", time_of(number)),
                Piece::Account => write!(out, "712020:{number:08x}-0000-4000-8000-0000000000ff"),
                Piece::Title => out.write_all(of(&TITLES, number).as_bytes()),
                Piece::Odd => out.write_all(of(&ODD, number).as_bytes()),
            };
        }
    }
}

fn of(texts: &'static [&'static str; 6], number: usize) -> &'static str {
    let text = number
        .checked_rem(texts.len())
        .and_then(|nth| texts.get(nth));
    text.copied().unwrap_or_default()
}

/// When the item at this place was made.
pub(super) fn time_of(place: usize) -> u64 {
    FIRST_TIME + STEP * place as u64
}

/// The place of the first item that was made after this time.
pub(super) fn time_place(time: u64) -> usize {
    match time.checked_sub(FIRST_TIME) {
        Some(since) => usize::try_from(since / STEP).map_or(usize::MAX, |place| place + 1),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn every_item_is_json_and_no_two_are_the_same() {
        for item in Item::ALL {
            let template = Template::read(item.text(), "https://a.example/rest/api/3", "b");
            let mut out = Vec::new();
            template.write_all(&(0..12).collect::<Vec<_>>(), &mut out);
            let items: Vec<Value> = serde_json::from_slice(&out).unwrap();
            assert_eq!(items.len(), 12);
            let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
            texts.sort();
            texts.dedup();
            assert_eq!(texts.len(), 12, "{item:?}");
            assert!(!String::from_utf8_lossy(&out).contains('@'), "{item:?}");
        }
    }

    #[test]
    fn an_issue_has_the_length_of_a_real_one() {
        let template = Template::read(
            Item::Issue.text(),
            "https://api.atlassian.com/ex/jira/11111111-aaaa-4bbb-8ccc-000000000001/rest/api/3",
            "",
        );
        let mut out = Vec::new();
        template.write(5000, &mut out);
        assert!((1850..2000).contains(&out.len()), "{}", out.len());
    }

    #[test]
    fn the_place_after_a_time_is_that_of_the_next_item() {
        assert_eq!(time_place(0), 0);
        assert_eq!(time_place(time_of(0) - 1), 0);
        assert_eq!(time_place(time_of(0)), 1);
        assert_eq!(time_place(time_of(7)), 8);
    }
}
