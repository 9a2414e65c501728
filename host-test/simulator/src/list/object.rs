//! A JSON object, written member by member.

use super::template::Template;
use serde_json::Value;

/// A JSON object while it is written.
pub(super) struct Object(Vec<u8>);

impl Object {
    pub fn new() -> Object {
        Object(vec![b'{'])
    }

    fn name(&mut self, name: &str) {
        if self.0.last() != Some(&b'{') {
            self.0.push(b',');
        }
        self.0
            .extend_from_slice(Value::from(name).to_string().as_bytes());
        self.0.push(b':');
    }

    /// A member of any kind.
    pub fn member(&mut self, name: &str, value: impl Into<Value>) -> &mut Object {
        self.raw(name, value.into().to_string().as_bytes())
    }

    /// A member, where there is a value.
    pub fn some(&mut self, name: &str, value: Option<impl Into<Value>>) -> &mut Object {
        match value {
            Some(value) => self.member(name, value),
            None => self,
        }
    }

    /// A member that is JSON already.
    pub fn raw(&mut self, name: &str, json: &[u8]) -> &mut Object {
        self.name(name);
        self.0.extend_from_slice(json);
        self
    }

    /// A member that is an object.
    pub fn object(&mut self, name: &str, object: Object) -> &mut Object {
        self.raw(name, &object.done())
    }

    /// A member that is an array of items.
    pub fn items(&mut self, name: &str, items: &Template, numbers: &[usize]) -> &mut Object {
        self.name(name);
        items.write_all(numbers, &mut self.0);
        self
    }

    pub fn done(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}
