//! What an API can do: a table of routes.

use crate::answer::Answer;
use crate::clock::Now;
use crate::company::Company;
use crate::list::{Lists, Shape};
use crate::media::Downloads;
use crate::request::{Request, decoded};
use crate::secrets::Secrets;
use crate::{Account, Site};
use serde_json::Value;

/// Stands for exactly one segment of a path.
const ONE: &str = "{}";
/// Stands for the rest of a path, which may be empty.
const REST: &str = "**";
/// Stands for every method.
const ANY: &str = "ANY";

/// What a body must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// JSON, where there is a body.
    Json,
    /// Whatever the operation itself makes of it.
    Anything,
}

/// What an operation does.
#[derive(Clone, Copy)]
pub(crate) enum Act {
    Do(fn(&mut Visit<'_>) -> Answer),
    /// It answers a page of a list.
    List(&'static Shape),
}

/// One operation.
pub(crate) struct Route {
    method: &'static str,
    pattern: &'static str,
    /// The scopes it needs, all of them.
    pub scopes: &'static [&'static str],
    pub takes: Takes,
    pub act: Act,
}

/// A request on its way through one operation.
pub(crate) struct Visit<'a> {
    pub request: &'a Request,
    /// The body, where the operation takes JSON and there is one.
    pub json: Value,
    /// What the `{}` of the pattern stand for.
    pub names: Vec<String>,
    pub site: &'a Site,
    pub account: &'a Account,
    /// The URL of the site at the gateway.
    pub base: String,
    pub media_origin: &'a str,
    /// The version of the platform API that was called.
    pub version: &'static str,
    pub now: Now,
    pub company: &'a mut Company,
    pub lists: &'a mut Lists,
    pub downloads: &'a mut Downloads,
    pub secrets: &'a mut Secrets,
}

impl Visit<'_> {
    /// The segment of the path that the nth `{}` stands for.
    pub fn name(&self, nth: usize) -> &str {
        self.names.get(nth).map_or("", String::as_str)
    }

    /// A link to the platform API in gateway form, as Jira makes them.
    pub fn link(&self, path: &str) -> String {
        format!("{}/rest/api/{}/{path}", self.base, self.version)
    }
}

/// What a table of routes has for a request.
pub(crate) enum Found {
    Route(&'static Route, Vec<String>),
    /// The path is known; these are its methods.
    OtherMethods(String),
    Nothing,
}

impl Route {
    pub const fn new(
        method: &'static str,
        pattern: &'static str,
        scopes: &'static [&'static str],
        act: fn(&mut Visit<'_>) -> Answer,
    ) -> Route {
        Route {
            method,
            pattern,
            scopes,
            takes: Takes::Json,
            act: Act::Do(act),
        }
    }

    /// An operation that answers a page of a list.
    pub const fn list(
        method: &'static str,
        pattern: &'static str,
        scopes: &'static [&'static str],
        shape: &'static Shape,
    ) -> Route {
        Route {
            method,
            pattern,
            scopes,
            takes: Takes::Json,
            act: Act::List(shape),
        }
    }

    /// An operation for every method, which needs nothing but a good token.
    pub const fn any(pattern: &'static str, act: fn(&mut Visit<'_>) -> Answer) -> Route {
        Route::new(ANY, pattern, &[], act).taking_anything()
    }

    pub const fn taking_anything(mut self) -> Route {
        self.takes = Takes::Anything;
        self
    }

    fn answers(&self, method: &str) -> bool {
        self.method == ANY || self.method == method || (self.method == "GET" && method == "HEAD")
    }

    /// Whether a path of this operation can end with these segments, of which
    /// one at least is its own.
    pub fn may_end_with(&self, segments: &str) -> bool {
        let expected = self.pattern.rsplit('/');
        let segments = segments.trim_matches('/').rsplit('/');
        // What is before the pattern, such as `rest/api/3`, is not looked at.
        let mut both = expected.zip(segments);
        both.clone()
            .all(|(expected, segment)| expected == ONE || expected == segment)
            && both.any(|(expected, segment)| expected == segment)
    }

    fn names(&self, path: &str) -> Option<Vec<String>> {
        let mut names = Vec::new();
        let mut segments = path.split('/');
        for expected in self.pattern.split('/') {
            if expected == REST {
                return Some(names);
            }
            let segment = segments.next()?;
            if expected == ONE && !segment.is_empty() {
                names.push(decoded(segment));
            } else if expected != segment {
                return None;
            }
        }
        segments.next().is_none().then_some(names)
    }
}

/// Looks a method and a path up in tables.
pub(crate) fn find(tables: &[&'static [Route]], method: &str, path: &str) -> Found {
    let mut others = Vec::new();
    for route in tables.iter().copied().flatten() {
        let Some(names) = route.names(path) else {
            continue;
        };
        if route.answers(method) {
            return Found::Route(route, names);
        }
        others.push(route.method);
    }
    if others.is_empty() {
        Found::Nothing
    } else {
        Found::OtherMethods(others.join(", "))
    }
}
