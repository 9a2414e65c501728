//! Lists as a person writes them: on a command line, or as JSON.

use super::{AGILE, Links, List, OPERATIONS, PLATFORM, Quirk, SERVICE_DESK, SOFTWARE, USUAL_ITEMS};
use crate::route::Route;
use serde::Deserialize;
use std::fmt;
use std::str::FromStr;

/// Why a list is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListError(String);

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ListError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    path: String,
    items: Option<usize>,
    #[serde(default)]
    quirks: Vec<String>,
}

impl List {
    /// Reads a list that is written as JSON.
    pub fn from_json(json: &[u8]) -> Result<List, ListError> {
        let written: Written =
            serde_json::from_slice(json).map_err(|error| ListError(error.to_string()))?;
        let list = List::new(&written.path, written.items.unwrap_or(USUAL_ITEMS));
        let quirks = written.quirks.iter().map(|quirk| quirk.parse());
        quirks
            .collect::<Result<Vec<Quirk>, ListError>>()
            .and_then(|quirks| known(quirks.into_iter().fold(list, List::with)))
    }
}

/// The list, where there can be one at its path.
fn known(list: List) -> Result<List, ListError> {
    let tables: [&[Route]; 5] = [PLATFORM, AGILE, SOFTWARE, SERVICE_DESK, OPERATIONS];
    let mut routes = tables.into_iter().flatten();
    if routes.any(|route| route.may_end_with(&list.path)) {
        Ok(list)
    } else {
        Err(ListError(format!("there is no list at `{}`", list.path)))
    }
}

impl FromStr for List {
    type Err = ListError;

    fn from_str(text: &str) -> Result<List, ListError> {
        let (mut path, mut items, mut quirks) = (None, USUAL_ITEMS, Vec::new());
        for word in text.split_whitespace() {
            if word.starts_with('/') {
                path = Some(word);
            } else if let Some(count) = word.strip_prefix("items=") {
                items = number("items", count)?;
            } else {
                quirks.push(word.parse()?);
            }
        }
        let path = path.ok_or_else(|| ListError("it has no path".to_owned()))?;
        known(quirks.into_iter().fold(List::new(path, items), List::with))
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} items={}", self.path, self.items)?;
        self.quirks
            .iter()
            .try_for_each(|quirk| write!(f, " {quirk}"))
    }
}

impl FromStr for Quirk {
    type Err = ListError;

    fn from_str(word: &str) -> Result<Quirk, ListError> {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let numbers = || -> Result<Vec<usize>, ListError> {
            let parts = value.split(':');
            parts.map(|part| number(name, part)).collect()
        };
        match name {
            "cap" => Ok(Quirk::Cap(number(name, value)?)),
            "break" => Ok(Quirk::Break(number(name, value)?)),
            "hide-every" => Ok(Quirk::HideEvery(number(name, value)?)),
            "loop" => Ok(Quirk::Loop(number(name, value)?)),
            "hide" => match *numbers()? {
                [from, count] => Ok(Quirk::Hide { from, count }),
                _ => Err(wrong(name)),
            },
            "insert" => match *numbers()? {
                [at, count, after] => Ok(Quirk::Insert { at, count, after }),
                _ => Err(wrong(name)),
            },
            "total" if value == "none" => Ok(Quirk::Total(None)),
            "total" => Ok(Quirk::Total(Some(number(name, value)? as u64))),
            "last" => match value {
                "none" => Ok(Quirk::Last(None)),
                "true" => Ok(Quirk::Last(Some(true))),
                "false" => Ok(Quirk::Last(Some(false))),
                _ => Err(wrong(name)),
            },
            "links" => {
                let form = Links::ALL.iter().find(|(word, _)| *word == value);
                let form = form.ok_or_else(|| wrong(name))?;
                Ok(Quirk::Links(form.1))
            }
            "refuse-size" => Ok(Quirk::RefuseSize),
            _ => Err(ListError(format!("there is no quirk `{name}`"))),
        }
    }
}

/// A number of items. More than 32 bits hold is nothing to walk through.
fn number(name: &str, text: &str) -> Result<usize, ListError> {
    let number: Result<u32, _> = text.parse();
    number
        .map(|number| number as usize)
        .map_err(|_| wrong(name))
}

fn wrong(name: &str) -> ListError {
    ListError(format!("`{name}` has no such value"))
}
