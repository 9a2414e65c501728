use jira_host::types::Response;

/// How the items of a list stand on standard output.
#[derive(Debug)]
pub(super) enum Layout {
    /// As one JSON array.
    Document {
        /// Whether an item was written.
        has_items: bool,
        /// Whether the array was begun.
        is_begun: bool,
    },
    /// Each in a line of its own.
    Lines,
}

impl Layout {
    pub(super) fn document() -> Self {
        Layout::Document {
            has_items: false,
            is_begun: false,
        }
    }

    /// What to write for the items of a chunk, which is a JSON array.
    pub(super) fn lay_out(&mut self, chunk: &Response) -> Option<Vec<u8>> {
        match self {
            Layout::Lines => Some(lines(&chunk.items()?)),
            Layout::Document {
                has_items,
                is_begun,
            } => {
                let within = within(&chunk.body)?;
                let mut text = Vec::with_capacity(within.len() + 1);
                if !*is_begun {
                    text.push(b'[');
                } else if *has_items && !within.is_empty() {
                    text.push(b',');
                }
                text.extend_from_slice(within);
                *is_begun = true;
                *has_items |= !within.is_empty();
                Some(text)
            }
        }
    }

    /// What to write when no more items come.
    pub(super) fn end(&self) -> &'static [u8] {
        match self {
            Layout::Document { is_begun: true, .. } => b"]\n",
            Layout::Document { .. } | Layout::Lines => b"",
        }
    }
}

/// The text between the brackets of an array.
fn within(array: &[u8]) -> Option<&[u8]> {
    let open = array.trim_ascii().strip_prefix(b"[")?;
    Some(open.strip_suffix(b"]")?.trim_ascii())
}

fn lines(items: &[&str]) -> Vec<u8> {
    let mut text = Vec::with_capacity(items.iter().map(|item| item.len() + 1).sum());
    for item in items {
        for line in item.split(['\n', '\r']) {
            // No text in JSON holds a line break as it is, so what is around one
            // is between texts, where space means nothing.
            text.extend_from_slice(line.trim_matches([' ', '\t']).as_bytes());
        }
        text.push(b'\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use jira_host::types::{ListEnd, ListReport};

    use super::*;

    fn chunk(body: &str) -> Response {
        Response {
            status: 200,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
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
        }
    }

    fn laid_out(mut layout: Layout, chunks: &[&str]) -> String {
        let mut all = Vec::new();
        for body in chunks {
            all.extend(layout.lay_out(&chunk(body)).unwrap());
        }
        all.extend(layout.end());
        String::from_utf8(all).unwrap()
    }

    #[test]
    fn chunks_become_one_array_with_every_item_as_it_came() {
        let chunks = [r#"[1.10,{"b":1,"a":2}]"#, "[]", r#"["]"]"#, "[]"];
        assert_eq!(
            laid_out(Layout::document(), &chunks),
            "[1.10,{\"b\":1,\"a\":2},\"]\"]\n"
        );
        assert_eq!(
            laid_out(Layout::document(), &["[]", "[1]", "[2]"]),
            "[1,2]\n"
        );
        assert_eq!(laid_out(Layout::document(), &["[]", "[]"]), "[]\n");
        assert_eq!(laid_out(Layout::document(), &[]), "");
    }

    #[test]
    fn an_item_of_several_lines_becomes_one_and_its_texts_stay() {
        let chunk = "[{\n  \"a b\": \" c \\n d \",\r\n\t\"n\": [1,\n 2.50]\n}, 3 ,\n\"x\"]";
        assert_eq!(
            laid_out(Layout::Lines, &[chunk, "[]"]),
            "{\"a b\": \" c \\n d \",\"n\": [1,2.50]}\n3\n\"x\"\n"
        );
    }

    #[test]
    fn what_is_no_array_is_not_laid_out() {
        assert_eq!(Layout::document().lay_out(&chunk("{}")), None);
        assert_eq!(Layout::Lines.lay_out(&chunk("[1")), None);
    }
}
