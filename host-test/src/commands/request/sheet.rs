use std::ops::ControlFlow;

use jira_host::types::{ListEnd, Response};

use super::exchange::content_type;
use super::layout::{self, Layout};
use super::outlet::Outlet;
use crate::exit::{Exit, Failure};
use crate::output::grouped;

/// How long a list may be that an expression gets as a whole: as long as the
/// contract allows for a list in one call. As values it takes several times its
/// length.
const LONGEST_FILTERED: usize = 256 * 1024 * 1024;

/// A list on its way to where it is written.
pub(super) struct Sheet {
    layout: Layout,
    outlet: Outlet,
    /// The document that an expression gets when it is whole.
    whole: Vec<u8>,
}

impl Sheet {
    pub(super) fn new(layout: Layout, outlet: Outlet) -> Self {
        Sheet {
            layout,
            outlet,
            whole: Vec::new(),
        }
    }

    /// Whether one can see on the terminal that it grows.
    pub(super) fn is_seen_to_grow(&self) -> bool {
        self.is_document() && self.outlet.is_terminal() && !self.outlet.filters()
    }

    /// Whether what came is of use where the rest never comes.
    pub(super) fn keeps_parts(&self) -> bool {
        self.outlet.keeps_parts() && !(self.is_document() && self.outlet.filters())
    }

    /// Writes a chunk of the list, or the answer that is none. No other is wanted
    /// where the expression has halted.
    pub(super) fn take(&mut self, chunk: &Response) -> Result<ControlFlow<()>, Failure> {
        if !chunk
            .list
            .as_ref()
            .is_some_and(|it| it.end != ListEnd::NotAList)
        {
            let media_type = content_type(&chunk.headers);
            self.outlet.body(&chunk.body, media_type)?;
            return Ok(ControlFlow::Continue(()));
        }
        let mut flow = ControlFlow::Continue(());
        match &mut self.layout {
            Layout::Lines => {
                let items = chunk.items().ok_or_else(no_array)?;
                flow = self.outlet.documents(items.into_iter().map(layout::line))?;
                self.outlet.flush()?;
            }
            Layout::Document(document) => {
                let part = document.part(&chunk.body).ok_or_else(no_array)?;
                match self.outlet.filters() {
                    true => self.gather(&part)?,
                    false => self.outlet.part(&part)?,
                }
            }
        }
        Ok(flow)
    }

    /// Writes the end of the document, whatever came before it.
    pub(super) fn close(&mut self) -> Result<(), Failure> {
        match self.end() {
            Some(end) if !self.outlet.filters() => self.outlet.last_part(end),
            _ => Ok(()),
        }
    }

    /// The list is written: all that was to come has come.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        self.close()?;
        if let Some(end) = self.end()
            && self.outlet.filters()
        {
            self.gather(end)?;
            self.outlet.document(&self.whole)?;
        }
        self.outlet.keep()
    }

    fn is_document(&self) -> bool {
        matches!(self.layout, Layout::Document(_))
    }

    fn end(&self) -> Option<&'static [u8]> {
        match &self.layout {
            Layout::Document(document) => document.end(),
            Layout::Lines => None,
        }
    }

    fn gather(&mut self, part: &[u8]) -> Result<(), Failure> {
        if self.whole.len() + part.len() > LONGEST_FILTERED {
            return Err(too_long());
        }
        self.whole.extend_from_slice(part);
        Ok(())
    }
}

fn no_array() -> Failure {
    let why = "the component answered a list that is no JSON array; report this";
    Failure::new(Exit::UnexpectedResponse, why)
}

fn too_long() -> Failure {
    let most = grouped(LONGEST_FILTERED);
    let message = format!("the list is longer than {most} bytes, too long for an expression");
    Failure::new(Exit::Limit, message)
        .with_hint("with `--stream` the expression gets each item; or stop with `--max-items`")
}

#[cfg(test)]
mod tests {
    use jira_host::types::ListReport;

    use super::*;
    use crate::commands::request::filter::Filter;
    use crate::commands::request::layout::Document;
    use crate::commands::request::outlet::Place;
    use crate::commands::request::print::Format;

    fn sheet(layout: Layout) -> Sheet {
        let format = Format::default();
        let filter = Filter::parse(".").unwrap();
        Sheet::new(
            layout,
            Outlet::new(Place::stdout(format), format, Some(filter)),
        )
    }

    #[test]
    fn a_list_that_is_too_long_for_an_expression_is_given_up() {
        let mut sheet = sheet(Layout::Document(Document::default()));
        sheet.whole = vec![b' '; LONGEST_FILTERED];
        let failure = sheet.gather(b"]").unwrap_err();
        assert_eq!(failure.exit(), Exit::Limit);
        let told = "the list is longer than 268,435,456 bytes, too long for an expression";
        assert_eq!(failure.message(), told);
        assert!(failure.hints()[0].contains("`--stream`"));
    }

    #[test]
    fn a_list_that_is_no_array_is_to_be_reported() {
        let chunk = Response {
            status: 200,
            headers: Vec::new(),
            body: b"{}".to_vec(),
            list: Some(ListReport {
                style: None,
                pages: 1,
                items: 1,
                end: ListEnd::Complete,
            }),
            trace_id: None,
            rate_limit: None,
            attempts: 1,
            waited_ms: 0,
            probably_done: false,
            refresh: None,
        };
        for layout in [Layout::Lines, Layout::Document(Document::default())] {
            let failure = sheet(layout).take(&chunk).unwrap_err();
            assert_eq!(failure.exit(), Exit::UnexpectedResponse);
        }
    }
}
