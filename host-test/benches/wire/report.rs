//! The table: for people, and as JSON.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::Result;

/// What was measured.
pub(crate) struct Report {
    machine: String,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    target: Option<String>,
    met: Option<bool>,
}

/// What a value ought to be.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    Below(f64),
    AtMost(f64),
    AtLeast(f64),
    Exactly(f64),
}

impl Target {
    fn is_met_by(self, value: f64) -> bool {
        match self {
            Target::Below(limit) => value < limit,
            Target::AtMost(limit) => value <= limit,
            Target::AtLeast(limit) => value >= limit,
            Target::Exactly(wanted) => (value - wanted).abs() < f64::EPSILON,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Below(limit) => write!(f, "< {limit}"),
            Target::AtMost(limit) => write!(f, "<= {limit}"),
            Target::AtLeast(limit) => write!(f, ">= {limit}"),
            Target::Exactly(wanted) => write!(f, "{wanted}"),
        }
    }
}

impl Report {
    pub(crate) fn new(machine: String) -> Report {
        Report {
            machine,
            rows: Vec::new(),
        }
    }

    /// Adds what is told and not judged.
    pub(crate) fn tell(&mut self, name: impl Into<String>, value: f64, unit: &'static str) {
        self.add(name.into(), value, unit, None);
    }

    /// Adds what has a target.
    pub(crate) fn judge(
        &mut self,
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        target: Target,
    ) {
        self.add(name.into(), value, unit, Some(target));
    }

    fn add(&mut self, name: String, value: f64, unit: &'static str, target: Option<Target>) {
        self.rows.push(Row {
            name,
            value,
            unit,
            target: target.map(|target| target.to_string()),
            met: target.map(|target| target.is_met_by(value)),
        });
    }

    /// Writes the rows as JSON.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        Ok(std::fs::write(
            path,
            serde_json::to_vec_pretty(&self.rows)?,
        )?)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |cell: fn(&Row) -> String, least: usize| {
            let widths = self.rows.iter().map(|row| cell(row).chars().count());
            widths.fold(least, usize::max)
        };
        let names = width(|row| row.name.clone(), "what".len());
        let values = width(shown_value, "value".len());
        let targets = width(shown_target, "target".len());
        writeln!(f, "\n{}\n", self.machine)?;
        writeln!(
            f,
            "{:names$}  {:>values$}  {:>targets$}  met",
            "what", "value", "target"
        )?;
        for row in &self.rows {
            let (value, target) = (shown_value(row), shown_target(row));
            let met = match row.met {
                Some(true) => "yes",
                Some(false) => "NO",
                None => "",
            };
            let line = format!(
                "{:names$}  {value:>values$}  {target:>targets$}  {met}",
                row.name
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn shown_target(row: &Row) -> String {
    row.target.clone().unwrap_or_default()
}

/// With three digits that count, and the unit.
fn shown_value(row: &Row) -> String {
    let value = row.value;
    let decimals = match value.abs() {
        _ if value.fract() == 0.0 => 0,
        size if size < 1.0 => 3,
        size if size < 10.0 => 2,
        size if size < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {}", row.unit)
}
