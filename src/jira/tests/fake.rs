mod canary;
mod faults;
mod outside;
mod samples;

use core::{
    cell::RefCell,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use std::collections::{BTreeMap, VecDeque};

pub use self::canary::assert_hushed;
use self::canary::{hushed, hushed_request, sung};
pub use self::samples::{connection, response, site, tokens};
use crate::jira::{
    host::{Entry, Expect, StoreError},
    http::{HttpRequest, HttpResponse, TransportError},
    instant::UnixMs,
    json::ToJson,
    store,
    token::TokenSet,
};

pub const NOW: UnixMs = UnixMs(1_790_697_600_000);
/// Its secret is the word that `tests/canary` looks for.
pub const APP: &str =
    r#"{"client_id":"id","client_secret":"Xq7Canary7qX","redirect_uri":"https://h/cb"}"#;

/// An outside with virtual time. Every effect is written down, and gives way
/// once, so that several workers take turns.
#[derive(Default)]
pub struct FakeHost(RefCell<State>);

#[derive(Default)]
struct State {
    elapsed_ms: u64,
    randoms: u8,
    versions: u64,
    store: BTreeMap<String, Entry>,
    answers: VecDeque<(String, Result<HttpResponse, TransportError>)>,
    put_failures: VecDeque<(String, StoreError)>,
    read_failures: Vec<(String, StoreError)>,
    lost_puts: Vec<String>,
    short_reads: Vec<String>,
    kept_prefixes: Vec<String>,
    has_lost_store: bool,
    slow: Vec<(String, u64)>,
    meanwhile: Vec<(String, Meanwhile)>,
    server: Option<Server>,
    page_keys: usize,
    repeats_pages: bool,
    effects_left: Option<usize>,
    has_crashed: bool,
    log: Vec<String>,
    /// When those who sleep wake up, and how much has been done.
    sleepers: Vec<u64>,
    done: usize,
}

type Meanwhile = Box<dyn FnOnce(&FakeHost)>;
type Server = Box<dyn FnMut(&HttpRequest, UnixMs) -> Option<Served>>;

/// An answer, and how many turns it takes to come.
pub struct Served {
    pub turns: u32,
    pub answer: Result<HttpResponse, TransportError>,
}

impl Served {
    pub fn at_once(answer: Result<HttpResponse, TransportError>) -> Self {
        Self { turns: 0, answer }
    }
}

impl FakeHost {
    /// With an application and nothing else.
    pub fn new() -> Self {
        let host = Self::default();
        host.set("app", APP.as_bytes());
        host
    }

    /// With a connection that works.
    pub fn connected(name: &str) -> Self {
        let host = Self::new();
        host.connect(name, &tokens("a1", "r1"));
        host
    }

    pub fn connect(&self, name: &str, tokens: &TokenSet) {
        self.set_record(&format!("connections/{name}"), &connection());
        self.set_record(&format!("tokens/{name}"), tokens);
    }

    pub fn set(&self, key: &str, value: &[u8]) {
        self.0.borrow_mut().write(key, &sung(value));
    }

    pub fn set_record(&self, key: &str, record: &impl ToJson) {
        self.set(key, &store::encode(record));
    }

    /// The next request must be this one, `GET https://… bearer`, and is
    /// answered so.
    pub fn expect(&self, request: &str, status: u16, body: &str) {
        self.expect_with(request, Ok(response(status, &[], body)));
    }

    pub fn expect_with(&self, request: &str, answer: Result<HttpResponse, TransportError>) {
        self.0
            .borrow_mut()
            .answers
            .push_back((request.into(), answer));
    }

    /// From now on this answers what nobody expects.
    pub fn serve(&self, server: impl FnMut(&HttpRequest, UnixMs) -> Option<Served> + 'static) {
        self.0.borrow_mut().server = Some(Box::new(server));
    }

    /// Pages of the store have so many keys, and none is empty.
    pub fn set_page_keys(&self, keys: usize) {
        self.0.borrow_mut().page_keys = keys;
    }

    /// Each page of the store comes twice, and has a key twice.
    pub fn repeat_pages(&self) {
        self.0.borrow_mut().repeats_pages = true;
    }

    /// Runs one worker for so many effects, and drops it there; nothing where it
    /// had not come to its end.
    pub fn run_until_crash<T: fmt::Debug>(
        &self,
        effects: usize,
        future: impl Future<Output = T>,
    ) -> Option<T> {
        self.0.borrow_mut().effects_left = Some(effects);
        let mut future = Box::pin(future);
        let mut context = Context::from_waker(Waker::noop());
        let ended = loop {
            match future.as_mut().poll(&mut context) {
                Poll::Ready(value) => break Some(value),
                Poll::Pending if self.0.borrow().has_crashed => break None,
                Poll::Pending => {}
            }
        };
        let mut state = self.0.borrow_mut();
        (state.effects_left, state.has_crashed) = (None, false);
        assert_hushed(&ended);
        ended
    }

    /// The next put of this key fails.
    pub fn fail_put(&self, key: &str, error: StoreError) {
        self.0
            .borrow_mut()
            .put_failures
            .push_back((key.into(), error));
    }

    /// Another caller does this just before the effect takes place.
    pub fn meanwhile(&self, effect: &str, act: impl FnOnce(&FakeHost) + 'static) {
        self.0
            .borrow_mut()
            .meanwhile
            .push((effect.into(), Box::new(act)));
    }

    pub fn remove(&self, key: &str) {
        self.0.borrow_mut().store.remove(key);
    }

    pub fn advance(&self, ms: u64) {
        self.0.borrow_mut().elapsed_ms += ms;
    }

    pub fn stored(&self, key: &str) -> Option<String> {
        let state = self.0.borrow();
        state
            .store
            .get(key)
            .map(|entry| hushed(&String::from_utf8(entry.value.clone()).unwrap()))
    }

    pub fn keys(&self) -> Vec<String> {
        self.0.borrow().store.keys().cloned().collect()
    }

    /// What was done since the last look, reads left out.
    pub fn effects(&self) -> Vec<String> {
        let log = core::mem::take(&mut self.0.borrow_mut().log);
        log.into_iter()
            .filter(|line| !line.starts_with("get"))
            .collect()
    }

    /// How often the store was read since the last look.
    pub fn reads(&self) -> usize {
        self.0
            .borrow()
            .log
            .iter()
            .filter(|line| line.starts_with("get"))
            .count()
    }

    /// Runs one worker to its end.
    pub fn run<T: fmt::Debug>(&self, future: impl Future<Output = T>) -> T {
        let mut results = self.run_all(vec![future]);
        assert_eq!(
            self.0.borrow().answers.len(),
            0,
            "requests that were never sent"
        );
        results.remove(0)
    }

    /// Runs workers in turns, each until it gives way.
    pub fn run_all<T: fmt::Debug>(&self, futures: Vec<impl Future<Output = T>>) -> Vec<T> {
        let mut workers: Vec<_> = futures
            .into_iter()
            .map(|future| Ok(Box::pin(future)))
            .collect();
        let mut context = Context::from_waker(Waker::noop());
        while workers.iter().any(Result::is_ok) {
            let done = self.0.borrow().done;
            self.0.borrow_mut().sleepers.clear();
            for worker in &mut workers {
                let Ok(future) = worker else { continue };
                if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
                    assert_hushed(&value);
                    *worker = Err(value);
                }
            }
            self.0.borrow_mut().skip_sleep(done);
        }
        workers
            .into_iter()
            .map(|worker| worker.err().unwrap())
            .collect()
    }

    async fn effect<T>(&self, line: String, effect: impl FnOnce(&mut State) -> T) -> T {
        self.0.borrow_mut().done += 1;
        GiveWay(false).await;
        if self.0.borrow().effects_left == Some(0) {
            self.0.borrow_mut().has_crashed = true;
            core::future::pending::<()>().await;
        }
        if let Some(left) = &mut self.0.borrow_mut().effects_left {
            *left -= 1;
        }
        let position = self
            .0
            .borrow()
            .meanwhile
            .iter()
            .position(|(awaited, _)| *awaited == line);
        if let Some(position) = position {
            let (_, act) = self.0.borrow_mut().meanwhile.remove(position);
            act(self);
        }
        let mut state = self.0.borrow_mut();
        state.log.push(line);
        state.done += 1;
        effect(&mut state)
    }
}

impl Drop for FakeHost {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(
                self.0.borrow().answers.is_empty(),
                "scripted answers that nobody asked for"
            );
            assert!(
                self.0.borrow().put_failures.is_empty(),
                "scripted failures that never came"
            );
            assert!(
                self.0.borrow().read_failures.is_empty(),
                "scripted failures that never came"
            );
            assert!(
                self.0.borrow().meanwhile.is_empty(),
                "others that never came in between"
            );
        }
    }
}

impl State {
    /// What is answered, and how long it takes: as expected, or else as served.
    fn answer(&mut self, request: &HttpRequest, line: &str, now: UnixMs) -> (Served, Option<u64>) {
        let is_expected = self
            .answers
            .front()
            .is_some_and(|(expected, _)| expected == line);
        let served = match &mut self.server {
            Some(server) if !is_expected => server(&hushed_request(request), now),
            _ => None,
        };
        if let Some(served) = served {
            return (served, None);
        }
        let answer = self.answers.pop_front();
        let (expected, answer) = answer.unwrap_or_else(|| panic!("nobody expected {line}"));
        assert_eq!(line, expected);
        let slow = self.slow.iter().position(|(slow, _)| slow == line);
        let takes_ms = slow.map(|position| self.slow.remove(position).1);
        (Served::at_once(answer), takes_ms)
    }

    fn skip_sleep(&mut self, done: usize) {
        if self.done == done
            && let Some(earliest) = self.sleepers.iter().min()
        {
            self.elapsed_ms = self.elapsed_ms.max(*earliest);
        }
    }

    fn write(&mut self, key: &str, value: &[u8]) -> String {
        self.versions += 1;
        let version = self.versions.to_string();
        let entry = Entry {
            value: value.into(),
            version: version.clone(),
        };
        self.store.insert(key.into(), entry);
        version
    }

    fn is_met(&self, key: &str, expect: &Expect) -> bool {
        match (expect, self.store.get(key)) {
            (Expect::Any, _) | (Expect::Absent, None) => true,
            (Expect::Version(version), Some(entry)) => entry.version == *version,
            (Expect::Absent, Some(_)) | (Expect::Version(_), None) => false,
        }
    }
}

struct GiveWay(bool);

impl Future for GiveWay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if core::mem::replace(&mut self.0, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}
