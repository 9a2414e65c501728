//! Expressions of jq over an answer.
//!
//! An expression sees the answer and nothing else: no environment, where
//! secrets may be, no files and no other input. The names of those functions
//! are not defined.

mod bounds;
mod fault;
mod surrogate;
mod value;
mod vocabulary;

use std::ops::ControlFlow;

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Exn, Vars};
use jaq_json::{Val, read};
use serde::de::IgnoredAny;

use self::bounds::{Bounded, Excess, Program, on_large_stack};
use self::value::Value;
use crate::exit::{Exit, Failure};

/// How deep an answer may be nested. It is read, written and let go of level by
/// level on a stack; Jira's documents have 50 levels where they are deep.
const DEEPEST: usize = 256;

/// At most so many characters of what an expression says are told: it may be
/// the whole answer.
const LONGEST_MESSAGE: usize = 500;

/// What an expression says that asks a list for a member.
const LIST_TAKEN_FOR_OBJECT: &str = "cannot index [";
const OF_A_LIST: &str = "what it gets is a list, and `.[]` is each of its items: with \
                         `--paginate` there is nothing around them, such as `.issues` or `.values`";

/// An expression that can be understood.
pub(super) struct Filter {
    program: jaq_core::Filter<Bounded>,
}

/// One thing that comes of an expression.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// A text, without quotes and escapes.
    Text(Vec<u8>),
    /// Anything else, as JSON on one line.
    Json(Vec<u8>),
}

impl Filter {
    /// Reads an expression, or says where it is not understood.
    pub(super) fn parse(expression: &str) -> Result<Self, Failure> {
        on_large_stack(|| Filter::understood(expression))
    }

    fn understood(expression: &str) -> Result<Self, Failure> {
        let arena = Arena::default();
        let file = File {
            code: expression,
            path: (),
        };
        let modules = Loader::new(vocabulary::definitions())
            .load(&arena, file)
            .map_err(|errors| fault::unreadable(expression, errors))?;
        let program = Compiler::default()
            .with_funs(vocabulary::functions())
            .compile(modules)
            .map_err(|errors| fault::undefined(expression, errors))?;
        Ok(Filter { program })
    }

    /// Hands on what comes of each of these answers, one after the other, and says
    /// whether to go on with others: not where the expression has halted.
    pub(super) fn apply<A: AsRef<[u8]>>(
        &self,
        answers: impl IntoIterator<Item = A> + Send,
        mut to: impl FnMut(Output) -> Result<(), Failure> + Send,
    ) -> Result<ControlFlow<()>, Failure> {
        let evaluate_all = || {
            for answer in answers {
                if self.evaluate(answer.as_ref(), &mut to)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok(ControlFlow::Continue(()))
        };
        on_large_stack(evaluate_all)
    }

    fn evaluate(
        &self,
        answer: &[u8],
        mut to: impl FnMut(Output) -> Result<(), Failure>,
    ) -> Result<ControlFlow<()>, Failure> {
        let input = value(answer).map_err(|why| {
            Failure::new(Exit::Other, format!("the answer cannot be filtered: {why}"))
        })?;
        let is_list = matches!(input.json(), Val::Arr(_));
        let context = Ctx::<Bounded>::new(Program::new(&self.program.lut), Vars::new([]));
        for output in self.program.id.run((context, input)) {
            match output {
                Ok(value) => to(Output::of(value)?)?,
                Err(end) => return ended(end, is_list),
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

impl Output {
    fn of(value: Value) -> Result<Self, Failure> {
        if let Val::TStr(text) = value.json() {
            return Ok(Output::Text(text.to_vec()));
        }
        let json = value.to_json();
        match serde_json::from_slice::<IgnoredAny>(&json) {
            Ok(_) => Ok(Output::Json(json)),
            Err(_) => Err(failed("what comes of it cannot be written as JSON", &value)),
        }
    }
}

/// JSON as an expression sees it, or why there is none.
fn value(json: &[u8]) -> Result<Value, String> {
    serde_json::from_slice::<IgnoredAny>(json)
        .map_err(|error| format!("it is not JSON: {error}"))?;
    if depth(json) > DEEPEST {
        return Err(format!("it is nested deeper than {DEEPEST} levels"));
    }
    let value = read::parse_single(&surrogate::mended(json)).map_err(|error| error.to_string())?;
    Ok(Value::within(value, DEEPEST))
}

/// How deep a JSON text is nested.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut is_text, mut is_escaped) = (false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => is_text = !is_text,
            _ if is_text => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// What an expression that has come to its end says of it.
fn ended(end: Exn<'_, Value>, is_list: bool) -> Result<ControlFlow<()>, Failure> {
    match end.get_err() {
        Ok(error) => {
            let said = error.into_val();
            Err(match said.json() {
                Val::TStr(text) => told(&String::from_utf8_lossy(text), is_list),
                _ => failed("it says", &said),
            })
        }
        Err(end) => match end.get_halt() {
            Ok(0) => Ok(ControlFlow::Break(())),
            Ok(code) => Err(failed("it ended itself with the code", &code)),
            Err(_) => Err(failed("it broke off", &"there is no such label")),
        },
    }
}

fn told(text: &str, is_list: bool) -> Failure {
    let failure = failed("it says", &text);
    match is_list && text.starts_with(LIST_TAKEN_FOR_OBJECT) {
        true => failure.with_hint(OF_A_LIST),
        false => failure,
    }
}

/// The failure of an expression that was ended.
fn exceeded(excess: Excess) -> Failure {
    failed("it was ended", &excess)
}

fn failed(what: &str, why: &dyn std::fmt::Display) -> Failure {
    let why = shortened(&why.to_string());
    let message = format!("Jira has answered, and then the filter failed; {what}: {why}");
    Failure::new(Exit::Other, message)
}

/// A text without its middle, where it is long: the reason is at its end, behind
/// the value.
fn shortened(text: &str) -> String {
    let left_out = text.chars().count().saturating_sub(LONGEST_MESSAGE);
    if left_out == 0 {
        return text.to_owned();
    }
    let half = LONGEST_MESSAGE / 2;
    let begin: String = text.chars().take(half).collect();
    let end: String = text.chars().skip(half + left_out).collect();
    format!("{begin} … {end}")
}

#[cfg(test)]
mod tests;
