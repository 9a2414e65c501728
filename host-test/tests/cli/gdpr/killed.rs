use std::collections::BTreeSet;

use atlassian_simulator::{Fault, Gate, On};
use jira_host::secrets::{Expect, SecretStore, SqliteStore};

use super::register::{ADA, KINDS, REPORTS, RETRIEVED_UNIX_MS, keys};
use crate::running::Running;
use crate::stage::Stage;

const ACCOUNTS: usize = 300;

/// How many batches are on their way at once.
const IN_FLIGHT: u32 = 2;

/// How many stories there are, each with other points at which sweeps die.
const STORIES: u64 = 2;

/// A sweep is killed so often at most.
const MOST_KILLS: u32 = 12;

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
    fn choose(chance: &mut Chance, keys: usize) -> Point {
        match chance.below(3) {
            0 => Point::Sent(u32::try_from(chance.below(3)).unwrap()),
            _ => Point::Erased(keys - 1 - usize::try_from(chance.below(30)).unwrap()),
        }
    }
}

/// What the kills have met, over all stories.
#[derive(Default)]
struct Met {
    kills: u32,
    /// Accounts whose erasure was begun and not finished.
    half_erased: usize,
    /// Accounts that nobody had reported yet.
    unreported: usize,
}

async fn kept(store: &SqliteStore) -> BTreeSet<String> {
    let mut kept = BTreeSet::new();
    for kind in KINDS.iter().chain(&["accounts"]) {
        kept.extend(keys(store, &format!("{kind}/")).await);
    }
    kept
}

/// Ends a sweep at a point. False where it has ended by itself before.
async fn sweep_and_kill(stage: &Stage, store: &SqliteStore, point: Point) -> bool {
    let in_flight = IN_FLIGHT.to_string();
    let arguments = ["gdpr", "sweep", "--in-flight", &in_flight];
    match point {
        Point::Sent(batches) => {
            let gate = Gate::new();
            let on = On::method_path("POST", REPORTS).after(batches);
            stage.simulator.script(on, Fault::Hold(gate.clone()));
            let mut sweep = Running::begin(stage, &arguments);
            let is_killed = tokio::select! {
                () = gate.reached() => true,
                () = ended(&mut sweep) => false,
            };
            sweep.kill();
            gate.open();
            is_killed
        }
        Point::Erased(left) => {
            let mut sweep = Running::begin(stage, &arguments);
            let mut has_ended = false;
            while !has_ended && kept(store).await.len() > left {
                has_ended = sweep.has_ended();
            }
            sweep.kill();
            !has_ended
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
    let mut met = Met::default();
    for story in 1..=STORIES {
        play(story, &mut met).await;
    }
    assert!(met.kills >= 6, "only {} were killed", met.kills);
    assert!(met.half_erased > 0, "none died while it erased");
    assert!(met.unreported > 0, "none died while it reported");
}

async fn play(story: u64, met: &mut Met) {
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
    let mut chance = Chance(0x5eed_5eed * story);
    let mut kills = 0;
    while kills < MOST_KILLS {
        let point = Point::choose(&mut chance, kept(&store).await.len());
        if !sweep_and_kill(&stage, &store, point).await {
            break;
        }
        kills += 1;
        let kept = kept(&store).await;
        assert!(
            kept.is_superset(&people.left()),
            "too much is gone in story {story}"
        );
        met.half_erased += keys(&store, "erasures/").await.len();
        met.unreported += ACCOUNTS + 1 - stage.simulator.all_reported().len();
        // As if two minutes had passed: the lease of the dead is over.
        let lease = store.delete("leases/gdpr/sweep", Expect::Any);
        lease.await.unwrap();
    }
    met.kills += kills;
    let last = stage.run(&["gdpr", "sweep", "--json"]).json();
    let end = last.pointer("/end/state").unwrap();
    assert_eq!(end, "complete", "{last}");
    assert_eq!(kept(&store).await, people.left());
    assert_eq!(keys(&store, "erasures/").await, Vec::<String>::new());
    stage.run(&["api", "/myself"]).done();
    assert_told(&stage, &people);
    assert_reported(&stage, &people, kills);
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
            let text = |name: &str| action.get(name).unwrap().as_str().unwrap().to_owned();
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
fn assert_reported(stage: &Stage, people: &People, kills: u32) {
    let reported = stage.simulator.all_reported();
    assert!(people.ids().iter().all(|id| reported.contains_key(*id)));
    let repeated: u32 = reported.values().map(|it| it.times - 1).sum();
    assert!(
        repeated <= kills * IN_FLIGHT * 90,
        "{repeated} were repeated"
    );
}
