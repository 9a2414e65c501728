//! `-f` and `-F`: the JSON object of a body, or the query, field by field.

mod key;
mod tree;

use clap::{Arg, ArgAction, ArgMatches, Command};

use self::key::Key;
use self::tree::Leaf;
pub(super) use self::tree::Tree;
use super::file::{self, STANDARD_INPUT};
use crate::exit::{Exit, Failure};

const TYPED: &str = "field";
const RAW: &str = "raw-field";

/// The fields, in the order in which both options were given. That is why this
/// is read by hand: each option by itself would only know its own.
#[derive(Clone, Debug, Default)]
pub(super) struct FieldArgs {
    given: Vec<GivenField>,
}

#[derive(Clone, Debug)]
struct GivenField {
    key: Key,
    /// None for an array that is only named.
    value: Option<String>,
    is_typed: bool,
}

impl FieldArgs {
    pub(super) fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// The fields that read standard input, as they were typed.
    pub(super) fn reading_standard_input(&self) -> impl Iterator<Item = String> {
        let reading = |field: &&GivenField| {
            let file = field
                .value
                .as_ref()
                .and_then(|value| value.strip_prefix('@'));
            field.is_typed && file == Some(STANDARD_INPUT)
        };
        let fields = self.given.iter().filter(reading);
        fields.map(|field| format!("-F {}=@-", field.key.typed))
    }

    /// The object that they make. Files are read for it.
    pub(super) fn read(&self) -> Result<Tree, Failure> {
        let mut tree = Tree::default();
        for field in &self.given {
            let leaf = field.leaf()?;
            let put = tree.put(&field.key, leaf);
            put.map_err(|why| Failure::new(Exit::Usage, why))?;
        }
        Ok(tree)
    }
}

impl GivenField {
    fn parse(given: &str, is_typed: bool) -> Result<GivenField, String> {
        let (key, value) = match given.split_once('=') {
            Some((key, value)) => (key, Some(value.to_owned())),
            None => (given, None),
        };
        let key = Key::parse(key)?;
        if value.is_none() && !key.is_of_array() {
            return Err("it must be KEY=VALUE".to_owned());
        }
        Ok(GivenField {
            key,
            value,
            is_typed,
        })
    }

    fn leaf(&self) -> Result<Option<Leaf>, Failure> {
        let Some(value) = &self.value else {
            return Ok(None);
        };
        if !self.is_typed {
            return Ok(Some(Leaf::Text(value.clone())));
        }
        Ok(Some(match value.strip_prefix('@') {
            Some(text) if text.starts_with('@') => Leaf::Text(text.to_owned()),
            Some(path) => Leaf::Text(self.text_of(path)?),
            None if is_literal(value) => Leaf::Literal(value.clone()),
            None => Leaf::Text(value.clone()),
        }))
    }

    fn text_of(&self, path: &str) -> Result<String, Failure> {
        let about = format!("the field `{}`", self.key.typed);
        let content = file::read(path).map_err(|failure| failure.about(&about))?;
        String::from_utf8(content).map_err(|_| {
            let why = format!("{about}: what `@{path}` names is not UTF-8 text");
            Failure::new(Exit::Usage, why)
        })
    }
}

/// Whether JSON has this as a value that is no text, object or array.
fn is_literal(value: &str) -> bool {
    let is_number = || {
        let begins = value.starts_with(|it: char| it == '-' || it.is_ascii_digit());
        let ends = value.ends_with(|it: char| it.is_ascii_digit());
        begins && ends && serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok()
    };
    matches!(value, "true" | "false" | "null") || is_number()
}

impl clap::Args for FieldArgs {
    fn augment_args(command: Command) -> Command {
        let field = |name: &'static str, short: char| {
            Arg::new(name)
                .long(name)
                .short(short)
                .value_name("KEY=VALUE")
                .action(ArgAction::Append)
        };
        let raw = field(RAW, 'f')
            .value_parser(|given: &str| GivenField::parse(given, false))
            .help("A field of the body, as text. May be given several times")
            .long_help(
                "A field of the body, as text. May be given several times.\n\n\
                 Together they make a JSON object: `-f a[b]=x` an object within it, `-f a[]=x` \
                 an item of an array, `-f a[][b]=x` an object in one, and `-f a[]` an empty \
                 array. With a method that takes no body, or with --input, they go into the \
                 query instead, `a[]=x` as `a=x`.",
            );
        let typed = field(TYPED, 'F')
            .value_parser(|given: &str| GivenField::parse(given, true))
            .help("The same, where `true`, `null`, numbers and `@FILE` are what they say")
            .long_help(
                "The same, where the value says what it is.\n\n\
                 `true`, `false`, `null` and numbers are themselves, as they are written; \
                 `@FILE` is the text of a file, and `@-` of standard input; `@@x` is the text \
                 `@x`. Anything else is text.",
            );
        command.arg(raw).arg(typed)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for FieldArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut fields = FieldArgs::default();
        fields.update_from_arg_matches(matches)?;
        Ok(fields)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let mut placed: Vec<(usize, GivenField)> = Vec::new();
        for name in [RAW, TYPED] {
            let places = matches.indices_of(name).into_iter().flatten();
            let fields = matches.get_many(name).into_iter().flatten();
            placed.extend(places.zip(fields.cloned()));
        }
        placed.sort_by_key(|(place, _)| *place);
        self.given = placed.into_iter().map(|(_, field)| field).collect();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, FromArgMatches};

    use super::*;

    fn fields(arguments: &[&str]) -> Result<FieldArgs, clap::Error> {
        let command = FieldArgs::augment_args(Command::new("it").no_binary_name(true));
        let matches = command.try_get_matches_from(arguments)?;
        FieldArgs::from_arg_matches(&matches)
    }

    fn json(arguments: &[&str]) -> String {
        fields(arguments).unwrap().read().unwrap().to_json()
    }

    #[test]
    fn both_options_keep_the_order_in_which_they_were_given() {
        assert_eq!(
            json(&[
                "-F",
                "z=1",
                "-f",
                "a=1",
                "--field",
                "b=true",
                "--raw-field=c=true"
            ]),
            r#"{"z":1,"a":"1","b":true,"c":"true"}"#
        );
    }

    #[test]
    fn a_typed_value_is_what_json_would_have_it_be() {
        for (value, json) in [
            ("null", "null"),
            ("false", "false"),
            ("1.10", "1.10"),
            ("-0", "-0"),
            ("1e999", "1e999"),
            ("12345678901234567890123", "12345678901234567890123"),
            ("007", "\"007\""),
            ("1 ", "\"1 \""),
            (" 1", "\" 1\""),
            ("True", "\"True\""),
            ("", "\"\""),
            ("[1]", "\"[1]\""),
            ("@@home", "\"@home\""),
            ("a=b", "\"a=b\""),
        ] {
            let field = GivenField::parse(&format!("a={value}"), true).unwrap();
            let mut tree = Tree::default();
            tree.put(&field.key, field.leaf().unwrap()).unwrap();
            assert_eq!(tree.to_json(), format!("{{\"a\":{json}}}"));
        }
    }

    #[test]
    fn a_field_needs_a_value_unless_it_names_an_array() {
        assert_eq!(json(&["-f", "a[]"]), r#"{"a":[]}"#);
        for field in ["a", "a[b]", "=x", "a[b=x"] {
            assert!(fields(&["-f", field]).is_err(), "{field}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_with_its_field() {
        let failure = fields(&["-F", "a[b]=@nowhere.txt"]).unwrap().read();
        let failure = failure.unwrap_err();
        assert!(
            failure
                .message()
                .starts_with("the field `a[b]`: cannot read `nowhere.txt`")
        );
    }

    #[test]
    fn fields_that_read_standard_input_are_known() {
        let fields = fields(&["-F", "a=@-", "-f", "b=@-", "-F", "c=@@-"]).unwrap();
        let reading: Vec<_> = fields.reading_standard_input().collect();
        assert_eq!(reading, ["-F a=@-"]);
    }
}
