//! Where strings end.

use core::fmt;

use super::{
    Broken, byte,
    marks::{BLOCK_BYTES, Block, Marks},
};

/// The strings of a text, one after the other. What was found out about a block is
/// kept, since several of them end in it.
pub struct Strings<'a> {
    /// The text.
    pub text: &'a [u8],
    block: usize,
    marks: Marks,
}

/// The place only: the text may be a secret.
impl fmt::Debug for Strings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Strings").field(&self.block).finish()
    }
}

impl<'a> Strings<'a> {
    /// Those from here on.
    pub fn from(text: &'a [u8], at: usize) -> Self {
        let marks = marks(text, at);
        let block = at;
        Self { text, block, marks }
    }

    /// Behind the quote that ends a string, from behind the one that begins it.
    /// Most end within a block, and have neither escapes nor letters beyond ASCII.
    #[inline(always)]
    pub fn end(&mut self, start: usize) -> Result<usize, Broken> {
        let marks = self.marks_from(start);
        if marks.special != 0 && marks.is_ascii_before_special() {
            let end = start + marks.special.trailing_zeros() as usize;
            if byte(self.text, end) == b'"' {
                return Ok(end + 1);
            }
        }
        self.long_end(start)
    }

    fn long_end(&mut self, start: usize) -> Result<usize, Broken> {
        let mut at = start;
        let mut foreign = None;
        loop {
            let marks = self.marks_from(at);
            if foreign.is_none() && !marks.is_ascii_before_special() {
                foreign = Some(at + marks.foreign.trailing_zeros() as usize);
            }
            if marks.special == 0 {
                at = self.block + BLOCK_BYTES;
                continue;
            }
            at += marks.special.trailing_zeros() as usize;
            match byte(self.text, at) {
                b'"' => break,
                b'\\' => at = escape_end(self.text, at + 1)?,
                _ => return Err(Broken),
            }
        }
        let foreign = foreign.and_then(|foreign| self.text.get(foreign..at));
        match core::str::from_utf8(foreign.unwrap_or_default()) {
            Ok(_) => Ok(at + 1),
            Err(_) => Err(Broken),
        }
    }

    /// The marks of the block that a place is in, without those before it.
    #[inline(always)]
    fn marks_from(&mut self, at: usize) -> Marks {
        let mut before = at.wrapping_sub(self.block);
        if before >= BLOCK_BYTES {
            self.marks = marks(self.text, at);
            self.block = at;
            before = 0;
        }
        Marks {
            special: self.marks.special >> before,
            foreign: self.marks.foreign >> before,
        }
    }
}

/// The marks of the block from here on. Where the text ends in it, control
/// characters follow: no string goes on there.
fn marks(text: &[u8], at: usize) -> Marks {
    let rest = text.get(at..).unwrap_or_default();
    match rest.as_chunks().0.first_chunk() {
        Some(block) => Marks::of(block),
        None => {
            let mut block = Block::default();
            for (byte, text) in block.as_flattened_mut().iter_mut().zip(rest) {
                *byte = *text;
            }
            Marks::of(&block)
        }
    }
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
