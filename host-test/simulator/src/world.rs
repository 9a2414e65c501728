//! Everything that changes while the simulator runs.

use crate::Settings;
use crate::clock::{Clock, Now};
use crate::company::Company;
use crate::grant::Grants;
use crate::list::Lists;
use crate::media::Downloads;
use crate::origin::Origins;
use crate::reporting::Register;
use crate::script::Script;
use crate::secrets::Secrets;
use crate::tls::Tls;
use crate::transcript::Transcript;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the three servers share.
pub(crate) struct Shared {
    pub settings: Settings,
    pub origins: Origins,
    /// Nothing where plain HTTP is spoken.
    pub tls: Option<Tls>,
    world: Mutex<World>,
}

/// Everything that changes while the simulator runs.
pub(crate) struct World {
    /// The moment of the request at hand.
    pub now: Now,
    pub clock: Clock,
    pub traces: u64,
    pub secrets: Secrets,
    pub script: Script,
    pub transcript: Transcript,
    pub grants: Grants,
    pub companies: BTreeMap<String, Company>,
    pub lists: Lists,
    pub register: Register,
    pub downloads: Downloads,
}

impl World {
    /// An account is gone, and with it what it granted.
    pub fn close_account(&mut self, account_id: &str) {
        self.register.close(account_id);
        self.grants.close(account_id);
    }
}

impl Shared {
    pub fn new(settings: Settings, origins: Origins, tls: Option<Tls>) -> Shared {
        let mut secrets = Secrets::default();
        secrets.name(&settings.client_secret, "client-secret".to_owned());
        let companies = settings.sites.iter().map(|site| {
            let people = settings.accounts.clone();
            (site.cloud_id.clone(), Company::new(people))
        });
        let clock = if settings.real_time {
            Clock::running()
        } else {
            Clock::standing()
        };
        let mut lists = Lists::default();
        settings
            .lists
            .iter()
            .cloned()
            .for_each(|list| lists.set(list));
        let world = World {
            now: clock.now(),
            clock,
            traces: 0,
            secrets,
            script: Script::default(),
            transcript: Transcript::default(),
            grants: Grants::default(),
            companies: companies.collect(),
            lists,
            register: Register::default(),
            downloads: Downloads::default(),
        };
        Shared {
            settings,
            origins,
            tls,
            world: Mutex::new(world),
        }
    }

    /// The world at this moment, for as long as the guard lives. It must not
    /// live across an `await`.
    pub fn world(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.now = world.clock.now();
        world
    }
}
