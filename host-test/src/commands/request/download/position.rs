use jira_host::types::Field;

use super::{PIECE, RANGE_NOT_SATISFIABLE};
use crate::exit::{Exit, Failure};

/// Where the pieces are shorter than usual, a file is fetched in so many at most:
/// each is a request.
const MOST_PIECES: u64 = 1_000;

/// How far a file is fetched.
#[derive(Debug)]
pub(super) struct Position {
    bytes: u64,
    piece: u64,
    /// As the first piece told.
    file: Option<Version>,
}

/// A file at one time. All pieces are of the same.
#[derive(Debug, PartialEq, Eq)]
struct Version {
    total: u64,
    entity_tag: Option<String>,
    last_modified: Option<String>,
}

impl Position {
    /// Nothing is fetched yet, and what comes comes in pieces of this length.
    pub(super) fn beginning(piece: u64) -> Self {
        Position {
            bytes: 0,
            piece: piece.max(1),
            file: None,
        }
    }

    pub(super) fn is_beginning(&self) -> bool {
        self.file.is_none()
    }

    pub(super) fn is_end(&self) -> bool {
        self.file
            .as_ref()
            .is_some_and(|file| file.total == self.bytes)
    }

    /// How much is fetched.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How long the file is, as far as that is known.
    pub(super) fn total(&self) -> u64 {
        self.file.as_ref().map_or(0, |file| file.total)
    }

    /// Whether an answer of this status says that the file is empty: every other
    /// one has a first byte.
    pub(super) fn is_empty_file(&self, status: u16) -> bool {
        self.is_beginning() && status == RANGE_NOT_SATISFIABLE
    }

    /// What asks for the next piece, and only for one of the same file
    /// (RFC 9110 sections 14.2 and 13.1.5).
    pub(super) fn headers(&self) -> Vec<Field> {
        let last = self.bytes.saturating_add(self.piece - 1);
        let range = format!("bytes={}-{last}", self.bytes);
        let mut headers = vec![("Range".to_owned(), range)];
        let tag = self.file.as_ref().and_then(|file| file.entity_tag.as_ref());
        if let Some(tag) = tag.filter(|tag| !tag.starts_with("W/")) {
            headers.push(("If-Range".to_owned(), tag.clone()));
        }
        headers
    }

    /// Goes on to after this piece, if it is the one that was asked for.
    pub(super) fn take(&mut self, headers: &[Field], length: usize) -> Result<(), Failure> {
        let of_name = |name| {
            let header = headers.iter().find(|(it, _)| it == name);
            header.map(|(_, value)| value.clone())
        };
        let told = of_name("content-range").unwrap_or_default();
        let Some((first, last, total)) = content_range(&told) else {
            return Err(unexpected(&told));
        };
        let file = Version {
            total,
            entity_tag: of_name("etag"),
            last_modified: of_name("last-modified"),
        };
        if self.file.as_ref().is_some_and(|before| *before != file) {
            return Err(changed());
        }
        let end = self.bytes.saturating_add(self.piece).min(total);
        let length = u64::try_from(length).ok();
        let is_all_there = length.and_then(|it| first.checked_add(it)) == Some(end);
        if first != self.bytes || last.checked_add(1) != Some(end) || !is_all_there {
            return Err(unexpected(&told));
        }
        self.bytes = end;
        self.file = Some(file);
        Ok(())
    }

    /// Refuses a file that is much longer than the pieces are.
    pub(super) fn check_pieces(&self) -> Result<(), Failure> {
        let (total, piece) = (self.total(), self.piece);
        let pieces = total.div_ceil(piece);
        if pieces <= MOST_PIECES || piece >= PIECE {
            return Ok(());
        }
        let least = total.div_ceil(MOST_PIECES);
        let message = format!(
            "the file has {total} bytes, which in pieces of {piece} would be {pieces} requests, \
             more than {MOST_PIECES}"
        );
        let hint = format!("accept more at once, with `--max-bytes {least}` or more");
        Err(Failure::new(Exit::Limit, message).with_hint(hint))
    }
}

/// `bytes 0-99/1234`: the first, the last, and how many there are, which are more
/// than the last.
fn content_range(told: &str) -> Option<(u64, u64, u64)> {
    let (range, total) = told.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, total) = (number(first)?, number(last)?, number(total)?);
    (first <= last && last < total).then_some((first, last, total))
}

fn number(digits: &str) -> Option<u64> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

/// The failure of a file that is another one now.
pub(super) fn changed() -> Failure {
    let message = "the file changed while it was fetched, so nothing of it is kept";
    Failure::new(Exit::Other, message).with_hint("fetch it once more, with the same command")
}

fn unexpected(told: &str) -> Failure {
    let message = format!(
        "the answer is a piece of a file (206), and not the one that was asked for: \
         its Content-Range is `{told}`"
    );
    Failure::new(Exit::UnexpectedResponse, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(fields: &[(&str, &str)]) -> Vec<Field> {
        let field = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        fields.iter().map(field).collect()
    }

    fn take(position: &mut Position, range: &str, tag: &str, length: usize) -> Result<(), Failure> {
        position.take(&fields(&[("content-range", range), ("etag", tag)]), length)
    }

    #[test]
    fn a_thousand_short_pieces_are_fetched_and_not_one_more() {
        for (total, is_fetched) in [(10_000, true), (10_001, false)] {
            let mut position = Position::beginning(10);
            let range = format!("bytes 0-9/{total}");
            take(&mut position, &range, "\"a\"", 10).unwrap();
            assert_eq!(position.check_pieces().is_ok(), is_fetched, "{total}");
        }
        let mut position = Position::beginning(PIECE);
        let total = (MOST_PIECES + 1) * PIECE;
        let range = format!("bytes 0-{}/{total}", PIECE - 1);
        take(&mut position, &range, "\"a\"", PIECE as usize).unwrap();
        assert!(position.check_pieces().is_ok());
    }

    #[test]
    fn a_file_is_asked_for_piece_by_piece_to_its_end() {
        let mut position = Position::beginning(10);
        assert_eq!(position.headers(), fields(&[("Range", "bytes=0-9")]));
        take(&mut position, "bytes 0-9/13", "\"a\"", 10).unwrap();
        let next = fields(&[("Range", "bytes=10-19"), ("If-Range", "\"a\"")]);
        assert_eq!(position.headers(), next);
        assert!(!position.is_end());
        take(&mut position, "bytes 10-12/13", "\"a\"", 3).unwrap();
        assert!(position.is_end());
        assert_eq!((position.bytes(), position.total()), (13, 13));
    }

    #[test]
    fn a_weak_tag_is_compared_and_not_sent() {
        let mut position = Position::beginning(1);
        take(&mut position, "bytes 0-0/3", "W/\"a\"", 1).unwrap();
        assert_eq!(position.headers(), fields(&[("Range", "bytes=1-1")]));
        let failure = take(&mut position, "bytes 1-1/3", "W/\"b\"", 1).unwrap_err();
        assert!(failure.message().contains("the file changed"));
    }

    #[test]
    fn a_piece_of_a_file_that_changed_is_not_taken() {
        for (range, tag) in [("bytes 1-1/3", "\"b\""), ("bytes 1-1/4", "\"a\"")] {
            let mut position = Position::beginning(1);
            take(&mut position, "bytes 0-0/3", "\"a\"", 1).unwrap();
            let failure = take(&mut position, range, tag, 1).unwrap_err();
            assert!(failure.message().contains("the file changed"), "{failure}");
            assert_eq!(position.bytes(), 1);
        }
    }

    #[test]
    fn a_piece_that_was_not_asked_for_is_not_taken() {
        for (range, length) in [
            ("", 10),
            ("bytes 1-10/13", 10),
            ("bytes 0-9/13", 9),
            ("bytes 0-8/13", 9),
            ("bytes 0-12/13", 13),
            ("bytes 0-9/*", 10),
            ("bytes 0-9/9", 10),
            ("bytes 9-0/13", 10),
            ("bytes +0-9/13", 10),
            ("bytes 0-9/99999999999999999999", 10),
            ("lines 0-9/13", 10),
        ] {
            let mut position = Position::beginning(10);
            let failure = take(&mut position, range, "\"a\"", length).unwrap_err();
            assert_eq!(failure.exit(), Exit::UnexpectedResponse, "{range}");
            assert!(failure.message().ends_with(&format!("`{range}`")));
            assert!(position.is_beginning());
        }
    }

    #[test]
    fn only_a_file_without_a_first_byte_is_empty() {
        let mut position = Position::beginning(1);
        assert!(position.is_empty_file(416) && !position.is_empty_file(404));
        take(&mut position, "bytes 0-0/3", "\"a\"", 1).unwrap();
        assert!(!position.is_empty_file(416));
    }
}
