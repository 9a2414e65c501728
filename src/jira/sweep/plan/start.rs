//! Where a sweep goes on.

use crate::jira::{
    error::{Error, Result},
    instant::UnixMs,
    sweep::evidence::SweepId,
};

/// Where a call begins: a cursor, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The sweep.
    pub sweep: SweepId,
    /// What [`Plan::earliest`](super::Plan::earliest) was.
    pub earliest: Option<UnixMs>,
    /// How many accounts there were named by a dry run.
    pub skip: usize,
    /// The store's own cursor; nothing is the beginning.
    pub at: Option<String>,
}

impl Start {
    /// What [`Start::parse`] reads.
    #[must_use]
    pub fn to_cursor(&self) -> String {
        let earliest = self.earliest.map_or(String::new(), |at| at.0.to_string());
        let at = self
            .at
            .as_ref()
            .map_or(String::new(), |at| format!("+{at}"));
        let skip = match self.skip {
            0 => String::new(),
            skip => format!("-{skip}"),
        };
        format!("1{skip}.{}.{earliest}.{at}", self.sweep)
    }

    /// Reads a cursor.
    pub fn parse(cursor: &str) -> Result<Self> {
        let parts: Vec<_> = cursor.splitn(4, '.').collect();
        let read = || {
            let [version, sweep, earliest, at] = parts.as_slice() else {
                return None;
            };
            let earliest = match *earliest {
                "" => None,
                ms => Some(UnixMs(ms.parse().ok()?)),
            };
            let at = match at.strip_prefix('+') {
                None if !at.is_empty() => return None,
                at => at.map(String::from),
            };
            let (version, skip) = version.split_once('-').unwrap_or((version, "0"));
            let skip = skip.parse().ok()?;
            (version == "1").then_some(Self {
                sweep: SweepId::parse(sweep)?,
                earliest,
                skip,
                at,
            })
        };
        read().ok_or_else(|| Error::invalid("cursor", "it is not one that a sweep gave"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jira::tests::fake::NOW;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for (earliest, skip, at) in [
            (None, 0, None),
            (Some(NOW), 1, Some(String::new())),
            (Some(NOW), 270, Some("a.b.+|.".into())),
        ] {
            let start = Start {
                sweep: SweepId(NOW),
                earliest,
                skip,
                at,
            };
            assert_eq!(Start::parse(&start.to_cursor()).unwrap(), start);
        }
    }
}
