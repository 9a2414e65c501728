//! Standard output, in aligned lines.

use std::io::{self, Stdout, Write};

use anstream::AutoStream;
use anstyle::Style;

/// The column at which the text of a line begins.
const TEXT_COLUMN: usize = 15;

/// Writes lines and remembers their text. Colour is left out where the output
/// is not a terminal, or where `NO_COLOR` asks for it.
pub(crate) struct Output {
    stdout: AutoStream<Stdout>,
    written: String,
}

impl Output {
    pub(crate) fn new() -> Self {
        Output {
            stdout: anstream::stdout(),
            written: String::new(),
        }
    }

    /// A line that begins something.
    pub(crate) fn heading(&mut self, text: &str) -> io::Result<()> {
        self.styled(Style::new().bold(), text)?;
        self.plain("\n")
    }

    /// A line with a name. The text may have lines of its own.
    pub(crate) fn line(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.named(Style::new().dimmed(), name, text)
    }

    /// A line with a name that stands out.
    pub(crate) fn conclusion(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.named(Style::new().bold(), name, text)
    }

    /// A line with nothing on it.
    pub(crate) fn gap(&mut self) -> io::Result<()> {
        self.plain("\n")
    }

    /// The text of everything written so far.
    pub(crate) fn written(&self) -> &str {
        &self.written
    }

    fn named(&mut self, style: Style, name: &str, text: &str) -> io::Result<()> {
        let mut name = name;
        for line in text.lines() {
            self.plain("   ")?;
            self.styled(style, name)?;
            let gap = TEXT_COLUMN.saturating_sub(3 + name.len()).max(1);
            self.plain(&format!("{:gap$}{line}\n", ""))?;
            name = "";
        }
        Ok(())
    }

    fn styled(&mut self, style: Style, text: &str) -> io::Result<()> {
        self.written.push_str(text);
        write!(self.stdout, "{style}{text}{style:#}")
    }

    fn plain(&mut self, text: &str) -> io::Result<()> {
        self.written.push_str(text);
        self.stdout.write_all(text.as_bytes())
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(412_345), "412,345");
        assert_eq!(grouped(1_000_000), "1,000,000");
    }
}
