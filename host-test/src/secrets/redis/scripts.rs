//! What the server does in one step.

use std::sync::LazyLock;

use redis::Script;

/// A script that changes entries, under the key that its caller goes by.
macro_rules! unlocked {
    ($script:literal) => {
        LazyLock::new(|| {
            Script::new(concat!(
                include_str!("scripts/unlocked.lua"),
                include_str!($script)
            ))
        })
    };
}

/// Makes a store where there is none.
pub(super) static CREATE: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("scripts/create.lua")));

/// Makes changes, each on its own.
pub(super) static CHANGE: LazyLock<Script> = unlocked!("scripts/change.lua");

/// Deletes a key.
pub(super) static REMOVE: LazyLock<Script> = unlocked!("scripts/remove.lua");

/// Everything, from one moment.
pub(super) static INSPECT: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("scripts/inspect.lua")));

/// Writes entries, all of them or none.
pub(super) static IMPORT: LazyLock<Script> = unlocked!("scripts/import.lua");

/// Puts entries that were sealed anew aside.
pub(super) static STAGE: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("scripts/stage.lua")));

/// Puts what was put aside in the place of the entries.
pub(super) static ADOPT: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("scripts/adopt.lua")));

/// Ends a turn.
pub(super) static LEAVE: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("scripts/leave.lua")));

/// What a script answers where another process changes the key at the moment.
pub(super) const REKEYING: &str = "REKEYING";

/// What a script answers where the values are sealed under a key that is not
/// the store's any more.
pub(super) const REKEYED: &str = "REKEYED";
