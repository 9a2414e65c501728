use std::path::PathBuf;

use redis::ErrorKind;
use thiserror::Error;

use super::super::error::SealedStoreError;
use super::address::RedisAddressError;
use super::scripts::{REKEYED, REKEYING};

/// Why a store on a Redis server cannot be used, where only a server can be so.
/// No variant holds a password, nor anything that was stored.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RedisError {
    /// It is not said where the store is.
    #[error(transparent)]
    Address(#[from] RedisAddressError),
    /// The certificate authority of the server cannot be used.
    #[error("the certificate authority of `{at}` cannot be used: {why}")]
    Authority {
        /// The store.
        at: String,
        /// Why.
        why: String,
    },
    /// The server did not answer, or said that it cannot at the moment. A change
    /// may have been made.
    #[error("the store `{at}` cannot be reached: {why}")]
    Unreachable {
        /// The store.
        at: String,
        /// Why, in the system's words or the server's code.
        why: String,
    },
    /// The server does not let this user in, or not do this.
    #[error("the store `{at}` may not be used: {why}")]
    Denied {
        /// The store.
        at: String,
        /// What the server says of it.
        why: String,
    },
    /// The server has no memory left.
    #[error("the server has no memory left for the store `{0}`")]
    Full(String),
    /// The server is a replica.
    #[error("the store `{0}` is on a replica, which takes no changes")]
    Replica(String),
    /// The server has taken a change, but nobody knows whether it is on its
    /// disk.
    #[error("it is not known whether the last change of the store `{0}` is on the disk")]
    Unsettled(String),
    /// The key is in a file, and a crash of the server could leave the store
    /// under the key before, which would be gone.
    #[error(
        "the server of the store `{0}` does not say when a change is on its disk, so that a crash \
         after a change of the key could leave the store under a key that nobody has"
    )]
    NoDisk(String),
    /// Another process has been changing the key for longer than this one waits.
    #[error("the key of the store `{0}` is being changed by another process")]
    Rekeying(String),
    /// A store that was open is not there any more.
    #[error("the store `{0}` was there, and is gone")]
    Gone(String),
    /// There is no store, and the key file is for one.
    #[error("there is no store at `{at}`, and the key file `{}` belongs to one", path.display())]
    KeyWithoutStore {
        /// Where the store is not.
        at: String,
        /// The key file.
        path: PathBuf,
    },
    /// The server cannot do what the store needs.
    #[error("the server of the store `{at}` cannot do what is needed: {why}")]
    Unsuitable {
        /// The store.
        at: String,
        /// The server's code, or what its answer was not.
        why: String,
    },
}

impl RedisError {
    /// What to do about it.
    pub fn advice(&self) -> String {
        let advice = match self {
            RedisError::Address(_) => {
                "write the address anew, with the password in the environment or in a file"
            }
            RedisError::Authority { .. } => "name a file with certificates in PEM",
            RedisError::Unreachable { .. } => {
                "see to it that the server runs, that this machine reaches it, and what its log \
                 says; then try again"
            }
            RedisError::Denied { .. } => {
                "give the user the right password, and let it use `HMGET HGET HSET HDEL \
                 HLEN HGETALL ZADD ZREM ZRANGE ZRANGEBYLEX EXISTS GET SET DEL PEXPIRE RENAME EVAL \
                 EVALSHA SCRIPT PING SELECT WAITAOF INFO CONFIG|GET BGREWRITEAOF` on keys that \
                 begin with `jira-host:`"
            }
            RedisError::Full(_) => {
                "raise `maxmemory` or make room, then try again; nothing was lost"
            }
            RedisError::Replica(_) => {
                "name the server that it is a replica of; after a failover it is enough that the \
                 name leads to the new one, which every change looks for anew"
            }
            RedisError::Unsettled(_) => {
                "look at the server's disk and log, then try again; the change may have been made"
            }
            RedisError::NoDisk(_) => {
                "set `appendonly yes` on the server, and let this user ask `CONFIG GET`; or move \
                 the key from its file to the environment, and keep the old one when you change it"
            }
            RedisError::Rekeying(_) => "try again",
            RedisError::Gone(_) | RedisError::KeyWithoutStore { .. } => {
                "find out whether somebody emptied the server, it evicts (`maxmemory-policy`) or \
                 it lost its data in a crash (`appendonly`), and bring the store back from a \
                 backup; to begin anew, name another key file or move this one away, and people \
                 must connect again"
            }
            RedisError::Unsuitable { .. } => {
                "use a Redis of version 5 or later, or what is compatible with it, that is not a \
                 cluster"
            }
        };
        advice.to_owned()
    }

    /// Whether trying again may help.
    pub(in super::super) fn is_passing(&self) -> bool {
        match self {
            RedisError::Unreachable { .. }
            | RedisError::Full(_)
            | RedisError::Replica(_)
            | RedisError::Unsettled(_)
            | RedisError::Rekeying(_) => true,
            RedisError::Address(_)
            | RedisError::Authority { .. }
            | RedisError::Denied { .. }
            | RedisError::NoDisk(_)
            | RedisError::Gone(_)
            | RedisError::KeyWithoutStore { .. }
            | RedisError::Unsuitable { .. } => false,
        }
    }
}

/// What the client or the server says, in classes that an operator can act on.
///
/// What the server says in words may repeat what it was given, so that only its
/// code is kept, but for who may not do what.
pub(super) fn classify(at: &str, error: &redis::RedisError) -> SealedStoreError {
    let at = at.to_owned();
    if error.kind() == ErrorKind::AuthenticationFailed {
        let why = "the server does not take this user and password".to_owned();
        return RedisError::Denied { at, why }.into();
    }
    let Some((code, detail)) = answered(error) else {
        return match error.kind() {
            ErrorKind::Io | ErrorKind::Client => {
                let why = error.to_string();
                RedisError::Unreachable { at, why }.into()
            }
            _ => RedisError::Unsuitable {
                at,
                why: error.category().to_owned(),
            }
            .into(),
        };
    };
    match code.as_str() {
        "WRONGTYPE" => SealedStoreError::NotAStore(at),
        "NOPERM" => {
            let why = detail.unwrap_or(code);
            RedisError::Denied { at, why }.into()
        }
        "NOAUTH" | "WRONGPASS" => RedisError::Denied { at, why: code }.into(),
        "OOM" => RedisError::Full(at).into(),
        "READONLY" => RedisError::Replica(at).into(),
        REKEYING => RedisError::Rekeying(at).into(),
        REKEYED => SealedStoreError::KeyChanged(at),
        "LOADING" | "BUSY" | "MASTERDOWN" | "CLUSTERDOWN" | "TRYAGAIN" | "MISCONF"
        | "NOREPLICAS" | "UNBLOCKED" => RedisError::Unreachable { at, why: code }.into(),
        _ => RedisError::Unsuitable { at, why: code }.into(),
    }
}

/// The same of an attempt to connect. Nothing of what is stored was sent then,
/// so that everything that is said may be told.
pub(super) fn classify_connecting(at: &str, error: &redis::RedisError) -> SealedStoreError {
    match (error.kind(), error.code()) {
        (ErrorKind::Io | ErrorKind::Client, _) => classify(at, error),
        (_, None | Some("ERR")) if error.kind() != ErrorKind::AuthenticationFailed => {
            let (at, why) = (at.to_owned(), error.to_string());
            RedisError::Unsuitable { at, why }.into()
        }
        _ => classify(at, error),
    }
}

/// What a server says, with no code of its own, of a script that does what its
/// user may not.
const SCRIPT_DENIED: [&str; 2] = [
    "The user executing the script can't",
    "ACL failure in script",
];

/// The code that the server answered with, and what it said. Where a script has
/// failed, servers before version 7 have the code in the middle of that.
fn answered(error: &redis::RedisError) -> Option<(String, Option<String>)> {
    let (code, detail) = match error.clone().into_server_errors() {
        Some(errors) => {
            let (_, first) = errors.first()?;
            (first.code().to_owned(), first.details().map(str::to_owned))
        }
        None => (error.code()?.to_owned(), error.detail().map(str::to_owned)),
    };
    let within = detail
        .as_deref()
        .filter(|_| code == "ERR")
        .and_then(|detail| {
            let (_, failure) = detail.rsplit_once(": -")?;
            Some(failure.split(' ').next()?.to_owned())
        });
    let is_denied = |detail: &String| SCRIPT_DENIED.iter().any(|start| detail.starts_with(start));
    let code = match within {
        _ if detail.as_ref().is_some_and(is_denied) => "NOPERM".to_owned(),
        Some(within) => within,
        None => code,
    };
    Some((code, detail))
}

/// Whether the server is not the one that takes changes, or not any more.
pub(super) fn is_replica(error: &SealedStoreError) -> bool {
    matches!(error, SealedStoreError::Redis(RedisError::Replica(_)))
}

/// Whether a server was asked what it does not know, or does not tell this user.
pub(super) fn is_refusal(error: &redis::RedisError) -> bool {
    answered(error).is_some_and(|(code, _)| code == "ERR" || code == "NOPERM")
}
