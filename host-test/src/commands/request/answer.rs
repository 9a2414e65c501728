use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use clap::{Args, ValueEnum, ValueHint};

use super::filter::Filter;
use super::outlet::{self, Outlet, Place};
use super::output_file::OutputFile;
use super::print::Format;
use crate::exit::Failure;

// What both commands take to say what becomes of the answer. This is no doc
// comment, as clap would make it the description of both.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Answer")]
pub(super) struct AnswerArgs {
    /// Writes what this expression of jq makes of the answer.
    ///
    /// Each result is a line: a text bare, anything else as JSON. With
    /// `--paginate` the expression gets the whole list, which is held in memory
    /// for it; with `--stream` each item. The answer to a request that failed
    /// is written as it is. An expression sees the answer and nothing else: no
    /// environment, no files. `halt` ends the command, and with `--stream` no
    /// more is fetched. Of jq, `?//`, `$__loc__`, `fromstream`, `truncate_stream`,
    /// `INDEX`, `JOIN`, `format`, look-around in regular expressions and the
    /// arithmetic of dates are missing. Otherwise than in jq, `%` binds tighter
    /// than `*` and `/`; `|= empty` at several indices removes one after the
    /// other, while `del` removes them all; `reduce` with a step that is empty
    /// gives nothing; a group that matched nothing is no capture; and `nan` and
    /// `infinite` are no results.
    #[arg(long, value_name = "EXPRESSION")]
    jq: Option<String>,
    /// Writes to a file, which is there when it is whole; `-` is standard output.
    ///
    /// A GET is fetched in pieces where the server can answer with ranges, as
    /// Jira does for attachments, so it may be of any length. The answer to a
    /// request that failed goes to standard output.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Sets JSON out on lines; on a terminal it is, unless this is `never`.
    ///
    /// Numbers, escapes, repeated names and their order stay as they came.
    #[arg(long, value_name = "WHEN", num_args = 0..=1, require_equals = true,
          default_value = "auto", default_missing_value = "always", hide_default_value = true)]
    pretty: When,
    /// Whether JSON has colour; on a terminal it has, unless `NO_COLOR` is set.
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true
    )]
    color: When,
}

/// When something is done to JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum When {
    /// Where the answer goes to a terminal.
    Auto,
    /// Wherever it goes.
    Always,
    /// Not at all.
    Never,
}

impl When {
    fn or(self, auto: bool) -> bool {
        match self {
            When::Auto => auto,
            When::Always => true,
            When::Never => false,
        }
    }
}

impl AnswerArgs {
    /// Where the answer goes, through this filter. Nothing was sent yet; what is
    /// wrong with the file is said now.
    pub(super) fn outlet(&self, filter: Option<Filter>) -> Result<Outlet, Failure> {
        let stdout = self.on_stdout();
        Ok(match self.file() {
            Some(path) => {
                let file = Place::File(OutputFile::begin(path)?);
                Outlet::new(file, self.format(false, false), filter)
            }
            None => Outlet::new(Place::stdout(stdout), stdout, filter),
        })
    }

    /// Where the answer to a request goes that failed.
    pub(super) fn outlet_of_failure(&self) -> Outlet {
        let format = self.on_stdout();
        Outlet::new(Place::stdout(format), format, None)
    }

    /// The expression, where there is one, or what is wrong with it. No file is
    /// begun for it.
    pub(super) fn filter(&self) -> Result<Option<Filter>, Failure> {
        self.jq.as_deref().map(Filter::parse).transpose()
    }

    /// The file that it goes to, where it goes to one.
    pub(super) fn file(&self) -> Option<&Path> {
        self.output
            .as_deref()
            .filter(|path| *path != Path::new("-"))
    }

    fn on_stdout(&self) -> Format {
        let colour = AutoStream::choice(&std::io::stdout());
        self.format(outlet::is_terminal(), colour != ColorChoice::Never)
    }

    fn format(&self, is_terminal: bool, takes_colour: bool) -> Format {
        Format {
            is_indented: self.pretty.or(is_terminal),
            has_colour: self.color.or(takes_colour),
            is_for_terminal: is_terminal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(pretty: When, color: When, is_terminal: bool) -> (bool, bool) {
        let args = AnswerArgs {
            jq: None,
            output: None,
            pretty,
            color,
        };
        let format = args.format(is_terminal, is_terminal);
        assert_eq!(format.is_for_terminal, is_terminal);
        (format.is_indented, format.has_colour)
    }

    #[test]
    fn json_is_set_out_and_coloured_for_a_terminal_and_as_it_came_elsewhere() {
        assert_eq!(format(When::Auto, When::Auto, true), (true, true));
        assert_eq!(format(When::Auto, When::Auto, false), (false, false));
    }

    #[test]
    fn what_is_asked_for_goes_before_what_fits() {
        assert_eq!(format(When::Never, When::Never, true), (false, false));
        assert_eq!(format(When::Always, When::Never, false), (true, false));
        assert_eq!(format(When::Never, When::Always, false), (false, true));
    }
}
