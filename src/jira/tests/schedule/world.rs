use core::cell::RefCell;
use std::{collections::BTreeMap, rc::Rc};

use atlassian_simulator::CANARY;

use super::{chance::Chance, judge::Judge, server::TokenServer, weather::Weather};
use crate::jira::{
    host::{Entry, Expect, StoreError},
    json::Object,
    store::{self, Stored},
    tests::fake::{APP, connection, tokens},
    token::TokenSet,
};

pub const TOKENS: &str = "tokens/main";
pub const LEASE: &str = "leases/main";

/// What all workers share.
pub struct World {
    pub weather: Weather,
    pub chance: Chance,
    /// Real time, which no worker sees.
    pub now: u64,
    pub store: BTreeMap<String, Entry>,
    pub server: TokenServer,
    pub judge: Judge,
    versions: u64,
    outage_until: u64,
    /// Set while a worker is polled: whether it can go on, and else when.
    pub is_awake: bool,
    pub wakes_at: u64,
    /// What happened, where somebody wants to know.
    pub trace: Option<Vec<String>>,
}

pub type Shared = Rc<RefCell<World>>;

impl World {
    /// A connection whose access token has expired.
    pub fn new(weather: Weather, seed: u64) -> Self {
        let mut world = Self {
            weather,
            chance: Chance::new(seed),
            now: 2 * 3_600_000,
            store: BTreeMap::new(),
            server: TokenServer::default(),
            judge: Judge::default(),
            versions: 0,
            outage_until: 0,
            is_awake: false,
            wakes_at: u64::MAX,
            trace: None,
        };
        let first = world.server.issue(0);
        let pair = TokenSet {
            expires_at: super::worker::wall(3_600_000),
            ..tokens(&token('a', first), &token('r', first))
        };
        world.write("app", APP.as_bytes());
        world.write("connections/main", &store::encode(&connection()));
        world.write(TOKENS, &store::encode(&pair));
        world
    }

    pub fn note(&mut self, line: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{now:>9} {}", line()));
        }
    }

    /// The store's own rule, and nothing of ours.
    pub fn is_met(&self, key: &str, expect: &Expect) -> bool {
        match (expect, self.store.get(key)) {
            (Expect::Any, _) | (Expect::Absent, None) => true,
            (Expect::Version(version), Some(entry)) => entry.version == *version,
            (Expect::Absent, Some(_)) | (Expect::Version(_), None) => false,
        }
    }

    pub fn write(&mut self, key: &str, value: &[u8]) -> String {
        self.versions += 1;
        let version = self.versions.to_string();
        let entry = Entry {
            value: value.into(),
            version: version.clone(),
        };
        self.store.insert(key.into(), entry);
        if key == TOKENS {
            let number = self.stored_number().unwrap();
            self.judge.pair_was_written(&version, number);
        }
        version
    }

    /// Whether the store can be reached; once in a while that ends.
    pub fn reach_store(&mut self) -> Result<(), StoreError> {
        if self.now >= self.outage_until && self.chance.one_in(self.weather.outages) {
            self.outage_until = self.now + self.chance.below(40_000);
        }
        match self.now < self.outage_until {
            true => Err(StoreError::Unavailable("down".into())),
            false => Ok(()),
        }
    }

    /// Better weather, for good.
    pub fn clear(&mut self) {
        self.weather = Weather {
            skew_ms: self.weather.skew_ms,
            gap_ms: self.weather.gap_ms,
            ..Weather::default()
        };
        self.outage_until = 0;
    }

    /// The number of the pair that is stored.
    pub fn stored_number(&self) -> Option<usize> {
        let entry = self.store.get(TOKENS)?;
        let Stored { value, .. } = store::decode::<TokenSet>(TOKENS, entry).unwrap();
        Some(number(value.refresh_token.unwrap().expose()))
    }

    /// Who owns the lease, and which version is being spent.
    pub fn lease(&self) -> Option<(String, Option<String>)> {
        let entry = self.store.get(LEASE)?;
        let text = String::from_utf8(entry.value.clone()).unwrap();
        let after = |name: &str| {
            let rest = text.split_once(&format!("\"{name}\":\""))?.1;
            Some(rest.split('"').next().unwrap().to_owned())
        };
        assert!(Object::parse(text.as_bytes()).is_ok());
        Some((after("owner").unwrap(), after("version")))
    }
}

/// A token, which no output may show: `a7` or `r7`, with the canary.
pub fn token(kind: char, number: usize) -> String {
    format!("{CANARY}{kind}{number}")
}

/// The number in a token.
pub fn number(token: &str) -> usize {
    token.strip_prefix(CANARY).unwrap()[1..].parse().unwrap()
}
