mod values;

use std::iter;

use data_encoding::BASE32;
use jaq_core::Error;
use jaq_core::load::{self, parse::Def};
use jaq_core::native::{Fun, bome, run, v};
use jaq_json::Val;
use jaq_std::ValT;

use super::bounds::Bounded;
use super::value::Value;
use crate::log;

/// What is not taken from the libraries: what reads something beside the answer,
/// and what speaks where nobody hears it, of which there are ones of our own.
const LEFT_OUT: [&str; 3] = ["env", "debug_empty", "stderr_empty"];

/// What is defined in the language itself.
pub(super) fn definitions() -> impl Iterator<Item = Def<&'static str>> {
    jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs())
        .chain(ours())
}

/// What jq has and the libraries have not. A test reads it.
fn ours() -> impl Iterator<Item = Def<&'static str>> {
    let read = load::parse(include_str!("vocabulary.jq"), |it| it.defs());
    read.into_iter().flatten()
}

/// What is defined in Rust.
pub(super) fn functions() -> impl Iterator<Item = Fun<Bounded>> {
    jaq_core::funs()
        .chain(jaq_std::funs())
        .chain(values::functions())
        .filter(|(name, ..)| !LEFT_OUT.contains(name))
        .chain([told("debug_empty"), told("stderr_empty"), from_json()])
        .chain([to_base32(), from_base32()])
}

/// Texts of Jira may hold anything, so they are read as the answer itself is.
fn from_json() -> Fun<Bounded> {
    run(("fromjson", v(0), |input| {
        let text = input.1.try_as_utf8_bytes();
        bome(text.and_then(|text| super::value(text).map_err(Error::str)))
    }))
}

fn to_base32() -> Fun<Bounded> {
    run(("encode_base32", v(0), |input| {
        let text = input.1.try_as_utf8_bytes();
        bome(text.map(|text| Value::from(BASE32.encode(text))))
    }))
}

fn from_base32() -> Fun<Bounded> {
    run(("decode_base32", v(0), |input| {
        let text = input.1.try_as_utf8_bytes();
        bome(text.and_then(|text| {
            let decoded = BASE32.decode(text).map_err(Error::str)?;
            Ok(Value::from(String::from_utf8_lossy(&decoded).into_owned()))
        }))
    }))
}

/// A function that tells what it is given, on standard error.
fn told(name: &'static str) -> Fun<Bounded> {
    run((name, v(0), |input| {
        match input.1.json() {
            Val::TStr(text) => log::note(String::from_utf8_lossy(text)),
            other => log::note(other),
        }
        Box::new(iter::empty())
    }))
}
