//! Everything that changes while the simulator runs.

use crate::Settings;
use crate::clock::Now;
use crate::company::Company;
use crate::grant::Grants;
use crate::media::Downloads;
use crate::origin::Origins;
use crate::script::Script;
use crate::secrets::Secrets;
use crate::transcript::Transcript;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the three servers share.
pub(crate) struct Shared {
    pub settings: Settings,
    pub origins: Origins,
    world: Mutex<World>,
}

/// Everything that changes while the simulator runs.
pub(crate) struct World {
    pub now: Now,
    pub traces: u64,
    pub secrets: Secrets,
    pub script: Script,
    pub transcript: Transcript,
    pub grants: Grants,
    pub companies: BTreeMap<String, Company>,
    pub downloads: Downloads,
}

impl Shared {
    pub fn new(settings: Settings, origins: Origins) -> Shared {
        let mut secrets = Secrets::default();
        secrets.name(&settings.client_secret, "client-secret".to_owned());
        let companies = settings.sites.iter().map(|site| {
            let people = settings.accounts.clone();
            (site.cloud_id.clone(), Company::new(people))
        });
        let world = World {
            now: Now::default(),
            traces: 0,
            secrets,
            script: Script::default(),
            transcript: Transcript::default(),
            grants: Grants::default(),
            companies: companies.collect(),
            downloads: Downloads::default(),
        };
        Shared {
            settings,
            origins,
            world: Mutex::new(world),
        }
    }

    /// The world, for as long as the guard lives. It must not live across an
    /// `await`.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
