use jaq_core::box_iter::box_once;
use jaq_core::native::{Fun, bome, run, unary, v};
use jaq_core::{Error, ValR, ValT as _};
use jaq_json::Val;
use jaq_std::ValT;

use crate::commands::request::filter::bounds::Bounded;
use crate::commands::request::filter::value::{Value, without};

/// What the library of JSON defines for values of its own.
pub(super) fn functions() -> [Fun<Bounded>; 7] {
    [
        run(("tojson", v(0), |input| {
            bome(Ok(Value::from_utf8_bytes(input.1.to_json())))
        })),
        run(("length", v(0), |input| bome(length(input.1)))),
        run(("contains", v(1), |input| {
            unary(input, |whole, part| {
                Ok(Value::from(contains(whole.json(), part.json())))
            })
        })),
        run(("has", v(1), |input| unary(input, has))),
        run(("indices", v(1), |input| unary(input, indices))),
        run(("without_paths", v(1), |mut input| {
            let paths = input.0.pop_var();
            box_once(without(input.1, &paths))
        })),
        run(("bsearch", v(1), |input| unary(input, search))),
    ]
}

fn length(value: Value) -> ValR<Value> {
    match value.json() {
        Val::Null => Ok(Value::from(0_usize)),
        Val::Bool(_) => Err(Error::str(format_args!("{value} has no length"))),
        Val::Num(_) if value < Value::from(0_usize) => -value,
        Val::Num(_) => Ok(value),
        Val::TStr(text) => Ok(Value::from(String::from_utf8_lossy(text).chars().count())),
        Val::BStr(bytes) => Ok(Value::from(bytes.len())),
        Val::Arr(items) => Ok(Value::from(items.len())),
        Val::Obj(members) => Ok(Value::from(members.len())),
    }
}

fn contains(whole: &Val, part: &Val) -> bool {
    match (whole, part) {
        (Val::TStr(text), Val::TStr(part)) => {
            let part = String::from_utf8_lossy(part);
            String::from_utf8_lossy(text).contains(&*part)
        }
        (Val::Arr(all), Val::Arr(some)) => some
            .iter()
            .all(|part| all.iter().any(|whole| contains(whole, part))),
        (Val::Obj(all), Val::Obj(some)) => some
            .iter()
            .all(|(key, part)| all.get(key).is_some_and(|whole| contains(whole, part))),
        _ => whole == part,
    }
}

fn has(value: Value, key: Value) -> ValR<Value> {
    match (value.json(), key.json()) {
        (Val::Obj(members), name) => Ok(Value::from(members.contains_key(name))),
        (Val::Arr(items), Val::Num(_)) => {
            let within = 0.0..items.len() as f64;
            Ok(Value::from(
                key.as_f64().is_some_and(|at| within.contains(&at)),
            ))
        }
        _ => Err(Error::index(value, key)),
    }
}

fn indices(value: Value, of: Value) -> ValR<Value> {
    match (value.json(), of.json()) {
        (Val::Null, _) | (Val::Arr(_), Val::Arr(_)) => value.index(&of),
        (Val::TStr(text), Val::TStr(part)) => Ok(array(positions(text, part))),
        (Val::Arr(all), one) => {
            let places = all.iter().enumerate();
            let places = places.filter(|(_, it)| *it == one);
            Ok(array(places.map(|(position, _)| position)))
        }
        _ => Err(Error::index(value, of)),
    }
}

fn array(positions: impl IntoIterator<Item = usize>) -> Value {
    positions.into_iter().map(Value::from).collect()
}

/// The characters of a text at which another begins.
fn positions(text: &[u8], part: &[u8]) -> Vec<usize> {
    if part.is_empty() {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(text);
    let begins = |byte: usize| {
        let rest = text.as_bytes().get(byte..);
        rest.is_some_and(|rest| rest.starts_with(part))
    };
    let places = text.char_indices().enumerate();
    let places = places.filter(|(_, (byte, _))| begins(*byte));
    places.map(|(position, _)| position).collect()
}

fn search(array: Value, item: Value) -> ValR<Value> {
    let Val::Arr(items) = array.json() else {
        return Err(Error::typ(array, "array"));
    };
    Ok(match items.binary_search(item.json()) {
        Ok(found) => Value::from(found),
        Err(place) => Value::from(-1 - place as isize),
    })
}
