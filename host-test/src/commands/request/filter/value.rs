//! Values that know how deep they are nested.
//!
//! Values are compared, written and let go of level by level on the stack, so that
//! there has to be a bound to their levels.

mod depth;
mod number;
mod removal;
mod update;

use std::cmp::Ordering;
use std::fmt::{self, Display};
use std::ops::{Add, Div, Mul, Neg, Range, Rem, Sub};

use jaq_core::box_iter::{BoxIter, box_once};
use jaq_core::path::Opt;
use jaq_core::{Error, ValR, ValT, ValX};
use jaq_json::{Val, write};

pub(super) use self::depth::DEEPEST_MADE;
pub(super) use self::removal::without;

/// How long a text may get by being repeated: as long as the longest list that an
/// expression gets.
const LONGEST_REPEATED: usize = 256 * 1024 * 1024;

/// A value, and how deep it is nested at most.
#[derive(Clone, Debug)]
pub(in crate::commands::request) struct Value {
    json: Val,
    levels: usize,
}

impl Value {
    /// A value that is nested no deeper than so many levels. Where these are more
    /// than it may have, they are counted.
    pub(super) fn within(json: Val, levels: usize) -> Self {
        match json {
            Val::Arr(_) | Val::Obj(_) => {
                let levels = depth::bounded(&json, levels.max(1));
                Value { json, levels }
            }
            _ => Value {
                json: number::whole(json),
                levels: 0,
            },
        }
    }

    pub(super) fn json(&self) -> &Val {
        &self.json
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        let mut json = Vec::new();
        // Nothing fails to be written to memory.
        let _ = write::write(&mut json, &write::Pp::default(), 0, &self.json);
        json
    }

    /// What is a level below this.
    fn below(&self) -> impl Fn(Val) -> Value + Copy + use<> {
        let levels = self.levels.saturating_sub(1);
        move |json| Value::within(json, levels)
    }

    fn is_container(&self) -> bool {
        matches!(self.json, Val::Arr(_) | Val::Obj(_))
    }

    fn not_iterable(self) -> Error<Value> {
        Error::typ(self, "iterable (array or object)")
    }

    /// What comes of two values, which is no deeper than they are.
    fn with(self, other: Value, made: impl FnOnce(Val, Val) -> ValR<Val>) -> ValR<Value> {
        let levels = self.levels.max(other.levels);
        let made = made(self.json, other.json).map_err(told)?;
        Ok(Value::within(made, levels))
    }
}

/// The same error, of values that know their depth.
fn told(error: Error<Val>) -> Error<Value> {
    Error::new(Value::within(error.into_val(), 0))
}

impl ValT for Value {
    fn from_num(digits: &str) -> ValR<Self> {
        let number = Val::from_num(digits).map_err(told)?;
        Ok(Value::within(number, 0))
    }

    fn from_map<I: IntoIterator<Item = (Self, Self)>>(members: I) -> ValR<Self> {
        let mut levels = 0;
        let members = members.into_iter().map(|(key, value)| {
            levels = levels.max(key.levels).max(value.levels);
            (key.json, value.json)
        });
        let object = Val::obj(members.collect());
        Ok(Value::within(object, levels + 1))
    }

    fn key_values(self) -> BoxIter<'static, ValR<(Self, Self), Self>> {
        if !self.is_container() {
            return box_once(Err(self.not_iterable()));
        }
        let below = self.below();
        let members = self.json.key_values();
        Box::new(members.map(move |member| {
            let (key, value) = member.map_err(told)?;
            Ok((below(key), below(value)))
        }))
    }

    fn values(self) -> Box<dyn Iterator<Item = ValR<Self>>> {
        if !self.is_container() {
            return box_once(Err(self.not_iterable()));
        }
        let below = self.below();
        let values = self.json.values();
        Box::new(values.map(move |value| value.map(below).map_err(told)))
    }

    fn index(self, index: &Self) -> ValR<Self> {
        let below = self.below();
        let place = number::rounded(&index.json, f64::floor);
        match self.json.clone().index(&place) {
            // A slice is as deep as the whole.
            Ok(slice) if matches!(index.json, Val::Obj(_)) => Ok(Value::within(slice, self.levels)),
            Ok(value) => Ok(below(value)),
            Err(_) => Err(Error::index(self, index.clone())),
        }
    }

    fn range(self, range: Range<Option<&Self>>) -> ValR<Self> {
        if self.json == Val::Null {
            return Ok(self);
        }
        let start = range.start.map(|it| number::rounded(&it.json, f64::floor));
        let end = range.end.map(|it| number::rounded(&it.json, f64::ceil));
        let slice = self.json.range(start.as_deref()..end.as_deref());
        let slice = slice.map_err(told)?;
        Ok(Value::within(slice, self.levels))
    }

    fn map_values<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        update::values(self, opt, f)
    }

    fn map_index<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        index: &Self,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        update::index(self, index, opt, f)
    }

    fn map_range<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        range: Range<Option<&Self>>,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        update::range(self, range, opt, f)
    }

    fn as_bool(&self) -> bool {
        self.json.as_bool()
    }

    fn into_string(self) -> Self {
        Value::within(self.json.into_string(), 0)
    }
}

impl jaq_std::ValT for Value {
    fn into_seq<S: FromIterator<Self>>(self) -> Result<S, Self> {
        let below = self.below();
        match self.json {
            Val::Arr(_) => Ok(self.json.values().flatten().map(below).collect()),
            json => Err(Value::within(json, self.levels)),
        }
    }

    fn is_int(&self) -> bool {
        self.json.is_int()
    }

    fn as_isize(&self) -> Option<isize> {
        self.json.as_isize()
    }

    fn as_f64(&self) -> Option<f64> {
        self.json.as_f64()
    }

    fn is_utf8_str(&self) -> bool {
        self.json.is_utf8_str()
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        self.json.as_bytes()
    }

    fn as_sub_str(&self, part: &[u8]) -> Self {
        Value::within(self.json.as_sub_str(part), 0)
    }

    fn from_utf8_bytes(text: impl AsRef<[u8]> + Send + 'static) -> Self {
        Value::within(Val::from_utf8_bytes(text), 0)
    }
}

impl Add for Value {
    type Output = ValR<Self>;

    fn add(self, other: Self) -> Self::Output {
        self.with(other, Val::add)
    }
}

impl Sub for Value {
    type Output = ValR<Self>;

    fn sub(self, other: Self) -> Self::Output {
        self.with(other, Val::sub)
    }
}

impl Mul for Value {
    type Output = ValR<Self>;

    fn mul(self, other: Self) -> Self::Output {
        match repeated_length(&self, &other).or_else(|| repeated_length(&other, &self)) {
            Some(length) if length > LONGEST_REPEATED => {
                Err(Error::str("the text would be too long if it were repeated"))
            }
            _ => self.with(other, Val::mul),
        }
    }
}

/// How long this text is when it is repeated so often.
fn repeated_length(text: &Value, times: &Value) -> Option<usize> {
    let length = jaq_std::ValT::as_bytes(text)?.len();
    let times = jaq_std::ValT::as_f64(times)?;
    Some(length.saturating_mul(times as usize))
}

impl Div for Value {
    type Output = ValR<Self>;

    fn div(self, other: Self) -> Self::Output {
        self.with(other, Val::div)
    }
}

impl Rem for Value {
    type Output = ValR<Self>;

    fn rem(self, other: Self) -> Self::Output {
        self.with(other, number::remainder)
    }
}

impl Neg for Value {
    type Output = ValR<Self>;

    fn neg(self) -> Self::Output {
        let negated = self.json.neg().map_err(told)?;
        Ok(Value::within(negated, 0))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::within(Val::from(value), 0)
    }
}

impl From<isize> for Value {
    fn from(number: isize) -> Self {
        Value::within(Val::from(number), 0)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Value::within(Val::from(number), 0)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::within(Val::from(number), 0)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::within(Val::from(text), 0)
    }
}

impl From<Range<Option<Value>>> for Value {
    fn from(range: Range<Option<Value>>) -> Self {
        let json = |bound: Option<Value>| bound.map(|bound| bound.json);
        let ends = [&range.start, &range.end].into_iter().flatten();
        let levels = ends.map(|bound| bound.levels + 1).max().unwrap_or(1);
        let range = json(range.start)..json(range.end);
        Value::within(Val::from(range), levels)
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<T: IntoIterator<Item = Value>>(values: T) -> Self {
        let mut levels = 0;
        let values = values.into_iter().map(|value| {
            levels = levels.max(value.levels);
            value.json
        });
        let array = values.collect();
        Value::within(array, levels + 1)
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        self.json.cmp(&other.json)
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.json.fmt(f)
    }
}
