/// How the items of a list stand.
#[derive(Debug)]
pub(super) enum Layout {
    /// As one JSON array.
    Document(Document),
    /// Each in a line of its own.
    Lines,
}

/// One JSON array, of which a few items come at a time.
#[derive(Debug, Default)]
pub(super) struct Document {
    has_items: bool,
    is_begun: bool,
}

impl Document {
    /// What to write of an array, so that its items are within the one array.
    pub(super) fn part(&mut self, array: &[u8]) -> Option<Vec<u8>> {
        let within = within(array)?;
        let mut text = Vec::with_capacity(within.len() + 1);
        if !self.is_begun {
            text.push(b'[');
        } else if self.has_items && !within.is_empty() {
            text.push(b',');
        }
        text.extend_from_slice(within);
        self.is_begun = true;
        self.has_items |= !within.is_empty();
        Some(text)
    }

    /// What to write when no more items come, if it was begun.
    pub(super) fn end(&self) -> Option<&'static [u8]> {
        self.is_begun.then_some(b"]")
    }
}

/// The item on one line.
pub(super) fn line(item: &str) -> Vec<u8> {
    let mut text = Vec::with_capacity(item.len());
    for line in item.split(['\n', '\r']) {
        // No text in JSON holds a line break as it is, so what is around one
        // is between texts, where space means nothing.
        text.extend_from_slice(line.trim_matches([' ', '\t']).as_bytes());
    }
    text
}

/// The text between the brackets of an array.
fn within(array: &[u8]) -> Option<&[u8]> {
    let open = array.trim_ascii().strip_prefix(b"[")?;
    Some(open.strip_suffix(b"]")?.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(arrays: &[&str]) -> String {
        let mut document = Document::default();
        let mut all = Vec::new();
        for array in arrays {
            all.extend(document.part(array.as_bytes()).unwrap());
        }
        all.extend(document.end().unwrap_or_default());
        String::from_utf8(all).unwrap()
    }

    #[test]
    fn arrays_become_one_with_every_item_as_it_came() {
        let arrays = [r#"[1.10,{"b":1,"a":2}]"#, "[]", r#"["]"]"#, "[]"];
        assert_eq!(document(&arrays), r#"[1.10,{"b":1,"a":2},"]"]"#);
        assert_eq!(document(&["[]", "[1]", "[2]"]), "[1,2]");
        assert_eq!(document(&["[]", "[]"]), "[]");
        assert_eq!(document(&[]), "");
    }

    #[test]
    fn an_item_of_several_lines_becomes_one_and_its_texts_stay() {
        let item = "{\n  \"a b\": \" c \\n d \",\r\n\t\"n\": [1,\n 2.50]\n}";
        assert_eq!(line(item), br#"{"a b": " c \n d ","n": [1,2.50]}"#);
        assert_eq!(line(" 3 "), b"3");
    }

    #[test]
    fn what_is_no_array_has_no_part() {
        for wrong in ["{}", "[1", ""] {
            assert_eq!(Document::default().part(wrong.as_bytes()), None);
        }
    }
}
