//! Several pages on their way: what is sent, and in which order.

use super::script::{SITE, assert_complete, body, end, host, list, report, with};
use crate::jira::{
    exchange::{ApiResponse, exchange},
    paging::{options::Paginate, report::PagingStyle},
    path::Api,
    request::ApiRequest,
    tests::fake::{FakeHost, NOW, Served, response, tokens},
    token::TokenSet,
};

const PATH: &str = "/rest/api/3/project/search";

/// An offset list of numbers, ten a page, of which some pages are different.
struct Numbers {
    length: u64,
    said: u64,
    /// These pages are short.
    short: &'static [(u64, u64)],
    /// These have other headers, the first time.
    headers: Vec<(u64, &'static [(&'static str, &'static str)])>,
    /// These are answered with another status, the first time.
    statuses: Vec<(u64, u16)>,
}

impl Numbers {
    fn new(length: u64) -> Self {
        Self {
            length,
            said: length,
            short: &[],
            headers: Vec::new(),
            statuses: Vec::new(),
        }
    }

    fn served(&mut self, start: u64) -> Served {
        let count = self.short.iter().find(|(at, _)| *at == start);
        let count = count.map_or(10, |(_, count)| *count);
        let end = (start + count).min(self.length);
        let values: Vec<_> = (start..end).map(|n| n.to_string()).collect();
        let body = format!(
            r#"{{"startAt":{start},"maxResults":10,"total":{},"isLast":{},"values":[{}]}}"#,
            self.said,
            end == self.length,
            values.join(",")
        );
        let headers = self.headers.iter().position(|(at, _)| *at == start);
        let headers = headers.map_or(&[][..], |at| self.headers.remove(at).1);
        let status = self.statuses.iter().position(|(at, _)| *at == start);
        let status = status.map_or(200, |at| self.statuses.remove(at).1);
        let answer = Ok(response(status, headers, &body));
        // The later ones are faster, so that order is somebody's merit.
        let turns = u32::try_from((200 - start.min(200)) / 10).unwrap();
        Served { turns, answer }
    }
}

fn in_flight(count: u32) -> ApiRequest {
    let paginate = Paginate {
        in_flight: Some(count),
        ..Paginate::default()
    };
    with("/project/search", paginate)
}

/// The answer, and what was sent: the offsets in their order, and effects of
/// other kinds as they are.
fn run(host: &FakeHost, mut numbers: Numbers, request: ApiRequest) -> (ApiResponse, Vec<String>) {
    host.serve(move |request, _| {
        if request.url.as_str().ends_with("/oauth/token") {
            let pair = r#"{"access_token":"a2","refresh_token":"r2","expires_in":3600}"#;
            let answer = Ok(response(200, &[], pair));
            return Some(Served::at_once(answer));
        }
        let (_, start) = request
            .url
            .query_pairs()
            .find(|(name, _)| name == "startAt")
            .unwrap_or_default();
        Some(numbers.served(start.parse().unwrap_or(0)))
    });
    let answer = host.run(exchange(host, Api::Platform, request)).unwrap();
    let own = format!("GET {SITE}{PATH}");
    let shown = |line: String| match line.strip_prefix(&own) {
        Some(rest) => rest
            .strip_prefix("?startAt=")
            .unwrap_or(rest)
            .trim()
            .to_owned(),
        None => line,
    };
    (answer, host.effects().into_iter().map(shown).collect())
}

fn numbers(range: core::ops::Range<u64>) -> String {
    let numbers: Vec<_> = range.map(|n| n.to_string()).collect();
    format!("[{}]", numbers.join(","))
}

#[test]
fn pages_are_fetched_together_once_the_first_has_told_the_total() {
    let host = host();
    let (answer, sent) = run(&host, Numbers::new(65), in_flight(3));
    assert_complete(&answer, Some(PagingStyle::StartAt), &numbers(0..65));
    assert_eq!(
        sent,
        ["a1", "10 a1", "20 a1", "30 a1", "40 a1", "50 a1", "60 a1"],
        "each once, none beyond the total"
    );
    assert_eq!((answer.attempts, report(&answer).pages), (7, 7));
}

#[test]
fn a_page_that_was_fetched_for_a_wrong_place_is_thrown_away() {
    let host = host();
    let short = Numbers {
        short: &[(10, 7)],
        ..Numbers::new(50)
    };
    let (answer, sent) = run(&host, short, in_flight(3));
    assert_complete(&answer, Some(PagingStyle::StartAt), &numbers(0..50));
    assert_eq!(
        sent,
        [
            "a1", "10 a1", "20 a1", "30 a1", // three together
            "17 a1", // not 20: one at a time, and then more again
            "27 a1", "37 a1", "47 a1"
        ]
    );
    assert_eq!((answer.attempts, report(&answer).pages), (8, 6));
}

#[test]
fn near_a_limit_it_is_one_at_a_time_for_a_while() {
    for near in [
        &[("x-ratelimit-nearlimit", "true")][..],
        &[("x-ratelimit-remaining", "0")],
    ] {
        let host = host();
        let slowed = Numbers {
            headers: vec![(0, near)],
            ..Numbers::new(80)
        };
        let (answer, sent) = run(&host, slowed, in_flight(3));
        assert_complete(&answer, Some(PagingStyle::StartAt), &numbers(0..80));
        assert_eq!(sent.len(), 8, "none is sent twice");
        assert_eq!(answer.attempts, 8);
    }
}

#[test]
fn a_token_that_is_refused_in_the_middle_is_renewed_once_and_the_list_goes_on() {
    let host = host();
    let refused = Numbers {
        statuses: vec![(20, 401), (30, 401)],
        ..Numbers::new(45)
    };
    let (answer, sent) = run(&host, refused, in_flight(3));
    assert_complete(&answer, Some(PagingStyle::StartAt), &numbers(0..45));
    assert_eq!(
        sent,
        [
            "a1",
            "10 a1",
            "20 a1",
            "30 a1",
            "put leases/main",
            "put leases/main",
            "POST https://auth.atlassian.com/oauth/token -",
            "put tokens/main",
            "delete leases/main",
            "20 a2",
            "30 a2",
            "40 a2"
        ]
    );
}

#[test]
fn a_token_that_expires_in_the_middle_is_renewed_before_the_next_page_is_sent() {
    let host = host();
    let short_lived = TokenSet {
        expires_at: NOW.plus(400_000),
        ..tokens("a1", "r1")
    };
    host.set_record("tokens/main", &short_lived);
    let second = format!("GET {SITE}{PATH}?startAt=10 a1");
    host.meanwhile(&second, |host| host.advance(380_000));
    let (answer, sent) = run(&host, Numbers::new(25), in_flight(1));
    assert_complete(&answer, Some(PagingStyle::StartAt), &numbers(0..25));
    assert_eq!(
        sent,
        [
            "a1",
            "10 a1",
            "put leases/main",
            "put leases/main",
            "POST https://auth.atlassian.com/oauth/token -",
            "put tokens/main",
            "delete leases/main",
            "20 a2"
        ]
    );
}

#[test]
fn when_the_time_is_over_no_further_page_is_sent() {
    let host = host();
    let second = format!("GET {SITE}{PATH}?startAt=10 a1");
    host.meanwhile(&second, |host| host.advance(600_000));
    let (answer, sent) = run(&host, Numbers::new(45), in_flight(1));
    assert_eq!(end(&answer), "time");
    assert_eq!(
        (body(&answer), sent),
        (numbers(0..20).as_str(), vec!["a1".into(), "10 a1".into()])
    );
}

#[test]
fn a_total_that_is_too_small_costs_speed_and_one_that_is_too_large_costs_requests() {
    let host = host();
    let small = Numbers {
        said: 15,
        ..Numbers::new(35)
    };
    let (answer, sent) = run(&host, small, in_flight(4));
    assert_complete(&answer, Some(PagingStyle::StartAt), &numbers(0..35));
    assert_eq!(sent, ["a1", "10 a1", "20 a1", "30 a1"]);
    let large = Numbers {
        said: 1_000,
        ..Numbers::new(15)
    };
    let (answer, sent) = run(&host, large, in_flight(4));
    assert_complete(&answer, Some(PagingStyle::StartAt), &numbers(0..15));
    assert_eq!(sent, ["a1", "10 a1", "20 a1", "30 a1", "40 a1"]);
}

#[test]
fn nothing_is_fetched_in_advance_beyond_what_is_wanted() {
    for (paginate, expected) in [
        (
            Paginate {
                max_items: Some(25),
                ..Paginate::default()
            },
            &["a1", "10 a1", "20 a1"][..],
        ),
        (
            Paginate {
                max_pages: Some(2),
                ..Paginate::default()
            },
            &["a1", "10 a1"],
        ),
    ] {
        let host = host();
        let (_, sent) = run(&host, Numbers::new(200), with("/project/search", paginate));
        assert_eq!(sent, expected);
    }
}

#[test]
fn tokens_are_followed_one_after_the_other() {
    let host = host();
    let mut asked = 0;
    host.serve(move |_, _| {
        asked += 1;
        let page = match asked {
            1..5 => format!(r#"{{"issues":[{asked}],"nextPageToken":"t{asked}"}}"#),
            _ => format!(r#"{{"issues":[{asked}],"isLast":true}}"#),
        };
        let answer = Ok(response(200, &[], &page));
        Some(Served { turns: 3, answer })
    });
    let answer = host
        .run(exchange(&host, Api::Platform, list("/search/jql?jql=x")))
        .unwrap();
    assert_complete(&answer, Some(PagingStyle::NextPageToken), "[1,2,3,4,5]");
    assert_eq!(host.effects().len(), 5);
}
