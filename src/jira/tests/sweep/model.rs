use core::cell::{Ref, RefCell};
use std::{
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use crate::jira::{
    connection::Connection,
    error::Error,
    http::{HttpRequest, HttpResponse, TransportError},
    instant::{DAY_MS, UnixMs},
    json::{FromJson, Object},
    store,
    sweep::{
        SweepOutcome, SweepStep,
        account_id::{AccountId, REGISTER},
        enter::{Entered, HeldAccount},
        gdpr_sweep,
        options::SweepOptions,
        register::Registered,
        report::SweepReport,
    },
    tests::fake::{FakeHost, NOW, Served, response, tokens},
    token::TokenSet,
};

pub const REPORT: &str = "POST https://api.atlassian.com/app/report-accounts/ a1";

/// When the data of accounts was retrieved, unless a test says otherwise.
pub const RETRIEVED: UnixMs = UnixMs(NOW.0 - 30 * DAY_MS);

/// What Atlassian knows of accounts, and what was reported to it.
#[derive(Default)]
pub struct Atlassian {
    pub closed: Vec<String>,
    pub changed: BTreeMap<String, UnixMs>,
    /// Ids that it takes for malformed.
    pub bad: Vec<String>,
    /// What it answers instead, one after the other.
    pub instead: VecDeque<Result<HttpResponse, TransportError>>,
    pub headers: Vec<(&'static str, &'static str)>,
    /// What `/me` answers to whose token.
    pub people: BTreeMap<&'static str, &'static str>,
    /// Batches in the order they came.
    pub batches: Vec<Vec<(String, UnixMs)>>,
    /// When each account was reported and that was answered with success.
    pub reported: BTreeMap<String, Vec<UnixMs>>,
}

impl Atlassian {
    fn answer(&mut self, request: &HttpRequest, now: UnixMs) -> HttpResponse {
        struct Reported(String, UnixMs);
        impl FromJson for Reported {
            fn from_json(object: &Object) -> Result<Self, crate::jira::json::Broken> {
                let at = UnixMs::parse_iso8601(&object.text("updatedAt")?).unwrap();
                Ok(Self(object.text("accountId")?, at))
            }
        }
        assert_eq!(request.url.path(), "/app/report-accounts/");
        assert_eq!(
            request.headers.get("content-type"),
            Some("application/json")
        );
        let body = Object::parse(request.body.as_ref().unwrap()).unwrap();
        let accounts: Vec<Reported> = body.optional_list("accounts").unwrap().unwrap();
        let mut batch = Vec::new();
        let mut found = Vec::new();
        let is_bad = accounts.iter().any(|Reported(id, _)| self.bad.contains(id));
        for Reported(id, at) in accounts {
            batch.push((id.clone(), at));
            if is_bad {
                continue;
            }
            if self.closed.contains(&id) {
                found.push(format!(r#"{{"accountId":"{id}","status":"closed"}}"#));
            } else if self.changed.get(&id).is_some_and(|changed| *changed > at) {
                found.push(format!(r#"{{"accountId":"{id}","status":"updated"}}"#));
            }
            self.reported.entry(id).or_default().push(now);
        }
        assert!((1..=90).contains(&batch.len()), "{}", batch.len());
        self.batches.push(batch);
        let mut headers = vec![("atl-traceid", "t1")];
        headers.extend(&self.headers);
        if is_bad {
            let body = r#"{"errorType":"VALIDATION","errorMessage":"accountId is malformed"}"#;
            return response(400, &headers, body);
        }
        match found.as_slice() {
            [] => response(204, &headers, ""),
            found => response(
                200,
                &headers,
                &format!(r#"{{"accounts":[{}]}}"#, found.join(",")),
            ),
        }
    }
}

/// A store with one connection that may report, and Atlassian.
pub struct World {
    pub host: FakeHost,
    atlassian: Rc<RefCell<Atlassian>>,
}

impl World {
    pub fn new() -> Self {
        let host = FakeHost::new();
        host.connect("main", &may_report("a1"));
        host.set_record("connections/main", &Connection::default());
        let atlassian = Rc::new(RefCell::new(Atlassian::default()));
        let server = atlassian.clone();
        host.serve(move |request, now| {
            let mut server = server.borrow_mut();
            let answer = match request.url.path() {
                "/app/report-accounts/" => match server.instead.pop_front() {
                    Some(answer) => Some(answer),
                    None => Some(Ok(server.answer(request, now))),
                },
                "/me" => {
                    let token = request.bearer.as_ref()?.expose();
                    Some(Ok(response(200, &[], server.people.get(token)?)))
                }
                _ => None,
            };
            answer.map(Served::at_once)
        });
        Self { host, atlassian }
    }

    /// With accounts of which the host keeps data since [`RETRIEVED`].
    pub fn with(ids: &[&str]) -> Self {
        let world = Self::new();
        let entered = world.enter(ids, RETRIEVED);
        assert_eq!(entered.added as usize, ids.len());
        world.host.effects();
        world
    }

    /// With so many accounts, `a00000` and so on.
    pub fn with_many(count: usize) -> Self {
        let world = Self::new();
        world.host.set_page_keys(70);
        let ids: Vec<_> = (0..count).map(|n| format!("a{n:05}")).collect();
        for ids in ids.chunks(1_000) {
            let ids: Vec<_> = ids.iter().map(String::as_str).collect();
            world.enter(&ids, RETRIEVED);
        }
        world.host.effects();
        world
    }

    pub fn atlassian(&self) -> Ref<'_, Atlassian> {
        self.atlassian.borrow()
    }

    pub fn tell(&self, tell: impl FnOnce(&mut Atlassian)) {
        tell(&mut self.atlassian.borrow_mut());
    }

    /// The profile of an account changes.
    pub fn change(&self, id: &str, at: UnixMs) {
        self.atlassian.borrow_mut().changed.insert(id.into(), at);
    }

    pub fn answers_next(&self, status: u16, headers: &[(&str, &str)], body: &str) {
        let answer = response(status, headers, body);
        self.tell(|atlassian| atlassian.instead.push_back(Ok(answer)));
    }

    pub fn fails_next(&self, error: TransportError) {
        self.tell(|atlassian| atlassian.instead.push_back(Err(error)));
    }

    pub fn step(&self, step: SweepStep) -> Result<SweepOutcome, Error> {
        self.host.run(gdpr_sweep(&self.host, step))
    }

    pub fn enter(&self, ids: &[&str], retrieved_at: UnixMs) -> Entered {
        let held = ids.iter().map(|id| held(id, retrieved_at)).collect();
        match self.step(SweepStep::Enter(held)).unwrap() {
            SweepOutcome::Entered(entered) => entered,
            other => panic!("{other:?}"),
        }
    }

    pub fn sweep(&self) -> SweepReport {
        self.sweep_with(SweepOptions::default())
    }

    pub fn sweep_with(&self, options: SweepOptions) -> SweepReport {
        match self.step(SweepStep::Sweep(options)).unwrap() {
            SweepOutcome::Swept(report) => *report,
            other => panic!("{other:?}"),
        }
    }

    /// What `/me` answers to this token, whenever it is asked.
    pub fn serve_me(&self, token: &'static str, body: &'static str) {
        self.atlassian.borrow_mut().people.insert(token, body);
    }

    /// The entry of an account in the register.
    pub fn entry(&self, id: &str) -> Option<Registered> {
        let key = AccountId::parse(id).unwrap().key(REGISTER);
        let stored = self.host.run(store::read::<Registered>(&self.host, &key));
        stored.unwrap().map(|stored| stored.value)
    }

    /// The ids in the order they were reported.
    pub fn reported_ids(&self) -> Vec<String> {
        let batches = &self.atlassian().batches;
        batches.iter().flatten().map(|(id, _)| id.clone()).collect()
    }

    /// Data of an account, of each kind.
    pub fn keep_data(&self, id: &str) {
        for key in data_keys(id) {
            self.host.set(&key, b"data");
        }
    }
}

pub fn data_keys(id: &str) -> [String; 4] {
    [
        format!("pack-configurations/{id}/main"),
        format!("pack-configurations/{id}/other"),
        format!("action-options/{id}/projects"),
        format!("user-data/{id}/avatar"),
    ]
}

pub fn held(id: &str, retrieved_at: UnixMs) -> HeldAccount {
    HeldAccount {
        account_id: id.into(),
        retrieved_at,
        cloud_ids: vec![],
        may_be_older: false,
    }
}

pub fn may_report(access_token: &str) -> TokenSet {
    TokenSet {
        scopes: vec!["read:me".into(), "report:personal-data".into()].into(),
        expires_at: NOW.plus(300 * DAY_MS),
        ..tokens(access_token, "r1")
    }
}
