//! JSON as text that is laid out and coloured anew, token by token: numbers,
//! escapes, repeated names and their order stay as they came.

mod colour;

use std::io::Write;

use anstyle::Style;

/// How many columns a level is set in.
const INDENT: usize = 2;

/// Levels below this one are set in no further. An answer of nothing but
/// brackets would otherwise be written with the square of its length.
const DEEPEST_INDENT: usize = 64;

/// How JSON is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Format {
    /// On lines of its own for each member and item.
    pub(super) is_indented: bool,
    pub(super) has_colour: bool,
    /// With characters that could steer a terminal escaped, which JSON may
    /// always do and need not.
    pub(super) is_for_terminal: bool,
}

impl Format {
    /// Every byte as it came.
    pub(super) fn is_plain(self) -> bool {
        self == Format::default()
    }
}

/// Writes JSON in a format, however it is cut into parts. What is no JSON comes
/// out in no order that means anything.
#[derive(Debug)]
pub(super) struct Printer {
    format: Format,
    open: Vec<Container>,
    within: Token,
    style: Style,
}

#[derive(Debug)]
struct Container {
    is_object: bool,
    has_items: bool,
    /// Of an object: a name was there, and its value comes.
    wants_value: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    None,
    /// A number, or a word.
    Bare,
    Text(After),
}

/// What came just before within a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Any,
    Backslash,
    /// The first byte of U+0080 to U+00BF. The half of them steers terminals.
    C2,
}

impl Printer {
    pub(super) fn new(format: Format) -> Self {
        Printer {
            format,
            open: Vec::new(),
            within: Token::None,
            style: Style::new(),
        }
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Writes a part of a document.
    pub(super) fn print(&mut self, part: &[u8], to: &mut Vec<u8>) {
        if self.format.is_plain() {
            return to.extend_from_slice(part);
        }
        for byte in part {
            match self.within {
                Token::Text(after) => self.text(after, *byte, to),
                Token::Bare if is_bare(*byte) => to.push(*byte),
                Token::Bare => {
                    self.end_token(to);
                    self.begin(*byte, to);
                }
                Token::None => self.begin(*byte, to),
            }
        }
    }

    /// Ends the document. What comes next is another one.
    pub(super) fn end(&mut self, to: &mut Vec<u8>) {
        if self.within != Token::None {
            self.end_token(to);
        }
        self.open.clear();
    }

    fn begin(&mut self, byte: u8, to: &mut Vec<u8>) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' if self.format.is_indented => {}
            b' ' | b'\t' | b'\r' | b'\n' => to.push(byte),
            b'{' | b'[' => {
                self.enter_item(to);
                to.push(byte);
                self.open.push(Container {
                    is_object: byte == b'{',
                    has_items: false,
                    wants_value: false,
                });
            }
            b'}' | b']' => {
                if self.open.pop().is_some_and(|closed| closed.has_items) {
                    self.new_line(to);
                }
                to.push(byte);
            }
            b',' => {
                to.push(byte);
                self.expect_value(false);
                self.new_line(to);
            }
            b':' => {
                to.push(byte);
                self.expect_value(true);
                if self.format.is_indented {
                    to.push(b' ');
                }
            }
            _ => self.begin_token(byte, to),
        }
    }

    fn begin_token(&mut self, byte: u8, to: &mut Vec<u8>) {
        let object = self.open.last().filter(|it| it.is_object);
        let is_name = object.is_some_and(|it| !it.wants_value);
        self.enter_item(to);
        self.style = match byte {
            _ if !self.format.has_colour => Style::new(),
            b'"' if is_name => colour::NAME,
            b'"' => colour::TEXT,
            b'n' => colour::NULL,
            b't' | b'f' => colour::BOOLEAN,
            _ => colour::NUMBER,
        };
        // A vector takes everything.
        let _ = write!(to, "{}", self.style);
        to.push(byte);
        self.within = match byte {
            b'"' => Token::Text(After::Any),
            _ => Token::Bare,
        };
    }

    fn end_token(&mut self, to: &mut Vec<u8>) {
        let _ = write!(to, "{:#}", self.style);
        self.within = Token::None;
    }

    fn text(&mut self, after: After, byte: u8, to: &mut Vec<u8>) {
        let is_guarded = self.format.is_for_terminal;
        self.within = Token::Text(match (after, byte) {
            (After::Backslash, _) => After::Any,
            (_, b'\\') => After::Backslash,
            (_, 0xc2) if is_guarded => After::C2,
            _ => After::Any,
        });
        if after == After::C2 && !matches!(byte, 0x80..=0x9f) {
            to.push(0xc2);
        }
        match byte {
            0x80..=0x9f if after == After::C2 => escape(byte, to),
            0x7f | ..0x20 if is_guarded => escape(byte, to),
            0xc2 if is_guarded => {}
            _ => to.push(byte),
        }
        if byte == b'"' && after != After::Backslash {
            self.end_token(to);
        }
    }

    /// The first item of a container is what makes it more than one line.
    fn enter_item(&mut self, to: &mut Vec<u8>) {
        if let Some(container) = self.open.last_mut()
            && !container.has_items
        {
            container.has_items = true;
            self.new_line(to);
        }
    }

    fn expect_value(&mut self, is_wanted: bool) {
        if let Some(container) = self.open.last_mut() {
            container.wants_value = is_wanted;
        }
    }

    fn new_line(&self, to: &mut Vec<u8>) {
        if self.format.is_indented {
            let columns = INDENT * self.open.len().min(DEEPEST_INDENT);
            to.push(b'\n');
            to.resize(to.len() + columns, b' ');
        }
    }
}

fn is_bare(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

fn escape(byte: u8, to: &mut Vec<u8>) {
    // A vector takes everything.
    let _ = write!(to, "\\u{byte:04x}");
}

#[cfg(test)]
mod tests;
