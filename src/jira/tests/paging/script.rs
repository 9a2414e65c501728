//! A list told page by page: what is asked, what is answered.

use core::cell::RefCell;
use std::{collections::VecDeque, rc::Rc};

use crate::jira::{
    connection::Connection,
    error::Error,
    exchange::{ApiResponse, exchange},
    http::{HttpResponse, Method},
    paging::{
        options::Paginate,
        report::{ListEnd, ListReport, PagingStyle, Reason},
    },
    path::Api,
    request::{ApiRequest, tests::request},
    tests::fake::{FakeHost, Served, connection, response},
};

pub const SITE: &str = "https://api.atlassian.com/ex/jira/acme";

/// Requests and answers in their order.
#[derive(Clone, Default)]
pub struct Script(Rc<RefCell<VecDeque<Told>>>);

struct Told {
    /// Method, target below the site, and body.
    request: String,
    answer: HttpResponse,
}

impl Script {
    pub fn page(self, request: &str, body: &str) -> Self {
        self.answer(request, 200, &[], body)
    }

    pub fn answer(self, request: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        self.0.borrow_mut().push_back(Told {
            request: request.into(),
            answer: response(status, headers, body),
        });
        self
    }

    /// Plays it on a new host, to its end.
    pub fn run(self, api: Api, request: ApiRequest) -> Result<ApiResponse, Error> {
        self.run_on(&host(), api, request)
    }

    pub fn run_on(
        self,
        host: &FakeHost,
        api: Api,
        request: ApiRequest,
    ) -> Result<ApiResponse, Error> {
        let script = self.clone();
        host.serve(move |request, _| {
            let target = request.url.as_str().strip_prefix(SITE).unwrap();
            let body = request.body.as_deref().unwrap_or_default();
            let body = String::from_utf8_lossy(body);
            let asked = format!("{} {target} {body}", request.method.as_str());
            let next = self.0.borrow_mut().pop_front();
            let Told { request, answer } = next.unwrap_or_else(|| panic!("{asked}"));
            assert_eq!(asked.trim_end(), request);
            Some(Served::at_once(Ok(answer)))
        });
        let result = host.run(exchange(host, api, request));
        let left: Vec<_> = script
            .0
            .borrow()
            .iter()
            .map(|told| told.request.clone())
            .collect();
        assert_eq!(left, [""; 0], "never asked");
        result
    }
}

/// With a connection that has Jira Service Management, too.
pub fn host() -> FakeHost {
    let host = FakeHost::connected("main");
    let connection = Connection {
        service_management: true,
        ..connection()
    };
    host.set_record("connections/main", &connection);
    host
}

/// All pages of a GET, by the defaults.
pub fn list(url_path: &str) -> ApiRequest {
    with(url_path, Paginate::default())
}

/// One after the other.
pub fn slowly(url_path: &str) -> ApiRequest {
    let paginate = Paginate {
        in_flight: Some(1),
        ..Paginate::default()
    };
    with(url_path, paginate)
}

pub fn with(url_path: &str, paginate: Paginate) -> ApiRequest {
    ApiRequest {
        paginate: Some(paginate),
        ..request(Method::Get, url_path)
    }
}

pub fn post(url_path: &str, json: &str) -> ApiRequest {
    ApiRequest {
        method: Method::Post,
        raw_json: Some(json.into()),
        ..slowly(url_path)
    }
}

pub fn body(answer: &ApiResponse) -> &str {
    core::str::from_utf8(&answer.body).unwrap()
}

pub fn report(answer: &ApiResponse) -> &ListReport {
    answer.list.as_ref().unwrap()
}

/// A list in one word, for comparison: how it ended.
pub fn end(answer: &ApiResponse) -> &'static str {
    match &report(answer).end {
        ListEnd::Complete => "complete",
        ListEnd::NotAList => "not-a-list",
        ListEnd::Truncated(truncation) => match truncation.reason {
            Reason::MaxItems => "max-items",
            Reason::MaxPages => "max-pages",
            Reason::MaxBytes => "max-bytes",
            Reason::Time => "time",
            Reason::NoProgress => "no-progress",
            Reason::NotRepeatable => "not-repeatable",
            Reason::FailedPage(_) => "failed-page",
        },
    }
}

pub fn cursor(answer: &ApiResponse) -> Option<String> {
    match &report(answer).end {
        ListEnd::Truncated(truncation) => truncation.cursor.clone(),
        ListEnd::Complete | ListEnd::NotAList => None,
    }
}

#[track_caller]
pub fn assert_complete(answer: &ApiResponse, style: Option<PagingStyle>, expected: &str) {
    assert_eq!(
        (end(answer), body(answer)),
        ("complete", expected),
        "{:?}",
        report(answer)
    );
    assert_eq!(report(answer).style, style);
}

pub fn message(answer: &ApiResponse) -> &str {
    match &report(answer).end {
        ListEnd::Truncated(truncation) => &truncation.message,
        other => panic!("{other:?}"),
    }
}

pub const SEARCH: &str = "GET /rest/api/3/search/jql?jql=x";

/// Three pages of tokens, with odd items.
pub fn tokens() -> [(&'static str, &'static str); 3] {
    [
        (SEARCH, r#"{"issues":[1.10, "a]"],"nextPageToken":"t1"}"#),
        (
            "GET /rest/api/3/search/jql?jql=x&nextPageToken=t1",
            r#"{"issues":[{"b" :1,"a":2},4,5],"nextPageToken":"t2"}"#,
        ),
        (
            "GET /rest/api/3/search/jql?jql=x&nextPageToken=t2",
            r#"{"issues":[ 6 ]}"#,
        ),
    ]
}

pub fn told(pages: &[usize]) -> Script {
    let tokens = tokens();
    pages.iter().fold(Script::default(), |script, page| {
        script.page(tokens[*page].0, tokens[*page].1)
    })
}
