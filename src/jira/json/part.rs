//! A value inside of a document, as it is written there.

use core::fmt;
use std::borrow::Cow;

use super::{
    escapes::unescaped,
    nodes::{Kind, Node},
    object::Object,
};

/// A value inside of a document, decoded when it is asked for.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    text: &'a str,
    nodes: &'a [Node],
}

/// Its place only: it may be a secret.
impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.nodes.first()).finish()
    }
}

impl<'a> Part<'a> {
    /// The value that all of these nodes are of.
    pub(super) const fn new(text: &'a str, nodes: &'a [Node]) -> Self {
        Self { text, nodes }
    }

    /// As it is written; a text without its quotes.
    #[must_use]
    pub fn written(self) -> &'a str {
        let written = |node: &Node| self.text.get(node.start..node.end);
        self.nodes.first().and_then(written).unwrap_or_default()
    }

    /// What it says, if it is a text. One with half of a surrogate pair says
    /// nothing.
    #[must_use]
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self.nodes.first()?.kind {
            Kind::Text => Some(Cow::Borrowed(self.written())),
            Kind::EscapedText => unescaped(self.written()).map(Cow::Owned),
            Kind::Object | Kind::List | Kind::Word => None,
        }
    }

    /// Whether it is a text.
    pub(super) fn is_text(self) -> bool {
        match self.nodes.first() {
            Some(node) if node.kind == Kind::Text => true,
            _ => self.text().is_some(),
        }
    }

    /// Whether it is a text that says this.
    #[must_use]
    pub fn says(self, text: &str) -> bool {
        match self.nodes.first() {
            Some(node) if node.kind == Kind::Text => {
                node.end - node.start == text.len() && self.written() == text
            }
            _ => self.text().is_some_and(|own| own == text),
        }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.word() == Some("null")
    }

    /// The number, if it is a whole one that is not negative.
    #[must_use]
    pub fn number(self) -> Option<u64> {
        self.word()?.parse().ok()
    }

    /// Whether it is true, if it is true or false.
    #[must_use]
    pub fn flag(self) -> Option<bool> {
        self.word()?.parse().ok()
    }

    fn word(self) -> Option<&'a str> {
        let is_word = self.nodes.first()?.kind == Kind::Word;
        is_word.then(|| self.written())
    }

    /// What is in it, if it is a list.
    #[must_use]
    pub fn items(self) -> Option<Parts<'a>> {
        self.inside(Kind::List)
    }

    /// The names and the values, in turns, if it is an object.
    pub(super) fn members(self) -> Option<Parts<'a>> {
        self.inside(Kind::Object)
    }

    /// The object, if it is one.
    #[must_use]
    pub fn object(self) -> Option<Object<'a>> {
        self.members()?;
        Some(Object::new(self.text, Cow::Borrowed(self.nodes)))
    }

    fn inside(self, kind: Kind) -> Option<Parts<'a>> {
        let (own, inside) = self.nodes.split_first()?;
        (own.kind == kind).then_some(Parts {
            text: self.text,
            nodes: inside,
        })
    }
}

/// What is inside of a value, one after the other.
pub struct Parts<'a> {
    text: &'a str,
    nodes: &'a [Node],
}

/// Their places only.
impl fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.nodes).finish()
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let count = self.nodes.first()?.count;
        let (nodes, rest) = self.nodes.split_at_checked(count)?;
        self.nodes = rest;
        Some(Part::new(self.text, nodes))
    }
}
