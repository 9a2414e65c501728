use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::output::{self, printable};

/// How wide the words before the text are.
const VERDICT_COLUMN: usize = 9;
const CHECK_COLUMN: usize = 15;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Ok,
    Skipped,
    Warning,
    Problem(Exit),
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Skipped => "skipped",
            Verdict::Warning => "warning",
            Verdict::Problem(_) => "problem",
        }
    }

    fn style(self) -> Style {
        let color = match self {
            Verdict::Ok => AnsiColor::Green,
            Verdict::Skipped => return Style::new().dimmed(),
            Verdict::Warning => AnsiColor::Yellow,
            Verdict::Problem(_) => AnsiColor::Red,
        };
        Style::new().fg_color(Some(color.into()))
    }
}

struct Finding {
    check: &'static str,
    verdict: Verdict,
    what: String,
    mend: Option<String>,
}

/// What was found, in the order in which it was looked at.
#[derive(Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    /// All is well.
    pub(super) fn ok(&mut self, check: &'static str, what: impl Into<String>) {
        self.add(check, Verdict::Ok, what, None);
    }

    /// It was not looked at, for this reason.
    pub(super) fn skipped(&mut self, check: &'static str, why: impl Into<String>) {
        self.add(check, Verdict::Skipped, why, None);
    }

    /// It works, and perhaps not as it should, or not for long.
    pub(super) fn warning(
        &mut self,
        check: &'static str,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.add(check, Verdict::Warning, what, Some(mend.into()));
    }

    /// It does not work.
    pub(super) fn problem(
        &mut self,
        check: &'static str,
        exit: Exit,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.add(check, Verdict::Problem(exit), what, Some(mend.into()));
    }

    /// It does not work, as this failure says; and where the failure does not say
    /// how to mend it, this does.
    pub(super) fn failure(&mut self, check: &'static str, failure: &Failure, or_mend: &str) {
        let mend = match failure.hints() {
            [] => or_mend.to_owned(),
            hints => hints.join("\n"),
        };
        self.problem(check, failure.exit(), failure.message(), mend);
    }

    fn add(
        &mut self,
        check: &'static str,
        verdict: Verdict,
        what: impl Into<String>,
        mend: Option<String>,
    ) {
        self.0.push(Finding {
            check,
            verdict,
            what: what.into(),
            mend,
        });
    }

    /// Writes them, and fails as the first problem would have made another
    /// command fail.
    pub(super) fn tell(&self, as_json: bool) -> Result<(), Failure> {
        let mut problems = self.0.iter().filter_map(|finding| match finding.verdict {
            Verdict::Problem(exit) => Some(exit),
            _ => None,
        });
        let first = problems.next();
        if as_json {
            let findings: Vec<_> = self.0.iter().map(Finding::as_json).collect();
            output::json(&json!({ "healthy": first.is_none(), "findings": findings }))?;
        } else {
            self.write()?;
        }
        let Some(exit) = first else { return Ok(()) };
        let told = match 1 + problems.count() {
            1 => "there is a problem".to_owned(),
            count => format!("there are {count} problems"),
        };
        Err(Failure::new(exit, told))
    }

    fn write(&self) -> io::Result<()> {
        let mut stdout = anstream::stdout();
        for finding in &self.0 {
            finding.write(&mut stdout)?;
        }
        stdout.flush()
    }
}

impl Finding {
    fn as_json(&self) -> Value {
        json!({
            "check": self.check,
            "verdict": self.verdict.word(),
            "what": self.what,
            "mend": self.mend,
        })
    }

    fn write(&self, stdout: &mut impl Write) -> io::Result<()> {
        let (style, word) = (self.verdict.style(), self.verdict.word());
        let gap = VERDICT_COLUMN.saturating_sub(word.len());
        write!(
            stdout,
            "{style}{word}{style:#}{:gap$}{:CHECK_COLUMN$}",
            "", self.check
        )?;
        let indent = VERDICT_COLUMN + CHECK_COLUMN;
        let mend = self.mend.as_ref().map(|mend| format!("mend: {mend}"));
        let mut text = vec![self.what.as_str()];
        text.extend(mend.as_deref());
        let text = printable(&text.join("\n"));
        let text = text.replace('\n', &format!("\n{:indent$}", ""));
        writeln!(stdout, "{text}")
    }
}
