//! A store and the key that opens it.

use super::key_error::KeyError;
use super::key_source::KeySource;
use super::master_key::MasterKey;
use super::seal::{Purpose, SealError, Sealer, StoreId};

/// What is sealed to tell a right key from a wrong one.
const KEY_CHECK: &[u8] = b"the key is right";

/// What a store says of itself.
#[derive(Clone, PartialEq)]
pub(super) struct Meta {
    pub(super) store: StoreId,
    /// The constant, sealed. It is another one whenever the key is, and so it
    /// also tells whether the key was changed.
    pub(super) key_check: Vec<u8>,
}

/// A key, and the store as it was when the key fitted.
pub(super) struct Unlocked {
    pub(super) key: MasterKey,
    pub(super) sealer: Sealer,
    meta: Meta,
}

impl Meta {
    /// A new store's, under this key.
    pub(super) fn new(key: &MasterKey) -> Result<Self, SealError> {
        let mut store = StoreId::default();
        getrandom::fill(&mut store).map_err(SealError::Random)?;
        let key_check = seal_key_check(&Sealer::new(key, store))?;
        Ok(Meta { store, key_check })
    }

    /// Whether a key is the store's.
    fn is_opened_by(&self, sealer: &Sealer) -> bool {
        sealer.open(Purpose::KeyCheck, &self.key_check).as_deref() == Some(KEY_CHECK)
    }
}

impl Unlocked {
    /// Opens a store with the key that fits, if there is one.
    pub(super) fn by(keys: &KeySource, meta: &Meta) -> Result<Option<Self>, KeyError> {
        let candidates = keys.candidates(&meta.store)?.into_iter();
        Ok(candidates
            .map(|key| Unlocked {
                sealer: Sealer::new(&key, meta.store),
                key,
                meta: meta.clone(),
            })
            .find(|unlocked| meta.is_opened_by(&unlocked.sealer)))
    }

    /// What the store said of itself when the key fitted.
    pub(super) fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Whether a key is the one that fits.
    pub(super) fn fits(&self, key: &MasterKey) -> bool {
        self.meta.is_opened_by(&self.sealer_under(key))
    }

    /// The name of the store.
    pub(super) fn store(&self) -> &StoreId {
        &self.meta.store
    }

    /// What seals for the same store under another key.
    pub(super) fn sealer_under(&self, key: &MasterKey) -> Sealer {
        Sealer::new(key, self.meta.store)
    }
}

/// The constant, sealed anew.
pub(super) fn seal_key_check(sealer: &Sealer) -> Result<Vec<u8>, SealError> {
    sealer.seal(Purpose::KeyCheck, KEY_CHECK)
}
