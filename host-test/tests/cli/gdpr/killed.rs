use std::collections::BTreeSet;

use atlassian_simulator::{Fault, Gate, On};
use jira_host::secrets::{Expect, SecretStore, SqliteStore};

use super::register::{ADA, KINDS, REPORTS, RETRIEVED_UNIX_MS, keys};
use crate::running::Running;
use crate::stage::Stage;

const ACCOUNTS: usize = 300;

/// How many batches are on their way at once.
const IN_FLIGHT: u32 = 2;

/// How many sweeps are killed.
const KILLS: u32 = 8;

/// Numbers by chance, the same ones in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Who is in the register, and what should come of them.
struct People {
    ids: Vec<String>,
}

impl People {
    fn new() -> People {
        // So that ids are the beginnings of others.
        let ids = (1..=ACCOUNTS).map(|number| number.to_string()).collect();
        People { ids }
    }

    fn ids(&self) -> Vec<&str> {
        self.ids.iter().map(String::as_str).collect()
    }

    fn closed(&self) -> Vec<&str> {
        self.chosen(|place| place % 5 == 0)
    }

    fn changed(&self) -> Vec<&str> {
        self.chosen(|place| place % 5 != 0 && place % 7 == 0)
    }

    fn chosen(&self, is_it: impl Fn(usize) -> bool) -> Vec<&str> {
        let ids = self.ids.iter().enumerate();
        ids.filter(|(place, _)| is_it(*place))
            .map(|(_, id)| id.as_str())
            .collect()
    }

    /// The keys that should be left.
    fn left(&self) -> BTreeSet<String> {
        let (closed, changed) = (self.closed(), self.changed());
        let mut left = BTreeSet::from([format!("accounts/{}", ADA.replace(':', "=3A"))]);
        for id in self.ids() {
            if closed.contains(&id) {
                continue;
            }
            left.insert(format!("accounts/{id}"));
            for kind in KINDS {
                if kind == "pack-configurations" || !changed.contains(&id) {
                    left.insert(format!("{kind}/{id}/x"));
                }
            }
        }
        left
    }
}

/// Where a sweep is killed: at something that it did.
enum Point {
    /// When it has sent so many batches, whose last has no answer yet.
    Sent(u32),
    /// When so many keys are left.
    Erased(usize),
}

impl Point {
    fn choose(chance: &mut Chance, kill: u32, keys: usize) -> Point {
        match kill % 2 {
            0 => Point::Sent(u32::try_from(chance.below(3)).unwrap()),
            _ => Point::Erased(keys - 1 - usize::try_from(chance.below(60)).unwrap()),
        }
    }
}

async fn kept(store: &SqliteStore) -> BTreeSet<String> {
    let mut kept = BTreeSet::new();
    for kind in KINDS.iter().chain(&["accounts"]) {
        kept.extend(keys(store, &format!("{kind}/")).await);
    }
    kept
}

/// Ends a sweep at a point, or lets it end before.
async fn sweep_and_kill(stage: &Stage, store: &SqliteStore, point: Point) {
    let in_flight = IN_FLIGHT.to_string();
    let arguments = ["gdpr", "sweep", "--in-flight", &in_flight];
    let gate = Gate::new();
    match point {
        Point::Sent(batches) => {
            let on = On::method_path("POST", REPORTS).after(batches);
            stage.simulator.script(on, Fault::Hold(gate.clone()));
            let mut sweep = Running::begin(stage, &arguments);
            tokio::select! {
                () = gate.reached() => {}
                () = ended(&mut sweep) => {}
            }
            sweep.kill();
            gate.open();
        }
        Point::Erased(left) => {
            let mut sweep = Running::begin(stage, &arguments);
            while kept(store).await.len() > left && !sweep.has_ended() {}
            sweep.kill();
        }
    }
}

async fn ended(sweep: &mut Running) {
    while !sweep.has_ended() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_is_killed_anywhere_is_finished_by_the_next() {
    let people = People::new();
    let stage = Stage::connected().await;
    stage.add(&people.ids());
    stage.keep(&people.ids()).await;
    for id in people.closed() {
        stage.simulator.close_account(id);
    }
    for id in people.changed() {
        stage.simulator.change_profile(id, RETRIEVED_UNIX_MS + 1);
    }
    let store = stage.store();
    let mut chance = Chance(0x5eed_5eed);
    for kill in 0..KILLS {
        let point = Point::choose(&mut chance, kill, kept(&store).await.len());
        sweep_and_kill(&stage, &store, point).await;
        let kept = kept(&store).await;
        assert!(
            kept.is_superset(&people.left()),
            "too much is gone after kill {kill}"
        );
        // As if two minutes had passed: the lease of the dead is over.
        store
            .delete("leases/gdpr/sweep", Expect::Any)
            .await
            .unwrap();
    }
    let last = stage.run(&["gdpr", "sweep", "--json"]).json();
    assert_eq!(last["end"]["state"], "complete", "{last}");
    assert_eq!(kept(&store).await, people.left());
    assert_eq!(keys(&store, "erasures/").await, Vec::<String>::new());
    stage.run(&["api", "/myself"]).done();
    assert_told(&stage, &people);
    assert_reported(&stage, &people);
    let check = stage.run(&["store", "check"]);
    assert!(check.stderr.contains("is whole"), "{check:#?}");
}

/// The host hears of every account, however often it was killed.
fn assert_told(stage: &Stage, people: &People) {
    let actions = stage.run(&["gdpr", "actions", "--json"]).json();
    let told: BTreeSet<(String, String)> = actions
        .as_array()
        .unwrap()
        .iter()
        .map(|action| {
            let text = |name: &str| action[name].as_str().unwrap().to_owned();
            (text("account_id"), text("state"))
        })
        .collect();
    let with = |ids: Vec<&str>, state: &str| {
        let pair = |id: &&str| ((*id).to_owned(), state.to_owned());
        ids.iter().map(pair).collect::<Vec<_>>()
    };
    let mut expected = with(people.closed(), "closed");
    expected.extend(with(people.changed(), "updated"));
    assert_eq!(told, expected.into_iter().collect());
}

/// Nobody was left out, and repeated were those on their way when it died.
fn assert_reported(stage: &Stage, people: &People) {
    let reported = stage.simulator.all_reported();
    assert!(people.ids().iter().all(|id| reported.contains_key(*id)));
    let repeated: u32 = reported.values().map(|it| it.times - 1).sum();
    assert!(
        repeated <= KILLS * IN_FLIGHT * 90,
        "{repeated} were repeated"
    );
}
