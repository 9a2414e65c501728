use jira_host::types::Field;

use super::key::{Key, Segment};

/// What a field is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    /// A text.
    Text(String),
    /// `true`, `false`, `null` or a number, as it was typed.
    Literal(String),
}

/// An object that fields make, one after the other. What was named first comes
/// first.
#[derive(Debug, Default)]
pub(in crate::commands::request) struct Tree {
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    name: String,
    /// The key that brought it, as it was typed.
    key: String,
    node: Node,
}

#[derive(Debug)]
enum Node {
    Leaf(Leaf),
    Object(Tree),
    Array(Vec<Node>),
}

impl Tree {
    /// Adds a field; one without a value is an array that may stay empty.
    pub(super) fn put(&mut self, key: &Key, leaf: Option<Leaf>) -> Result<(), String> {
        self.put_below(&key.path, &key.typed, leaf)
    }

    fn put_below(&mut self, path: &[Segment], key: &str, leaf: Option<Leaf>) -> Result<(), String> {
        let Some((segment, below)) = path.split_first() else {
            return Ok(());
        };
        let there = self.members.iter_mut().find(|it| it.name == segment.name);
        match (there, below.is_empty() && !segment.is_array) {
            (Some(there), true) => Err(contradiction(&there.key, key)),
            (Some(there), false) => there.node.put_into(segment, below, leaf, key, &there.key),
            (None, true) => {
                self.add(segment, key, leaf.map(Node::Leaf));
                Ok(())
            }
            (None, false) => {
                let mut node = Node::empty(segment);
                node.put_into(segment, below, leaf, key, key)?;
                self.add(segment, key, Some(node));
                Ok(())
            }
        }
    }

    fn add(&mut self, segment: &Segment, key: &str, node: Option<Node>) {
        self.members.extend(node.map(|node| Member {
            name: segment.name.clone(),
            key: key.to_owned(),
            node,
        }));
    }

    /// Whether a field that goes on like this belongs to this object of an
    /// array, and does not begin the next.
    fn has_room_for(&self, segment: &Segment) -> bool {
        let there = self.members.iter().find(|it| it.name == segment.name);
        there.is_none_or(|there| segment.is_array && matches!(there.node, Node::Array(_)))
    }

    /// The object as JSON.
    pub(in crate::commands::request) fn to_json(&self) -> String {
        let mut json = String::new();
        self.write(&mut json);
        json
    }

    fn write(&self, json: &mut String) {
        json.push('{');
        for (place, member) in self.members.iter().enumerate() {
            if place > 0 {
                json.push(',');
            }
            json.push_str(&quoted(&member.name));
            json.push(':');
            member.node.write(json);
        }
        json.push('}');
    }

    /// The same as names and values for a query, where an array is the name
    /// again for each item, as Jira has it, and `null` an empty value.
    pub(in crate::commands::request) fn to_query(&self) -> Result<Vec<Field>, String> {
        let mut query = Vec::new();
        for member in &self.members {
            let items = match &member.node {
                Node::Array(items) => items.as_slice(),
                one => std::slice::from_ref(one),
            };
            for item in items {
                let Node::Leaf(leaf) = item else {
                    return Err(member.key.clone());
                };
                query.push((member.name.clone(), leaf.in_query().to_owned()));
            }
        }
        Ok(query)
    }
}

impl Node {
    fn empty(segment: &Segment) -> Node {
        match segment.is_array {
            true => Node::Array(Vec::new()),
            false => Node::Object(Tree::default()),
        }
    }

    fn put_into(
        &mut self,
        segment: &Segment,
        below: &[Segment],
        leaf: Option<Leaf>,
        key: &str,
        earlier: &str,
    ) -> Result<(), String> {
        match self {
            Node::Object(object) if !segment.is_array => object.put_below(below, key, leaf),
            Node::Array(items) if segment.is_array => put_item(items, below, leaf, key),
            _ => Err(contradiction(earlier, key)),
        }
    }

    fn write(&self, json: &mut String) {
        match self {
            Node::Leaf(Leaf::Text(text)) => json.push_str(&quoted(text)),
            Node::Leaf(Leaf::Literal(literal)) => json.push_str(literal),
            Node::Object(object) => object.write(json),
            Node::Array(items) => {
                json.push('[');
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        json.push(',');
                    }
                    item.write(json);
                }
                json.push(']');
            }
        }
    }
}

impl Leaf {
    fn in_query(&self) -> &str {
        match self {
            Leaf::Literal(literal) if literal == "null" => "",
            Leaf::Text(text) | Leaf::Literal(text) => text,
        }
    }
}

fn put_item(
    items: &mut Vec<Node>,
    below: &[Segment],
    leaf: Option<Leaf>,
    key: &str,
) -> Result<(), String> {
    let Some(next) = below.first() else {
        items.extend(leaf.map(Node::Leaf));
        return Ok(());
    };
    if let Some(Node::Object(last)) = items.last_mut()
        && last.has_room_for(next)
    {
        return last.put_below(below, key, leaf);
    }
    let mut object = Tree::default();
    object.put_below(below, key, leaf)?;
    items.push(Node::Object(object));
    Ok(())
}

fn contradiction(earlier: &str, key: &str) -> String {
    if earlier == key {
        return format!("the field `{key}` is given twice; for an array, write `{key}[]`");
    }
    format!(
        "the fields `{earlier}` and `{key}` contradict each other: under one name there is a \
         value, an object or an array"
    )
}

/// The text as JSON has it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(fields: &[&str]) -> Result<Tree, String> {
        let mut tree = Tree::default();
        for field in fields {
            let (key, leaf) = match field.split_once('=') {
                Some((key, value)) => (key, Some(Leaf::Text(value.to_owned()))),
                None => (*field, None),
            };
            tree.put(&Key::parse(key).unwrap(), leaf)?;
        }
        Ok(tree)
    }

    #[test]
    fn fields_make_an_object_in_the_order_they_came() {
        for (fields, json) in [
            (&[][..], "{}"),
            (&["b=1", "a=\"\n"], r#"{"b":"1","a":"\"\n"}"#),
            (
                &["a[x]=1", "b=2", "a[y][z]=3"],
                r#"{"a":{"x":"1","y":{"z":"3"}},"b":"2"}"#,
            ),
            (&["a[]=1", "a[]=2", "b[]"], r#"{"a":["1","2"],"b":[]}"#),
            (&["a[]", "a[]=1"], r#"{"a":["1"]}"#),
            (
                &["a[][b]=1", "a[][c]=2", "a[][b]=3"],
                r#"{"a":[{"b":"1","c":"2"},{"b":"3"}]}"#,
            ),
            (
                &["a[][b][]=1", "a[][b][]=2", "a[][c]=3"],
                r#"{"a":[{"b":["1","2"],"c":"3"}]}"#,
            ),
            (
                &["a[][b][c]=1", "a[][b][c]=2"],
                r#"{"a":[{"b":{"c":"1"}},{"b":{"c":"2"}}]}"#,
            ),
        ] {
            assert_eq!(tree(fields).unwrap().to_json(), json, "{fields:?}");
        }
    }

    #[test]
    fn fields_that_contradict_each_other_are_named_both() {
        for (fields, named) in [
            (["a=1", "a[b]=2"], ["`a`", "`a[b]`"]),
            (["a[b]=1", "a=2"], ["`a[b]`", "`a`"]),
            (["a[b]=1", "a[]=2"], ["`a[b]`", "`a[]`"]),
            (["a[]=1", "a[b]=2"], ["`a[]`", "`a[b]`"]),
            (["a[b]=1", "a[b][c]=2"], ["`a[b]`", "`a[b][c]`"]),
            (["a[b]=1", "a[b]=2"], ["`a[b]`", "given twice"]),
        ] {
            let error = tree(&fields).unwrap_err();
            assert!(named.iter().all(|it| error.contains(it)), "{error}");
        }
    }

    #[test]
    fn a_query_takes_names_values_and_arrays_and_nothing_deeper() {
        let mut flat = tree(&["fields[]=a", "fields[]=b", "x=1", "none[]"]).unwrap();
        let null = Some(Leaf::Literal("null".to_owned()));
        flat.put(&Key::parse("n").unwrap(), null).unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = [
            pair("fields", "a"),
            pair("fields", "b"),
            pair("x", "1"),
            pair("n", ""),
        ];
        assert_eq!(flat.to_query().unwrap(), expected);
        assert_eq!(
            tree(&["a[b]=1"]).unwrap().to_query(),
            Err("a[b]".to_owned())
        );
        assert_eq!(
            tree(&["a[][b]=1"]).unwrap().to_query(),
            Err("a[][b]".to_owned())
        );
    }
}
