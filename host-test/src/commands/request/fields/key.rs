/// How deep a key may go. Jira's own documents end far above, and what reads
/// JSON often stops at 128.
const MAX_DEPTH: usize = 64;

/// Where a field goes, such as `fields[labels][]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// As it was typed.
    pub(super) typed: String,
    /// The names on the way, of which there is one at least.
    pub(super) path: Vec<Segment>,
}

/// A name on the way, and whether an array is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) name: String,
    pub(super) is_array: bool,
}

impl Key {
    pub(super) fn parse(typed: &str) -> Result<Key, String> {
        let (first, mut rest) = match typed.find('[') {
            Some(at) => typed.split_at(at),
            None => (typed, ""),
        };
        if first.is_empty() {
            return Err("it has no name before its value".to_owned());
        }
        if first.contains(']') {
            return Err("a bracket is closed that was not opened".to_owned());
        }
        let mut path = vec![Segment::named(first)];
        while !rest.is_empty() {
            let (name, after) = bracketed(rest)?;
            rest = after;
            match path.last_mut() {
                Some(last) if name.is_empty() && last.is_array => {
                    return Err(
                        "an array right within an array cannot be written like this; give \
                                the whole body with --input"
                            .to_owned(),
                    );
                }
                Some(last) if name.is_empty() => last.is_array = true,
                _ => path.push(Segment::named(name)),
            }
        }
        if path.len() > MAX_DEPTH {
            return Err(format!("it goes deeper than {MAX_DEPTH} names"));
        }
        Ok(Key {
            typed: typed.to_owned(),
            path,
        })
    }

    /// Whether it ends with `[]`.
    pub(super) fn is_of_array(&self) -> bool {
        self.path.last().is_some_and(|last| last.is_array)
    }
}

impl Segment {
    fn named(name: &str) -> Segment {
        Segment {
            name: name.to_owned(),
            is_array: false,
        }
    }
}

/// What is between the brackets that the text begins with, and what follows.
fn bracketed(text: &str) -> Result<(&str, &str), String> {
    let Some(open) = text.strip_prefix('[') else {
        return Err("after `]` there may be another `[`, or the value".to_owned());
    };
    match open.split_once(']') {
        Some((name, _)) if name.contains('[') => Err("a bracket is within a bracket".to_owned()),
        Some(split) => Ok(split),
        None => Err("a bracket is not closed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(typed: &str) -> Vec<String> {
        let key = Key::parse(typed).unwrap();
        assert_eq!(key.typed, typed);
        let shown = |it: &Segment| it.name.clone() + if it.is_array { "*" } else { "" };
        key.path.iter().map(shown).collect()
    }

    #[test]
    fn a_key_names_its_way_through_objects_and_arrays() {
        assert_eq!(path("summary"), ["summary"]);
        assert_eq!(path("fields[project][key]"), ["fields", "project", "key"]);
        assert_eq!(path("labels[]"), ["labels*"]);
        assert_eq!(path("a[][b][c][]"), ["a*", "b", "c*"]);
        assert_eq!(path("with space[ü.1]"), ["with space", "ü.1"]);
    }

    #[test]
    fn a_key_that_is_none_says_why() {
        for (typed, why) in [
            ("", "no name"),
            ("[a]", "no name"),
            ("a[b", "not closed"),
            ("a[b]c", "after `]`"),
            ("a]", "not opened"),
            ("a[b[c]]", "within a bracket"),
            ("a[][]", "right within an array"),
        ] {
            let error = Key::parse(typed).unwrap_err();
            assert!(error.contains(why), "{typed}: {error}");
        }
        let deep = format!("a{}", "[a]".repeat(MAX_DEPTH));
        assert!(Key::parse(&deep).unwrap_err().contains("deeper than 64"));
        assert!(Key::parse(&deep["a[a]".len()..].replacen("[a]", "a", 1)).is_ok());
    }
}
