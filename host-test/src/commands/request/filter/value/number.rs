use std::borrow::Cow;

use jaq_core::ValR;
use jaq_json::{Num, Val};
use jaq_std::ValT;

/// Up to where a whole number that was computed is written with its digits.
const LARGEST_WHOLE: f64 = 1e17;

/// A number that was computed and is whole as an integer: it is written as one, and
/// may be an index. What came with the answer is not computed, and stays as it is.
pub(super) fn whole(value: Val) -> Val {
    match value {
        Val::Num(Num::Float(number)) if is_whole(number) => Val::from(number as isize),
        other => other,
    }
}

/// The number that is meant where only whole ones have a meaning.
pub(super) fn rounded(value: &Val, round: impl Fn(f64) -> f64) -> Cow<'_, Val> {
    match (value, value.as_f64()) {
        (Val::Num(Num::Float(_) | Num::Dec(_)), Some(number)) if number.is_finite() => {
            Cow::Owned(Val::from(round(number) as isize))
        }
        _ => Cow::Borrowed(value),
    }
}

/// The remainder of whole numbers, which others are cut to.
pub(super) fn remainder(number: Val, by: Val) -> ValR<Val> {
    let [number, by] = [&number, &by].map(|it| rounded(it, f64::trunc).into_owned());
    number % by
}

fn is_whole(number: f64) -> bool {
    number.fract() == 0.0
        && number.abs() <= LARGEST_WHOLE
        && (number != 0.0 || number.is_sign_positive())
}
