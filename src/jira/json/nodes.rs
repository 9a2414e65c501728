//! Where the values of a document begin and end, found in one pass.
//!
//! Nothing is copied or decoded: a record has dozens of values, and a call
//! looks at a few of them.

use super::scan::{MAX_DEPTH, Strings, peek, scalar_end};

/// What a value takes of a document, blanks and punctuation included, at a
/// guess: room for so many of them is made at once.
const BYTES_PER_NODE: usize = 16;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text or a name, without its quotes.
    Text,
    /// The same with escapes.
    EscapedText,
    /// An object. The nodes that follow are of each member the name and the
    /// value.
    Object,
    /// A list. The nodes that follow are its items.
    List,
    /// A number, true, false or null.
    Word,
}

/// A value, or the name of a member, as a range of the text.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it begins.
    pub start: usize,
    /// Behind its last byte.
    pub end: usize,
    /// How many nodes it is, with all that are inside and follow it.
    pub count: usize,
}

/// The nodes of text that is one value; or the place where it is broken.
pub fn read(text: &[u8]) -> Result<Vec<Node>, usize> {
    let mut reader = Reader {
        strings: Strings::from(text, 0),
        has_escapes: text.contains(&b'\\'),
        nodes: Vec::with_capacity(text.len() / BYTES_PER_NODE + 1),
    };
    let end = reader.value(0, 0)?;
    let (rest, _) = peek(text, end);
    match rest == text.len() {
        true => Ok(reader.nodes),
        false => Err(rest),
    }
}

struct Reader<'a> {
    strings: Strings<'a>,
    /// Whether there are any: most records have none.
    has_escapes: bool,
    nodes: Vec<Node>,
}

impl Reader<'_> {
    /// Reads the value that comes next, and says where it ends.
    fn value(&mut self, at: usize, depth: usize) -> Result<usize, usize> {
        let (start, first) = peek(self.strings.text, at);
        let (kind, bracket) = match first {
            b'"' => return self.text(start),
            b'{' => (Kind::Object, b'}'),
            b'[' => (Kind::List, b']'),
            _ => return self.word(start),
        };
        if depth == MAX_DEPTH {
            return Err(start);
        }
        let place = self.nodes.len();
        self.push(kind, start, start);
        let end = self.inside(start + 1, bracket, depth + 1)?;
        let count = self.nodes.len() - place;
        if let Some(node) = self.nodes.get_mut(place) {
            (node.end, node.count) = (end, count);
        }
        Ok(end)
    }

    /// Reads all up to the bracket that ends an object or a list.
    fn inside(&mut self, at: usize, bracket: u8, depth: usize) -> Result<usize, usize> {
        let (end, next) = peek(self.strings.text, at);
        if next == bracket {
            return Ok(end + 1);
        }
        let mut at = at;
        loop {
            if bracket == b'}' {
                at = self.name(at)?;
            }
            let (end, next) = peek(self.strings.text, self.value(at, depth)?);
            at = end + 1;
            match next {
                b',' => {}
                _ if next == bracket => return Ok(at),
                _ => return Err(end),
            }
        }
    }

    /// Reads a name and its colon.
    fn name(&mut self, at: usize) -> Result<usize, usize> {
        let (start, quote) = peek(self.strings.text, at);
        if quote != b'"' {
            return Err(start);
        }
        match peek(self.strings.text, self.text(start)?) {
            (colon, b':') => Ok(colon + 1),
            (other, _) => Err(other),
        }
    }

    fn text(&mut self, start: usize) -> Result<usize, usize> {
        let end = self.strings.end(start + 1).map_err(|_| start)?;
        let (first, last) = (start + 1, end - 1);
        let inside = self.strings.text.get(first..last).unwrap_or_default();
        let kind = match self.has_escapes && inside.contains(&b'\\') {
            true => Kind::EscapedText,
            false => Kind::Text,
        };
        self.push(kind, first, last);
        Ok(end)
    }

    fn word(&mut self, start: usize) -> Result<usize, usize> {
        let end = scalar_end(self.strings.text, start).map_err(|_| start)?;
        self.push(Kind::Word, start, end);
        Ok(end)
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.nodes.push(Node {
            kind,
            start,
            end,
            count: 1,
        });
    }
}
