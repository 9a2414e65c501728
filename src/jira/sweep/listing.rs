//! Pages of keys for callers: of a size that we state, whatever the store's is.

use crate::jira::{
    error::{Error, Result},
    host::Host,
    store,
};

/// How many accounts or actions a call answers.
pub const PAGE_ITEMS: usize = 500;

/// Some keys and where to go on.
#[derive(Debug, Default)]
pub struct Keys {
    /// The keys.
    pub keys: Vec<String>,
    /// Where to go on; nothing at the end.
    pub cursor: Option<String>,
}

/// Lists the keys with a prefix from a cursor on.
///
/// A cursor is the store's own, and before it the last key that was answered of
/// that page, as a page of the store may be larger than one of ours.
pub async fn keys(host: &impl Host, prefix: &str, cursor: Option<&str>) -> Result<Keys> {
    let (mut after, mut at) = match cursor {
        None => (String::new(), None),
        Some(cursor) => parse(cursor)?,
    };
    let mut found = Vec::new();
    for _ in 0..store::MAX_LIST_PAGES {
        let page = host.list(prefix, at.clone()).await?;
        let room = PAGE_ITEMS - found.len();
        let mut keys = Vec::new();
        for key in page.keys {
            if key.starts_with(prefix) && key > after {
                store::insert(&mut keys, key);
                keys.truncate(room + 1);
            }
        }
        if keys.len() > room {
            keys.truncate(room);
            let last = keys.last().unwrap_or(&after);
            let cursor = Some(write(last, at.as_deref()));
            found.extend(keys);
            return Ok(Keys {
                keys: found,
                cursor,
            });
        }
        found.extend(keys);
        after.clear();
        at = page.cursor;
        if at.is_none() || found.len() == PAGE_ITEMS {
            return Ok(Keys {
                keys: found,
                cursor: at.map(|at| write("", Some(&at))),
            });
        }
    }
    Err(store::endless())
}

/// Keys have no bar in them.
fn write(after: &str, at: Option<&str>) -> String {
    match at {
        Some(at) => format!("{after}|+{at}"),
        None => format!("{after}|"),
    }
}

fn parse(cursor: &str) -> Result<(String, Option<String>)> {
    let invalid = || Error::invalid("cursor", "it is not one that this step gave");
    let (after, at) = cursor.split_once('|').ok_or_else(invalid)?;
    match (at, at.strip_prefix('+')) {
        ("", _) => Ok((after.into(), None)),
        (_, Some(at)) => Ok((after.into(), Some(at.into()))),
        _ => Err(invalid()),
    }
}
