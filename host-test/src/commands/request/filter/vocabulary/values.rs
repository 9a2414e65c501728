use jaq_core::native::{Fun, bome, run, unary, v};
use jaq_core::{Error, ValR};
use jaq_json::Val;
use jaq_std::ValT;

use crate::commands::request::filter::bounds::Bounded;
use crate::commands::request::filter::value::Value;

/// What the library of JSON defines for values of its own.
pub(super) fn functions() -> [Fun<Bounded>; 6] {
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
        (Val::TStr(_), Val::TStr(_)) => !positions(whole, part).is_empty() || is_empty(part),
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
        (Val::Null, _) => Ok(Value::within(Val::Null, 0)),
        (Val::TStr(_), Val::TStr(_)) => Ok(array(positions(value.json(), of.json()))),
        (Val::Arr(_), Val::Arr(some)) if some.is_empty() => Ok(array(Vec::new())),
        (Val::Arr(all), Val::Arr(some)) => {
            let places = all.windows(some.len()).enumerate();
            Ok(places
                .filter(|(_, it)| *it == some.as_slice())
                .map(at)
                .collect())
        }
        (Val::Arr(all), one) => {
            let places = all.iter().enumerate();
            Ok(places.filter(|(_, it)| *it == one).map(at).collect())
        }
        _ => Err(Error::index(value, of)),
    }
}

fn at<T>((position, _): (usize, T)) -> Value {
    Value::from(position)
}

fn array(positions: Vec<usize>) -> Value {
    positions.into_iter().map(Value::from).collect()
}

/// The characters of a text at which another begins.
fn positions(text: &Val, part: &Val) -> Vec<usize> {
    let bytes = |text: &Val| text.as_utf8_bytes().unwrap_or_default().to_vec();
    let (text, part) = (bytes(text), bytes(part));
    if part.is_empty() {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(&text);
    let begins = |(_, (byte, _)): &(usize, (usize, char))| {
        text.as_bytes()
            .get(*byte..)
            .is_some_and(|rest| rest.starts_with(&part))
    };
    let places = text.char_indices().enumerate().filter(begins);
    places.map(|(position, _)| position).collect()
}

fn is_empty(text: &Val) -> bool {
    text.as_utf8_bytes().is_some_and(<[u8]>::is_empty)
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
