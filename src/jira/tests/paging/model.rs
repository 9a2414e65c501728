//! A small Jira: one list, served in any style, with the quirks of the real
//! one. It knows nothing of the code under test.

use core::fmt::Write;

use serde_json::Value;

use super::kinds::{Beyond, Flag, Kind, Quirks};
use crate::jira::{
    http::HttpRequest,
    tests::{
        fake::{Served, response},
        paging::script::SITE,
    },
};

/// The list and its server.
pub struct Model {
    pub kind: Kind,
    pub length: u64,
    pub default_size: u64,
    pub quirks: Quirks,
    requests: u64,
}

impl Model {
    pub fn new(kind: Kind, length: u64, default_size: u64, quirks: Quirks) -> Self {
        Self {
            kind,
            length,
            default_size,
            quirks,
            requests: 0,
        }
    }

    /// What the list is, byte for byte.
    pub fn expected(&self) -> Vec<String> {
        let end = match self.kind {
            Kind::FilteredUsers => self.length.min(1_000),
            _ => self.length,
        };
        let shown = (0..end).filter(|n| !self.quirks.hidden.contains(n));
        shown.map(item).collect()
    }

    pub fn served(&mut self, request: &HttpRequest) -> Served {
        let target = request.url.as_str().strip_prefix(SITE).unwrap();
        let turns = mixed(self.quirks.turns, self.requests) % 5;
        self.requests += 1;
        if request.url.path().ends_with("/oauth/token") {
            unreachable!("tokens do not expire here: {target}");
        }
        let (status, body) = match self.quirks.fails {
            Some((number, status)) if number == self.requests => (status, String::new()),
            _ => self.page(request),
        };
        let headers: &[_] = match self.quirks.near_limit && self.requests.is_multiple_of(3) {
            true => &[("x-ratelimit-nearlimit", "true")],
            false => &[],
        };
        Served {
            turns: u32::try_from(turns).unwrap(),
            answer: Ok(response(status, headers, &body)),
        }
    }

    fn page(&self, request: &HttpRequest) -> (u16, String) {
        let parameter = |name: &str| -> Option<String> {
            if self.kind == Kind::TokenInBody {
                let body: Value = serde_json::from_slice(request.body.as_deref()?).unwrap();
                let value = body.get(name)?;
                return Some(
                    value
                        .as_str()
                        .map_or_else(|| value.to_string(), String::from),
                );
            }
            let pairs = request.url.query_pairs();
            pairs
                .filter(|(key, _)| key == name)
                .last()
                .map(|(_, value)| value.into_owned())
        };
        let asked = parameter(self.kind.size_parameter());
        if asked.is_some() && self.quirks.refuses_size {
            return (400, r#"{"errorMessages":["Unknown parameter."]}"#.into());
        }
        let size = asked.map_or(self.default_size, |size| size.parse().unwrap());
        let size = size.min(self.quirks.cap);
        let place = parameter(self.kind.place_parameter());
        let start = match (&place, self.kind.counts()) {
            (None, _) => 0,
            (Some(place), true) => place.parse().unwrap(),
            (Some(place), false) => match place.strip_prefix('t').unwrap_or(place).parse() {
                Ok(start) => start,
                Err(_) => return (400, String::new()),
            },
        };
        let all = self.length + self.inserted();
        match self.quirks.beyond {
            Beyond::Refused(status) if start > 0 && start >= all => (status, String::new()),
            Beyond::LastPage if start > 0 && start >= all => {
                let last = all.saturating_sub(1) / size * size;
                (200, self.written(last, size))
            }
            _ => (200, self.written(start, size)),
        }
    }

    fn inserted(&self) -> u64 {
        match self.requests {
            0 | 1 => 0,
            _ => self.quirks.inserted,
        }
    }

    fn written(&self, start: u64, size: u64) -> String {
        let inserted = self.inserted();
        let all = self.length + inserted;
        let end = match (self.kind, self.quirks.short) {
            (Kind::WholeArray, _) => all,
            (Kind::FilteredUsers, _) => (start + size).min(1_000),
            // Users and the hooks that failed are told to be over by a short page.
            (Kind::NextUrl, _) | (_, None) => start + size,
            (_, Some(seed)) => start + 1 + mixed(seed, start) % size,
        };
        let end = end.min(all);
        let start = match self.kind {
            Kind::WholeArray => 0,
            _ => start,
        };
        let number = |place: u64| place.checked_sub(inserted).unwrap_or(1_000_000 + place);
        let values: Vec<_> = (start..end)
            .map(number)
            .filter(|n| !self.quirks.hidden.contains(n))
            .map(item)
            .collect();
        let is_over = end >= all;
        let next = match self.quirks.repeats {
            Some(place) if place == start => Some(start),
            _ => (!is_over).then_some(end),
        };
        self.wrapped(start, size, next, all, &values.join(","))
    }

    fn wrapped(&self, start: u64, size: u64, next: Option<u64>, all: u64, values: &str) -> String {
        let quirks = &self.quirks;
        let total = match quirks.total {
            None => format!(r#""total":{all},"#),
            Some(Some(total)) => format!(r#""total":{total},"#),
            Some(None) => String::new(),
        };
        let flag = |name: &str| {
            let is_last = match quirks.last {
                Flag::Right => next.is_none(),
                Flag::AlwaysTrue => true,
                Flag::AlwaysFalse => false,
                Flag::Absent => return String::new(),
            };
            format!(r#""{name}":{is_last},"#)
        };
        let token =
            |name: &str| next.map_or(String::new(), |next| format!(r#""{name}":"t{next}","#));
        let link = |name: &str, parameter: &str, next: Option<u64>| match next {
            Some(next)
                if quirks.has_links || !self.kind.counts() || self.kind == Kind::Operations =>
            {
                let site = match quirks.links_elsewhere {
                    true => "https://evil.example",
                    false => "https://acme.atlassian.net",
                };
                format!(r#""{name}":"{site}/rest/x?a=b&{parameter}={next}&size={size}","#)
            }
            _ => String::new(),
        };
        match self.kind {
            Kind::Users | Kind::FilteredUsers | Kind::WholeArray | Kind::PagedArray => {
                format!("[{values}]")
            }
            Kind::Flagged => format!(
                r#"{{{}"maxResults":{size},"startAt":{start},{total}{}"values":[{values}]}}"#,
                link("nextPage", "startAt", next),
                flag("isLast"),
            ),
            Kind::Totalled => {
                format!(
                    r#"{{"startAt":{start},"maxResults":{size},{total}"comments":[ {values} ]}}"#
                )
            }
            Kind::Token | Kind::TokenInBody => {
                format!(
                    r#"{{{}{}"issues":[{values}]}}"#,
                    token("nextPageToken"),
                    flag("isLast")
                )
            }
            Kind::NestedToken => format!(
                r#"{{"projects":{{{}"values":[{values}]}},"statusId":"1"}}"#,
                token("nextPageToken")
            ),
            Kind::Cursor => format!(
                r#"{{"cursor":"x",{}{}{total}"values":[{values}]}}"#,
                token("nextPageCursor"),
                flag("last")
            ),
            Kind::Before => {
                format!(
                    r#"{{"fields":[{values}],{}"endingBefore":"e"}}"#,
                    token("startingAfter")
                )
            }
            Kind::NextUrl => {
                let next = next.or(Some(all)).filter(|_| !values.is_empty());
                format!(
                    r#"{{"maxResults":{size},{}"values":[{values}]}}"#,
                    link("next", "after", next)
                )
            }
            Kind::Since => {
                let until = next.unwrap_or(all);
                format!(
                    r#"{{{}"since":{start},"until":{until},"values":[{values}]}}"#,
                    flag("lastPage")
                )
            }
            Kind::Records => {
                format!(r#"{{"offset":{start},"limit":{size},{total}"records":[{values}]}}"#)
            }
            Kind::Desk | Kind::Knowledge => {
                let (parameter, mark) = match self.kind {
                    Kind::Desk => ("start", ""),
                    _ => ("cursor", "t"),
                };
                let links = link("next", &format!("{parameter}={mark}"), next).replace("==", "=");
                let links = links.replace(
                    &format!("{parameter}={mark}="),
                    &format!("{parameter}={mark}"),
                );
                format!(
                    r#"{{"size":0,"start":{start},"limit":{size},{}"_links":{{{links}"base":"b"}},"values":[{values}]}}"#,
                    flag("isLastPage")
                )
            }
            Kind::Operations => {
                format!(
                    r#"{{"values":[{values}],"links":{{{}"self":"s"}}}}"#,
                    link("next", "offset", next)
                )
            }
        }
    }
}

/// An item, written as nobody would write it again.
pub fn item(number: u64) -> String {
    let mut item = format!(r#"{{"z":1.10,"id" : "{number}","t":"]}}, {{[ \u00f6\/\"","n":"#);
    match number % 3 {
        0 => item.push_str("[[],{}]"),
        1 => write!(item, "-{number}.0e+1").unwrap(),
        _ => item.push_str(&format!("{:?}", "x".repeat((number % 40) as usize))),
    }
    item.push('}');
    item
}

/// A number that looks like chance and is not.
fn mixed(seed: u64, number: u64) -> u64 {
    let mixed =
        (seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed >> 32
}
