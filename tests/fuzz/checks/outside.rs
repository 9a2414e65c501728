use core::{
    cell::{Cell, RefCell},
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};
use std::collections::{BTreeMap, VecDeque};

use super::NOW;
use crate::jira::{
    connection::{Account, Connection, SiteChoice},
    host::{Change, DeleteOutcome, Entry, Expect, Host, KeyPage, PutOutcome, StoreError},
    http::{Headers, HttpRequest, HttpResponse, Method, SendLimits, TransportError},
    instant::UnixMs,
    paging::options::Paginate,
    refresh::RefreshTally,
    request::{ApiRequest, RequestOptions},
    secret::Secret,
    site::Site,
    store,
    token::TokenSet,
};

const APP: &str =
    r#"{"client_id":"id","client_secret":"hush","redirect_uri":"https://h.example/cb"}"#;

/// The smallest outside: a store that never fails, and answers in their order.
#[derive(Default)]
pub struct Outside {
    store: RefCell<BTreeMap<String, Vec<u8>>>,
    answers: RefCell<VecDeque<HttpResponse>>,
    sent: RefCell<Vec<HttpRequest>>,
    elapsed_ms: Cell<u64>,
    randoms: Cell<u8>,
}

impl Outside {
    /// With an application and nothing else.
    pub fn new() -> Self {
        let outside = Self::default();
        outside.set("app", APP.into());
        outside
    }

    /// With a connection that works.
    pub fn connected() -> Self {
        let outside = Self::new();
        outside.set("connections/main", store::encode(&connection()));
        outside.set("tokens/main", store::encode(&tokens()));
        outside
    }

    fn set(&self, key: &str, value: Vec<u8>) {
        self.store.borrow_mut().insert(key.into(), value);
    }

    /// The next request is answered so; the one after the last by a 404.
    pub fn answer(&self, status: u16, body: impl Into<Vec<u8>>) {
        self.answers.borrow_mut().push_back(response(status, body));
    }

    pub fn sent(&self) -> Vec<HttpRequest> {
        self.sent.borrow().clone()
    }

    /// Nothing here keeps anybody waiting.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
                return value;
            }
        }
    }

    fn entry(&self, key: &str) -> Option<Entry> {
        let store = self.store.borrow();
        let value = store.get(key)?.clone();
        let version = value.iter().fold(7u64, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(*byte))
        });
        Some(Entry {
            value,
            version: version.to_string(),
        })
    }

    fn meets(&self, key: &str, expect: &Expect) -> bool {
        match (expect, self.entry(key)) {
            (Expect::Any, _) | (Expect::Absent, None) => true,
            (Expect::Version(version), Some(entry)) => entry.version == *version,
            (Expect::Absent, Some(_)) | (Expect::Version(_), None) => false,
        }
    }
}

impl Host for Outside {
    async fn send(
        &self,
        request: &HttpRequest,
        _: SendLimits,
    ) -> Result<HttpResponse, TransportError> {
        self.sent.borrow_mut().push(request.clone());
        let next = self.answers.borrow_mut().pop_front();
        Ok(next.unwrap_or_else(|| response(404, "")))
    }

    fn now(&self) -> UnixMs {
        NOW.plus(self.elapsed_ms.get())
    }

    fn monotonic_ms(&self) -> u64 {
        self.elapsed_ms.get()
    }

    async fn sleep(&self, ms: u64) {
        self.elapsed_ms.set(self.elapsed_ms.get() + ms);
    }

    fn random(&self) -> [u8; 16] {
        self.randoms.set(self.randoms.get().wrapping_add(1));
        [self.randoms.get(); 16]
    }

    async fn get(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        Ok(self.entry(key))
    }

    async fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Entry>>, StoreError> {
        Ok(keys.iter().map(|key| self.entry(key)).collect())
    }

    async fn put(&self, key: &str, value: &[u8], expect: Expect) -> Result<PutOutcome, StoreError> {
        if !self.meets(key, &expect) {
            return Ok(PutOutcome::Stale(self.entry(key)));
        }
        self.set(key, value.into());
        let version = self.entry(key).map(|entry| entry.version);
        Ok(PutOutcome::Stored(version.unwrap_or_default()))
    }

    async fn put_many(
        &self,
        changes: &[Change],
    ) -> Result<Vec<Result<PutOutcome, StoreError>>, StoreError> {
        let mut outcomes = Vec::new();
        for change in changes {
            let put = self.put(&change.key, &change.value, change.expect.clone());
            outcomes.push(put.await);
        }
        Ok(outcomes)
    }

    async fn delete(&self, key: &str, expect: Expect) -> Result<DeleteOutcome, StoreError> {
        if !self.meets(key, &expect) {
            return Ok(DeleteOutcome::Stale(self.entry(key)));
        }
        self.store.borrow_mut().remove(key);
        Ok(DeleteOutcome::Deleted)
    }

    async fn list(&self, prefix: &str, _: Option<String>) -> Result<KeyPage, StoreError> {
        let store = self.store.borrow();
        let keys = store.keys().filter(|key| key.starts_with(prefix));
        Ok(KeyPage {
            keys: keys.cloned().collect(),
            cursor: None,
        })
    }
}

pub fn response(status: u16, body: impl Into<Vec<u8>>) -> HttpResponse {
    HttpResponse {
        status,
        headers: Headers::new(),
        body: body.into(),
        truncated: false,
    }
}

/// A GET of a list, or of anything.
pub fn get(url_path: &str, paginate: Option<Paginate>) -> ApiRequest {
    ApiRequest {
        connection: "main".into(),
        url_path: url_path.into(),
        method: Method::Get,
        query_params: Vec::new(),
        headers: Vec::new(),
        cookies: Vec::new(),
        body: None,
        json_object: None,
        raw_json: None,
        options: RequestOptions::default(),
        paginate,
    }
}

pub fn site() -> Site {
    Site {
        cloud_id: "acme".into(),
        url: "https://acme.atlassian.net".into(),
        name: "ACME".into(),
        scopes: vec!["read:jira-work".into()].into(),
    }
}

fn connection() -> Connection {
    Connection {
        account: Some(Account {
            account_id: "5b10".into(),
            name: None,
            retrieved_at: NOW,
        }),
        choice: Some(SiteChoice {
            site: site().into(),
            consent_id: "first".into(),
            account_id: "5b10".into(),
        }),
        consent_id: "first".into(),
        service_management: true,
        ..Connection::default()
    }
}

fn tokens() -> TokenSet {
    TokenSet {
        access_token: Secret::new("a1-hush"),
        refresh_token: Some(Secret::new("r1-hush")),
        scopes: vec!["read:jira-work".into()].into(),
        expires_at: NOW.plus(3_600_000),
        refreshed_at: NOW,
        consented_at: NOW,
        consent_id: "first".into(),
        refused: None,
        refreshes: RefreshTally::default(),
    }
}
