//! Rich text: a document in version 3 of the API, plain text in version 2.

use serde_json::{Value, json};

/// A text in the Atlassian Document Format.
#[derive(Clone, Debug)]
pub(crate) struct Document(Value);

impl Document {
    /// One paragraph.
    pub fn plain(text: &str) -> Document {
        Document(json!({
            "type": "doc",
            "version": 1,
            "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
        }))
    }

    /// What a caller of this version of the API has sent, if it is what that
    /// version takes.
    pub fn read(value: &Value, version: &str) -> Option<Document> {
        match value {
            Value::String(text) if version == "2" => Some(Document::plain(text)),
            Value::Object(members) if version == "3" => {
                let is_document = members.get("type").is_some_and(|kind| kind == "doc")
                    && members.get("version").is_some_and(|version| version == 1)
                    && members.get("content").is_some_and(Value::is_array);
                is_document.then(|| Document(value.clone()))
            }
            _ => None,
        }
    }

    /// As this version of the API shows it.
    pub fn shown(&self, version: &str) -> Value {
        match version {
            "2" => self.text().into(),
            _ => self.0.clone(),
        }
    }

    /// Its words, a line for each block.
    pub fn text(&self) -> String {
        let blocks = self.0.get("content").and_then(Value::as_array);
        let lines: Vec<String> = blocks.into_iter().flatten().map(words).collect();
        lines.join("\n")
    }
}

fn words(node: &Value) -> String {
    if let Some(text) = node.get("text").and_then(Value::as_str) {
        return text.to_owned();
    }
    let inner = node.get("content").and_then(Value::as_array);
    inner.into_iter().flatten().map(words).collect()
}
