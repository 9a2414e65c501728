use std::collections::HashSet;
use std::iter;
use std::ops::Range;

use jaq_core::path::Opt;
use jaq_core::{Error, Exn, ValR, ValT, ValX};
use jaq_json::{Rc, Val};

use super::{DEEPEST_MADE, Value, update};

/// The steps from a value to one within it.
type Path<'a> = &'a [Val];

/// What is left of a value without what is at these paths. They are all of the
/// whole value: the removal of one does not move what another leads to.
pub(in crate::commands::request::filter) fn without<'a>(
    value: Value,
    paths: &Value,
) -> ValX<'a, Value> {
    let Val::Arr(all) = &paths.json else {
        return Err(Exn::from(Error::typ(paths.clone(), "array")));
    };
    let mut sorted = all.iter().map(path).collect::<Result<Vec<_>, _>>()?;
    sorted.sort();
    without_sorted(value, &sorted)
}

fn path(path: &Val) -> Result<Path<'_>, Error<Value>> {
    match path {
        Val::Arr(steps) => Ok(steps.as_slice()),
        other => Err(Error::str(format_args!("{other} is no path"))),
    }
}

fn without_sorted<'a>(mut value: Value, paths: &[Path<'_>]) -> ValX<'a, Value> {
    let mut removed = Vec::new();
    let same_step = |one: &Path<'_>, other: &Path<'_>| one.first() == other.first();
    // From the end, as a slice that gets shorter moves what is behind it.
    for paths in paths.chunk_by(same_step).rev() {
        match paths {
            [[step], ..] => removed.push(of_path(step)),
            [[step, ..], ..] => {
                let beyond: Vec<_> = paths.iter().filter_map(|path| path.get(1..)).collect();
                value = without_beyond(value, &of_path(step), &beyond)?;
            }
            _ => return Ok(Value::within(Val::Null, 0)),
        }
    }
    Ok(without_steps(value, &removed)?)
}

fn of_path(step: &Val) -> Value {
    Value::within(step.clone(), DEEPEST_MADE)
}

/// What is left of a value without what is at these paths from this step on. What
/// is not there stays so.
fn without_beyond<'a>(value: Value, step: &Value, paths: &[Path<'_>]) -> ValX<'a, Value> {
    if value.clone().index(step)?.json == Val::Null {
        return Ok(value);
    }
    update::index(value, step, Opt::Essential, |part| {
        iter::once(without_sorted(part, paths))
    })
}

fn without_steps(value: Value, steps: &[Value]) -> ValR<Value> {
    if let Some(step) = steps.iter().find(|step| !fits(&value.json, &step.json)) {
        return Err(Error::index(value, step.clone()));
    }
    let levels = value.levels;
    let left = match value.json {
        Val::Obj(mut members) => {
            let mut names: Vec<&Val> = steps.iter().map(Value::json).collect();
            names.sort();
            let is_left = |name: &Val| names.binary_search(&name).is_err();
            Rc::make_mut(&mut members).retain(|name, _| is_left(name));
            Val::Obj(members)
        }
        Val::Arr(mut items) => {
            let places = steps.iter().map(|step| places(step, items.len()));
            let removed: HashSet<usize> = places
                .collect::<Result<Vec<_>, _>>()?
                .into_iter()
                .flatten()
                .collect();
            let mut place = 0..;
            Rc::make_mut(&mut items)
                .retain(|_| !place.next().is_some_and(|it| removed.contains(&it)));
            Val::Arr(items)
        }
        other => other,
    };
    Ok(Value::within(left, levels))
}

/// Whether there may be something of this value at such a step.
fn fits(value: &Val, step: &Val) -> bool {
    match value {
        Val::Null => true,
        Val::Obj(_) => matches!(step, Val::TStr(_)),
        Val::Arr(_) => matches!(step, Val::Num(_) | Val::Obj(_)),
        _ => false,
    }
}

/// The places in an array of this length that a step leads to.
fn places(step: &Value, length: usize) -> Result<Range<usize>, Error<Value>> {
    match &step.json {
        Val::Num(_) => {
            let position = update::position(step, length).filter(|place| *place < length);
            Ok(position.map_or(0..0, |place| place..place + 1))
        }
        _ => update::positions_of_slice(step, length),
    }
}
