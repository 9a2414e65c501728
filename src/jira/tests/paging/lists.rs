//! Any list, in any style, with any quirk: what is answered is the list, or it
//! is said why not.

use std::collections::BTreeSet;

use proptest::{prelude::*, sample::select, test_runner::Config};
use serde_json::Value;

use super::{
    kinds::{Beyond, Flag, KINDS, Kind, Quirks},
    model::Model,
    script::{self, cursor, end},
};
use crate::jira::{
    exchange::exchange,
    paging::options::Paginate,
    request::{ApiRequest, tests::request},
};

/// A list and how it is asked for.
#[derive(Debug, Clone)]
struct Case {
    kind: Kind,
    length: u64,
    default_size: u64,
    quirks: Quirks,
    paginate: Paginate,
}

fn cases() -> impl Strategy<Value = Case> {
    let list = (select(KINDS), 0..60_u64, 1..9_u64, 1..12_u64);
    let limits = (
        prop::option::of(1..12_u32),
        prop::option::of(1..40_u64),
        prop::option::of(1..9_u32),
        prop::option::of(100..900_u64),
        prop::option::of(1..7_u32),
    );
    let contents = (
        prop::option::of(any::<u64>()),
        prop_oneof![2 => Just(0..0), 1 => (0..40_u64, 1..30_u64).prop_map(|(at, count)| at..at + count)],
        prop_oneof![4 => Just(0), 1 => 1..3_u64],
        prop_oneof![6 => Just(None), 1 => (0..30_u64).prop_map(Some)],
        prop_oneof![3 => Just(None), 1 => Just(Some(None)), 1 => (0..99_u64).prop_map(|n| Some(Some(n)))],
        prop_oneof![4 => Just(Flag::Right), 1 => select(&[Flag::AlwaysTrue, Flag::AlwaysFalse, Flag::Absent][..])],
    );
    let service = (
        any::<bool>(),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.2),
        prop_oneof![3 => Just(None), 1 => (1..9_u64, select(&[400_u16, 404, 429, 500, 503][..])).prop_map(Some)],
        (any::<bool>(), any::<u64>()),
        prop_oneof![
            2 => Just(Beyond::Nothing),
            1 => select(&[400_u16, 404, 422][..]).prop_map(Beyond::Refused),
            1 => Just(Beyond::LastPage)
        ],
    );
    (list, limits, contents, service).prop_map(
        |(
            (kind, length, default_size, cap),
            (page_size, max_items, max_pages, max_bytes, in_flight),
            (short, hidden, inserted, repeats, total, last),
            (has_links, links_elsewhere, refuses_size, fails, (near_limit, turns), beyond),
        )| {
            let quirks = Quirks {
                cap,
                short,
                hidden,
                inserted,
                repeats,
                total,
                last,
                beyond,
                has_links,
                links_elsewhere,
                refuses_size,
                fails,
                near_limit,
                turns,
            };
            let paginate = Paginate {
                page_size,
                max_items,
                max_pages,
                max_bytes,
                in_flight,
                cursor: None,
            };
            Case {
                kind,
                length,
                default_size,
                quirks,
                paginate,
            }
            .without_what_nobody_could_know()
        },
    )
}

impl Case {
    /// Some contradictions cannot be told from a list that is over.
    fn without_what_nobody_could_know(mut self) -> Self {
        let kind = self.kind;
        if kind == Kind::FilteredUsers {
            // Twenty ranges at the most, as the real one.
            self.length *= 30;
            self.default_size = 50;
            self.quirks.cap = 1_000;
            self.quirks.short = None;
            self.quirks.inserted = 0;
            self.paginate.page_size = self.paginate.page_size.map(|size| size * 40);
            let hidden = &mut self.quirks.hidden;
            *hidden = hidden.start * 20..hidden.end * 20;
        }
        let quirks = &mut self.quirks;
        if !kind.counts() || quirks.last == Flag::AlwaysFalse || quirks.repeats.is_some() {
            quirks.inserted = 0;
        }
        if kind == Kind::WholeArray
            || kind == Kind::PagedArray
            || kind == Kind::Users
            || kind == Kind::FilteredUsers
            || kind == Kind::Before
        {
            quirks.repeats = None;
        }
        // What begins again with the same item may be the same array.
        if kind == Kind::PagedArray {
            quirks.inserted = 0;
        }
        // A flag that is always set means nothing only where something else
        // says that there is more.
        let has_other_end = match kind {
            Kind::Flagged | Kind::Desk => quirks.has_links && !quirks.links_elsewhere,
            Kind::Token | Kind::TokenInBody | Kind::Cursor | Kind::Knowledge => true,
            _ => false,
        };
        if !has_other_end && quirks.last == Flag::AlwaysTrue {
            quirks.last = Flag::Right;
        }
        if quirks.last == Flag::Absent && kind == Kind::Since {
            quirks.last = Flag::Right;
        }
        // Where only the total tells the end, it may be wrong, but not while
        // pages are shorter than they need be.
        let by_total = kind == Kind::Totalled
            || kind == Kind::Records
            || (quirks.last == Flag::Absent && matches!(kind, Kind::Flagged | Kind::Desk));
        if by_total && quirks.total.is_some() {
            quirks.short = None;
            quirks.repeats = None;
        }
        if by_total && quirks.total.is_none_or(|total| total.is_none()) && kind != Kind::Totalled {
            quirks.short = None;
        }
        // A page that says that it is the last one and names itself as the
        // next is believed to be the last one.
        if quirks.last == Flag::AlwaysTrue {
            quirks.repeats = None;
        }
        // A page that should be beyond the end, and is not, may not be refused.
        let is_probed_within =
            kind == Kind::PagedArray || (by_total && matches!(quirks.total, Some(Some(_))));
        if let Some((_, status @ 400..500)) = &mut quirks.fails
            && is_probed_within
        {
            *status = 429;
        }
        if quirks.links_elsewhere {
            quirks.has_links = true;
            quirks.hidden = 0..0;
        }
        // An empty page that says that it is the last one is believed.
        if !kind.can_hide(quirks) || by_total || quirks.last == Flag::AlwaysTrue {
            quirks.hidden = 0..0;
        }
        // A link that leads back does not show where a filtered page ends.
        if kind.counts() && !quirks.hidden.is_empty() {
            quirks.repeats = None;
        }
        if !kind.goes_beyond_by_probes_alone(quirks) {
            quirks.beyond = Beyond::Nothing;
        }
        // The last page is the same again where all pages are full, and of one size:
        // after a refusal the page size is left out, and what comes again then, on
        // another page, comes twice.
        if quirks.beyond == Beyond::LastPage {
            quirks.short = None;
            if let Some((_, status @ 400..500)) = &mut quirks.fails {
                *status = 429;
            }
        }
        self
    }

    /// Why the list may come out incomplete.
    fn excuses(&self, last_end: &str) -> bool {
        let quirks = &self.quirks;
        match last_end {
            "no-progress" => quirks.repeats.is_some() || quirks.last == Flag::AlwaysFalse,
            "failed-page" => {
                quirks.links_elsewhere && matches!(self.kind, Kind::NextUrl | Kind::Knowledge)
            }
            _ => false,
        }
    }

    fn request(&self, cursor: Option<String>) -> ApiRequest {
        let method = self.kind.method();
        let paginate = Paginate {
            cursor,
            ..self.paginate.clone()
        };
        ApiRequest {
            paginate: Some(paginate),
            json_object: method.takes_body().then(|| r#"{"jql":"x"}"#.into()),
            ..request(method, self.kind.path())
        }
    }

    /// Fetches the list, call after call, and says how the last one ended.
    fn gather(&self) -> (String, &'static str) {
        let host = script::host();
        let mut model = Model::new(
            self.kind,
            self.length,
            self.default_size,
            self.quirks.clone(),
        );
        host.serve(move |request, _| Some(model.served(request)));
        let mut gathered = Vec::new();
        let mut place = None;
        for _ in 0..2_000 {
            let answer = match host.run(exchange(
                &host,
                self.kind.api(),
                self.request(place.clone()),
            )) {
                Ok(answer) => answer,
                // The failure of a first page is the call's, which can be made again.
                Err(_) if self.quirks.fails.is_some() => continue,
                Err(error) => panic!("{error:?}"),
            };
            let items = script::body(&answer)
                .strip_prefix('[')
                .unwrap()
                .strip_suffix(']')
                .unwrap();
            if !items.is_empty() {
                gathered.push(items.to_owned());
            }
            let count: Vec<Value> = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(count.len() as u64, script::report(&answer).items);
            assert!(
                self.paginate
                    .max_items
                    .is_none_or(|max| count.len() as u64 <= max)
            );
            assert!(
                self.paginate
                    .max_pages
                    .is_none_or(|max| script::report(&answer).pages <= max)
            );
            let ended = end(&answer);
            let is_over = ended == "complete" || ended == "not-a-list" || self.excuses(ended);
            place = cursor(&answer);
            if is_over || place.is_none() {
                return (gathered.join(","), ended);
            }
        }
        panic!("the list does not end: {self:?}")
    }
}

fn ids(items: &str) -> Vec<String> {
    let items: Vec<Value> = serde_json::from_str(&format!("[{items}]")).unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

proptest! {
    #![proptest_config(Config { cases: 4_000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn what_is_answered_is_the_list_or_it_is_said_why_not(case in cases()) {
        let model = Model::new(case.kind, case.length, case.default_size, case.quirks.clone());
        let expected = model.expected().join(",");
        let (items, ended) = case.gather();
        if case.excuses(ended) && !case.quirks.hidden.is_empty() {
            // Where a page has lost items and no link leads on from it, its last
            // ones may come twice.
            let mut found = ids(&items);
            let mut seen = BTreeSet::new();
            found.retain(|id| seen.insert(id.clone()));
            prop_assert!(ids(&expected).starts_with(&found), "{ended}: {:?} of {:?}", ids(&items), ids(&expected));
        } else if case.excuses(ended) {
            prop_assert!(expected.starts_with(&items), "{ended}: {:?} of {:?}", ids(&items), ids(&expected));
        } else if case.quirks.inserted > 0 {
            // Whatever was inserted before shifts offsets: nothing is lost,
            // though something may come twice.
            prop_assert_eq!(ended, "complete");
            let found = ids(&items);
            let mut places = found.iter();
            for id in ids(&expected) {
                prop_assert!(places.any(|found| *found == id), "{id} is missing in {found:?}");
            }
        } else {
            prop_assert_eq!(ended, "complete");
            prop_assert_eq!(ids(&items), ids(&expected));
            prop_assert_eq!(items, expected);
        }
    }
}

#[test]
fn a_list_that_moved_is_not_taken_for_its_end_where_its_length_is_wrong() {
    let quirks = Quirks {
        cap: 1,
        inserted: 1,
        total: Some(Some(0)),
        short: None,
        hidden: 0..0,
        repeats: None,
        last: Flag::Right,
        beyond: Beyond::Nothing,
        has_links: false,
        links_elsewhere: false,
        refuses_size: false,
        fails: None,
        near_limit: false,
        turns: 0,
    };
    let case = Case {
        kind: Kind::Records,
        length: 2,
        default_size: 1,
        quirks,
        paginate: Paginate::default(),
    };
    let (items, _) = case.gather();
    assert_eq!(ids(&items).last().map(String::as_str), Some("1"));
}
