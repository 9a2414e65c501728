use std::mem;
use std::ops::Range;

use jaq_core::path::Opt;
use jaq_core::{Error, Exn, ValT, ValX};
use jaq_json::{Map, Rc, Val};
use jaq_std::ValT as _;

use super::Value;

/// How long an array may get by an index that is beyond its end. An index may be
/// any number, and all before it takes memory.
const LONGEST_GROWN: usize = 10_000_000;

/// What becomes of the values one level below.
struct Below<F> {
    levels: usize,
    made: usize,
    becomes: F,
}

impl<'a, F: Fn(Value) -> I, I: Iterator<Item = ValX<'a, Value>>> Below<F> {
    fn of(value: &Value, becomes: F) -> Self {
        Below {
            levels: value.levels.saturating_sub(1),
            made: 0,
            becomes,
        }
    }

    /// The first result, as of jq; nothing where there is none.
    fn becomes(&mut self, json: Val) -> ValX<'a, Option<Val>, Value> {
        let value = Value::within(json, self.levels);
        let Some(made) = (self.becomes)(value).next().transpose()? else {
            return Ok(None);
        };
        self.made = self.made.max(made.levels);
        Ok(Some(made.json))
    }

    fn around(&self, json: Val) -> Value {
        Value::within(json, 1 + self.levels.max(self.made))
    }
}

/// Each value within becomes what `f` makes of it.
pub(super) fn values<'a, I: Iterator<Item = ValX<'a, Value>>>(
    value: Value,
    opt: Opt,
    f: impl Fn(Value) -> I,
) -> ValX<'a, Value> {
    let mut below = Below::of(&value, f);
    match value.json {
        Val::Arr(items) => {
            let items = Rc::unwrap_or_clone(items).into_iter();
            let made = items.filter_map(|item| below.becomes(item).transpose());
            let made = made.collect::<Result<Val, _>>()?;
            Ok(below.around(made))
        }
        Val::Obj(members) => {
            let members = Rc::unwrap_or_clone(members).into_iter();
            let made = members.filter_map(|(key, value)| {
                let made = below.becomes(value).transpose()?;
                Some(made.map(|made| (key, made)))
            });
            let made = made.collect::<Result<Map, _>>()?;
            Ok(below.around(Val::obj(made)))
        }
        _ => opt.fail(value, |value| Exn::from(value.not_iterable())),
    }
}

/// The value at an index becomes what `f` makes of it. `null` is an array or an
/// object with nothing in it.
pub(super) fn index<'a, I: Iterator<Item = ValX<'a, Value>>>(
    value: Value,
    index: &Value,
    opt: Opt,
    f: impl Fn(Value) -> I,
) -> ValX<'a, Value> {
    match (&value.json, &index.json) {
        (Val::Obj(_) | Val::Null, Val::TStr(_)) => member(value, &index.json, f),
        (Val::Arr(_) | Val::Null, Val::Num(_)) => {
            match position(index, length(&value))
                .filter(|it| *it < LONGEST_GROWN.max(length(&value)))
            {
                Some(position) => item(value, position, f),
                None => opt.fail(value, |_| {
                    Exn::from(Error::str(format_args!("index {index} out of bounds")))
                }),
            }
        }
        (Val::Arr(_) | Val::Null, Val::Obj(_)) => match positions_of_slice(index, length(&value)) {
            Ok(range) => slice(value, range, f),
            Err(error) => opt.fail(value, |_| Exn::from(error)),
        },
        _ => opt.fail(value, |value| Exn::from(Error::index(value, index.clone()))),
    }
}

fn member<'a, I: Iterator<Item = ValX<'a, Value>>>(
    value: Value,
    key: &Val,
    f: impl Fn(Value) -> I,
) -> ValX<'a, Value> {
    let mut below = Below::of(&value, f);
    let mut members = match value.json {
        Val::Obj(members) => members,
        _ => Rc::default(),
    };
    let all = Rc::make_mut(&mut members);
    let before = all.get_mut(key).map(mem::take).unwrap_or_default();
    match below.becomes(before)? {
        Some(made) => all.insert(key.clone(), made),
        None => all.shift_remove(key),
    };
    Ok(below.around(Val::Obj(members)))
}

fn item<'a, I: Iterator<Item = ValX<'a, Value>>>(
    value: Value,
    position: usize,
    f: impl Fn(Value) -> I,
) -> ValX<'a, Value> {
    let mut below = Below::of(&value, f);
    let mut items = items(value);
    let all = Rc::make_mut(&mut items);
    let before = all.get_mut(position).map(mem::take).unwrap_or_default();
    match below.becomes(before)? {
        Some(made) => {
            all.resize_with(all.len().max(position + 1), Val::default);
            all.splice(position..=position, [made]);
        }
        None if position < all.len() => drop(all.remove(position)),
        None => {}
    }
    Ok(below.around(Val::Arr(items)))
}

/// Where in an array of this length an index is, which may be beyond its end; or
/// nowhere.
pub(super) fn position(index: &Value, length: usize) -> Option<usize> {
    let index = index.as_f64()?.floor();
    let position = match index < 0.0 {
        true => index + length as f64,
        false => index,
    };
    (position >= 0.0).then_some(position as usize)
}

fn items(value: Value) -> Rc<Vec<Val>> {
    match value.json {
        Val::Arr(items) => items,
        _ => Rc::default(),
    }
}

fn length(value: &Value) -> usize {
    match &value.json {
        Val::Arr(items) => items.len(),
        _ => 0,
    }
}

/// A part of an array becomes what `f` makes of it, which has to be an array.
pub(super) fn range<'a, I: Iterator<Item = ValX<'a, Value>>>(
    value: Value,
    range: Range<Option<&Value>>,
    opt: Opt,
    f: impl Fn(Value) -> I,
) -> ValX<'a, Value> {
    if !matches!(value.json, Val::Arr(_) | Val::Null) {
        return opt.fail(value, |value| Exn::from(Error::typ(value, "array")));
    }
    match positions(range, length(&value)) {
        Ok(range) => slice(value, range, f),
        Err(error) => opt.fail(value, |_| Exn::from(error)),
    }
}

fn slice<'a, I: Iterator<Item = ValX<'a, Value>>>(
    value: Value,
    range: Range<usize>,
    f: impl Fn(Value) -> I,
) -> ValX<'a, Value> {
    let levels = value.levels;
    let mut items = items(value);
    let part = items.get(range.clone()).unwrap_or_default();
    let part = Value::within(part.iter().cloned().collect(), levels);
    let made = match f(part).next().transpose()? {
        Some(made) if !matches!(made.json, Val::Arr(_)) => {
            return Err(Exn::from(Error::typ(made, "array")));
        }
        Some(made) => made,
        None => Value::from_iter([]),
    };
    let levels = levels.max(made.levels);
    let made = made.json.values().flatten();
    Rc::make_mut(&mut items).splice(range, made);
    Ok(Value::within(Val::Arr(items), levels))
}

/// Where in an array of this length the slice is that an object tells.
pub(super) fn positions_of_slice(
    slice: &Value,
    length: usize,
) -> Result<Range<usize>, Error<Value>> {
    let bound = |name: &str| slice.clone().index(&Value::from(name.to_owned()));
    let (start, end) = (bound("start")?, bound("end")?);
    positions(Some(&start)..Some(&end), length)
}

/// Where in an array of this length a slice is.
fn positions(range: Range<Option<&Value>>, length: usize) -> Result<Range<usize>, Error<Value>> {
    let within = |bound: f64| match bound < 0.0 {
        true => (bound + length as f64).max(0.0),
        false => bound.min(length as f64),
    };
    let bound = |bound: Option<&Value>, without: usize| match bound {
        Some(bound) if bound.json != Val::Null => match bound.as_f64() {
            Some(number) => Ok(within(number)),
            None => Err(Error::typ(bound.clone(), "number")),
        },
        _ => Ok(without as f64),
    };
    let start = bound(range.start, 0)?.floor() as usize;
    let end = bound(range.end, length)?.ceil() as usize;
    Ok(start..end.max(start))
}
