use std::io::{self, IsTerminal, Stdout, Write};
use std::ops::ControlFlow;

use anstream::AutoStream;
use serde_json::value::RawValue;

use super::filter::{Filter, Output};
use super::output_file::{OutputFile, Unkept};
use super::print::{Format, Printer};
use crate::exit::{Exit, Failure};
use crate::output::grouped;

/// How much is gathered before it is written, where several things are written
/// one after the other.
const GATHERED: usize = 64 * 1024;

/// Where an answer goes, and what becomes of it on the way.
pub(super) struct Outlet {
    place: Place,
    printer: Printer,
    filter: Option<Filter>,
    gathered: Vec<u8>,
}

/// Where an answer goes.
pub(super) enum Place {
    /// Byte for byte.
    Stdout(Stdout),
    /// With colour, as the terminal has it.
    Coloured(AutoStream<Stdout>),
    File(OutputFile),
}

impl Outlet {
    pub(super) fn new(place: Place, format: Format, filter: Option<Filter>) -> Self {
        Outlet {
            place,
            printer: Printer::new(format),
            filter,
            gathered: Vec::new(),
        }
    }

    /// Standard output, for texts that go there as they are.
    pub(super) fn of_text() -> Self {
        let format = Format::default();
        Outlet::new(Place::stdout(format), format, None)
    }

    /// Whether an expression makes something else of the answer.
    pub(super) fn filters(&self) -> bool {
        self.filter.is_some()
    }

    /// Whether somebody sees what is written, as it is written.
    pub(super) fn is_terminal(&self) -> bool {
        self.printer.format().is_for_terminal
    }

    /// Whether what is written stays when the rest never comes.
    pub(super) fn keeps_parts(&self) -> bool {
        !matches!(self.place, Place::File(_))
    }

    /// Whether the answer goes to a file as it is, so that it may come in pieces.
    pub(super) fn takes_pieces(&self) -> bool {
        !self.keeps_parts() && !self.filters() && self.printer.format().is_plain()
    }

    /// Writes the body of an answer, whatever it is.
    pub(super) fn body(&mut self, body: &[u8], media_type: &str) -> Result<(), Failure> {
        if self.filters() {
            let is_empty = body.trim_ascii().is_empty();
            return if is_empty {
                Ok(())
            } else {
                self.document(body)
            };
        }
        let format = self.printer.format();
        let is_json = !format.is_plain() && is_json(body);
        if !is_json && !self.is_fit(body) {
            return Err(unfit(body, media_type));
        }
        let last = if is_json {
            self.printer.print(body, &mut self.gathered);
            self.printer.end(&mut self.gathered);
            self.gathered.last()
        } else {
            self.place.write(body)?;
            body.last()
        };
        let is_on_lines = format.is_for_terminal || (is_json && format.is_indented);
        if is_on_lines && last.is_some_and(|last| *last != b'\n') {
            self.gathered.push(b'\n');
        }
        self.flush()
    }

    /// Whether a body may go there: what is no text may not go to a terminal.
    pub(super) fn is_fit(&self, body: &[u8]) -> bool {
        !self.is_terminal() || is_text(body) || is_json(body)
    }

    /// Writes a part of a JSON document, to which an expression is not applied.
    pub(super) fn part(&mut self, part: &[u8]) -> Result<(), Failure> {
        self.printer.print(part, &mut self.gathered);
        self.flush()
    }

    /// Writes the last part of a JSON document, and ends its line.
    pub(super) fn last_part(&mut self, part: &[u8]) -> Result<(), Failure> {
        self.line(part)?;
        self.flush()
    }

    /// Writes a JSON document on lines of its own, or what the expression makes
    /// of it.
    pub(super) fn document(&mut self, json: &[u8]) -> Result<(), Failure> {
        self.documents([json]).map(drop)
    }

    /// The same for several. The expression may say that it wants no others.
    pub(super) fn documents<J: AsRef<[u8]>>(
        &mut self,
        documents: impl IntoIterator<Item = J> + Send,
    ) -> Result<ControlFlow<()>, Failure> {
        let Some(filter) = self.filter.take() else {
            let mut documents = documents.into_iter();
            let written = documents.try_for_each(|json| self.line(json.as_ref()));
            return written.map(ControlFlow::Continue);
        };
        let applied = filter.apply(documents, |output| match output {
            Output::Text(text) => self.text(&text),
            Output::Json(json) => self.line(&json),
        });
        self.filter = Some(filter);
        // What came before a failure is written.
        self.flush().and(applied)
    }

    /// Writes what is gathered.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        let gathered = std::mem::take(&mut self.gathered);
        self.place.write(&gathered)
    }

    /// The whole is written: what only then takes its name has it now.
    pub(super) fn keep(self) -> Result<(), Failure> {
        match self.place {
            Place::File(file) => file.keep(),
            Place::Stdout(_) | Place::Coloured(_) => Ok(()),
        }
    }

    /// What removes the file that it writes, unless that gets its name.
    pub(super) fn unkept(&self) -> Option<Unkept> {
        match &self.place {
            Place::File(file) => file.unkept(),
            Place::Stdout(_) | Place::Coloured(_) => None,
        }
    }

    fn line(&mut self, json: &[u8]) -> Result<(), Failure> {
        self.printer.print(json, &mut self.gathered);
        self.printer.end(&mut self.gathered);
        self.end_line()
    }

    /// Writes a text on lines of its own.
    pub(super) fn text(&mut self, text: &[u8]) -> Result<(), Failure> {
        match self.is_terminal() {
            true => self.gathered.extend(shown(text).as_bytes()),
            false => self.gathered.extend_from_slice(text),
        }
        self.end_line()
    }

    fn end_line(&mut self) -> Result<(), Failure> {
        self.gathered.push(b'\n');
        match self.is_terminal() || self.gathered.len() > GATHERED {
            true => self.flush(),
            false => Ok(()),
        }
    }
}

impl Place {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let to: &mut dyn Write = match self {
            Place::Stdout(stdout) => stdout,
            Place::Coloured(stdout) => stdout,
            Place::File(file) => file,
        };
        let written = to.write_all(bytes).and_then(|()| to.flush());
        written.map_err(|error| match self {
            Place::File(file) => file.failure(error),
            Place::Stdout(_) | Place::Coloured(_) => {
                Failure::from(error).about("cannot write to standard output")
            }
        })
    }

    /// Standard output, for what is written in this format.
    pub(super) fn stdout(format: Format) -> Self {
        match format.has_colour {
            true => Place::Coloured(AutoStream::always(io::stdout())),
            false => Place::Stdout(io::stdout()),
        }
    }
}

/// Whether standard output is a terminal.
pub(super) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<&RawValue>(body).is_ok()
}

/// Whether it is text that steers no terminal.
fn is_text(body: &[u8]) -> bool {
    str::from_utf8(body).is_ok_and(|text| !text.chars().any(steers))
}

/// The text without what could steer a terminal.
fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).replace(steers, "\u{fffd}")
}

fn steers(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\r' | '\t')
}

fn unfit(body: &[u8], media_type: &str) -> Failure {
    let length = grouped(body.len());
    let message = format!(
        "the answer is no text ({media_type}, {length} bytes), and is not written to a terminal"
    );
    Failure::new(Exit::Other, message)
        .with_hint("write it to a file with `--output FILE`, or into a pipe")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_may_go_to_a_terminal_and_what_steers_one_may_not() {
        for text in ["", "two\r\n\tlines, \u{e9}", "{}"] {
            assert!(is_text(text.as_bytes()), "{text:?}");
        }
        for other in [&b"\xff\xd8"[..], b"a\0b", b"\x1b[2J", "\u{9b}2J".as_bytes()] {
            assert!(!is_text(other), "{other:?}");
        }
    }

    #[test]
    fn a_text_is_shown_without_what_steers_a_terminal() {
        assert_eq!(
            shown(b"a\tb\n\x1b]0;x\x07\xff"),
            "a\tb\n\u{fffd}]0;x\u{fffd}\u{fffd}"
        );
    }

    #[test]
    fn what_is_no_text_is_refused_with_what_it_is() {
        let failure = unfit(&[0; 12_345], "image/png");
        assert_eq!(
            failure.message(),
            "the answer is no text (image/png, 12,345 bytes), and is not written to a terminal"
        );
        assert!(failure.hints()[0].contains("--output"));
    }
}
