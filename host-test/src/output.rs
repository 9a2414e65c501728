//! Standard output: aligned lines, tables, or JSON.

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
        for line in printable(text).lines() {
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
        write!(self.stdout, "{style}{text}{style:#}").map_err(of_stdout)
    }

    fn plain(&mut self, text: &str) -> io::Result<()> {
        self.written.push_str(text);
        self.stdout.write_all(text.as_bytes()).map_err(of_stdout)
    }
}

/// Rows under a heading, each column as wide as its widest text.
pub(crate) struct Table<const COLUMNS: usize> {
    rows: Vec<[String; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    pub(crate) fn new(heading: [&str; COLUMNS]) -> Self {
        Table {
            rows: vec![heading.map(str::to_owned)],
        }
    }

    pub(crate) fn row(&mut self, texts: [&str; COLUMNS]) {
        self.rows.push(texts.map(printable));
    }

    pub(crate) fn write(&self) -> io::Result<()> {
        let mut stdout = anstream::stdout();
        for line in self.lines() {
            writeln!(stdout, "{line}").map_err(of_stdout)?;
        }
        stdout.flush().map_err(of_stdout)
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        let mut widths = [0; COLUMNS];
        for row in &self.rows {
            for (width, text) in widths.iter_mut().zip(row) {
                *width = text.chars().count().max(*width);
            }
        }
        self.rows.iter().map(move |row| {
            let cells = row.iter().zip(widths);
            let cells = cells.map(|(text, width)| format!("{text:width$}  "));
            cells.collect::<String>().trim_end().to_owned()
        })
    }
}

/// Writes a value as one JSON document.
pub(crate) fn json(value: &serde_json::Value) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let written = writeln!(stdout, "{value:#}");
    written.and_then(|()| stdout.flush()).map_err(of_stdout)
}

/// Writes each text on a line of its own.
pub(crate) fn lines(texts: &[String]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    for text in texts {
        writeln!(stdout, "{}", printable(text)).map_err(of_stdout)?;
    }
    stdout.flush().map_err(of_stdout)
}

/// Why standard output takes no more, with its name.
fn of_stdout(error: io::Error) -> io::Error {
    let why = format!("cannot write to standard output: {error}");
    io::Error::new(error.kind(), why)
}

/// The text without what could steer a terminal. Names and messages come from
/// other people.
pub(crate) fn printable(text: &str) -> String {
    let steers = |character: char| character.is_control() && !matches!(character, '\n' | '\t');
    text.replace(steers, "\u{fffd}")
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

/// So many of something, in its words for one and for any other number.
pub(crate) fn counted(count: impl TryInto<usize>, one: &str, many: &str) -> String {
    match count.try_into().unwrap_or(usize::MAX) {
        1 => format!("1 {one}"),
        count => format!("{} {many}", grouped(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_told_in_the_singular() {
        let counted = |count: u32| counted(count, "account is new", "accounts are new");
        assert_eq!(counted(0), "0 accounts are new");
        assert_eq!(counted(1), "1 account is new");
        assert_eq!(counted(1_234), "1,234 accounts are new");
    }

    #[test]
    fn a_column_is_as_wide_as_its_widest_text() {
        let mut table = Table::new(["NAME", "SITE"]);
        table.row(["müller", "a"]);
        table.row(["x", ""]);
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(lines, ["NAME    SITE", "müller  a", "x"]);
    }

    #[test]
    fn what_could_steer_a_terminal_is_not_printed() {
        assert_eq!(
            printable("a\u{1b}[2Jb\r\n\tc"),
            "a\u{fffd}[2Jb\u{fffd}\n\tc"
        );
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(412_345), "412,345");
        assert_eq!(grouped(1_000_000), "1,000,000");
    }
}
