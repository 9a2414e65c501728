use jaq_core::compile::{self, Undefined};
use jaq_core::load::{self, Error, lex, parse, span};

use crate::exit::{Exit, Failure};

/// What can be done about each.
const HINT: &str = "the language is that of jq: https://jqlang.org/manual/";

/// The failure of an expression that cannot be read.
pub(super) fn unreadable(expression: &str, errors: load::Errors<&str, ()>) -> Failure {
    let first = errors.into_iter().next().map(|(_, error)| error);
    let (place, why) = match first {
        Some(Error::Lex(errors)) => first_of(errors, |(expected, found)| {
            let why = match expected {
                lex::Expect::Token => "this means nothing here".to_owned(),
                expected => missing(expected.as_str()),
            };
            (found, why)
        }),
        Some(Error::Parse(errors)) => first_of(errors, |(expected, found)| {
            let why = match expected {
                parse::Expect::Just(word) => format!("`{word}` is missing"),
                parse::Expect::Nothing => "nothing more can be here".to_owned(),
                expected => missing(expected.as_str()),
            };
            (found, why)
        }),
        Some(Error::Io(errors)) => first_of(errors, |(path, _)| {
            (path, "other files cannot be read from here".to_owned())
        }),
        None => None,
    }
    .unwrap_or((expression, "it cannot be read".to_owned()));
    at(expression, place, &why)
}

/// The failure of an expression that names what there is not.
pub(super) fn undefined(expression: &str, errors: compile::Errors<&str, ()>) -> Failure {
    let errors = errors.into_iter().flat_map(|(_, errors)| errors).collect();
    let (place, why) = first_of(errors, |(name, what): compile::Error<&str>| {
        let why = match what {
            Undefined::Filter(0) => format!("there is no function `{name}` without arguments"),
            Undefined::Filter(arity) => {
                format!("there is no function `{name}` of {arity} arguments")
            }
            other => format!("there is no {} `{name}`", other.as_str()),
        };
        (name, why)
    })
    .unwrap_or((expression, "it cannot be read".to_owned()));
    at(expression, place, &why)
}

fn missing(what: &str) -> String {
    format!("what is missing is a {what}")
}

fn first_of<'a, E>(
    errors: Vec<E>,
    told: impl FnOnce(E) -> (&'a str, String),
) -> Option<(&'a str, String)> {
    errors.into_iter().next().map(told)
}

/// The failure at a part of the expression, which is where it points to.
fn at(expression: &str, part: &str, why: &str) -> Failure {
    let place = match expression.get(..span(expression, part).start) {
        Some(before) if !part.is_empty() => format!("at character {}", before.chars().count() + 1),
        _ => "at its end".to_owned(),
    };
    let message = format!("the expression of --jq is not understood {place}: {why}");
    Failure::new(Exit::Usage, message).with_hint(HINT)
}
