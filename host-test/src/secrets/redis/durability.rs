//! When what the server has taken is on its disk.

use std::collections::HashMap;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{FromRedisValue, RedisResult};

use super::error::is_refusal;

/// When a server has what it has taken on its disk.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Disk {
    /// Before it answers.
    AtOnce,
    /// Later, and it can say when.
    Awaited,
    /// Within [`LAG`].
    Soon,
    /// Some time, or never.
    #[default]
    Unknown,
}

/// How long a server takes that writes once in a second: it puts that off once,
/// where the disk is slow, and then holds up everybody.
pub(super) const LAG: Duration = Duration::from_secs(2);

/// What a server does about its disk, and what is wrong with that.
#[derive(Clone, Debug, Default)]
pub(super) struct Durability {
    pub(super) disk: Disk,
    /// What an operator is to know, in words.
    pub(super) warnings: Vec<String>,
}

/// What a server says of itself, as far as it says anything.
#[derive(Default)]
struct Settings {
    /// Whether there is a log of changes.
    has_log: Option<bool>,
    /// When the log goes to the disk.
    sync: Option<String>,
    eviction: Option<String>,
    /// Whether the server can say when the log is on the disk.
    can_wait: bool,
}

impl Durability {
    /// Asks a server.
    pub(super) async fn of(connection: &mut MultiplexedConnection) -> RedisResult<Self> {
        Ok(Settings::of(connection).await?.durability())
    }
}

impl Settings {
    async fn of(connection: &mut MultiplexedConnection) -> RedisResult<Self> {
        let mut questions = redis::pipe();
        questions
            .cmd("CONFIG")
            .arg(&["GET", "append*"])
            .cmd("CONFIG")
            .arg(&["GET", "maxmemory-policy"])
            .cmd("INFO")
            .arg("persistence")
            .cmd("WAITAOF")
            .arg(&[0, 0, 1])
            .ignore_errors();
        let answers: Vec<RedisResult<redis::Value>> = questions.query_async(connection).await?;
        let mut answers = answers.into_iter();
        let config = known::<HashMap<String, String>>(answers.next())?;
        let memory = known::<HashMap<String, String>>(answers.next())?;
        let info = known::<String>(answers.next())?;
        let waited = known::<Vec<i64>>(answers.next())?;
        let mut config = config.unwrap_or_default();
        let says = |yes: &str, no: &str| {
            let info = info.as_deref()?;
            let has = |line: &str| info.lines().any(|there| there == line);
            (has(yes) || has(no)).then(|| has(yes))
        };
        Ok(Settings {
            has_log: match config.get("appendonly") {
                Some(value) => Some(value == "yes"),
                None => says("aof_enabled:1", "aof_enabled:0"),
            },
            sync: config.remove("appendfsync"),
            eviction: memory.and_then(|mut memory| memory.remove("maxmemory-policy")),
            can_wait: waited.is_some(),
        })
    }

    fn durability(&self) -> Durability {
        let mut warnings = Vec::new();
        warnings.extend(self.log_warning().map(str::to_owned));
        if let Some(policy) = &self.eviction
            && policy.starts_with("allkeys")
        {
            warnings.push(format!(
                "the server throws stores away when its memory is full (`maxmemory-policy \
                 {policy}`); set `noeviction`, or one of `volatile-*`"
            ));
        }
        Durability {
            disk: self.disk(),
            warnings,
        }
    }

    fn disk(&self) -> Disk {
        match (self.has_log, self.sync.as_deref()) {
            (Some(true), Some("always")) => Disk::AtOnce,
            // The system writes when it pleases, and the server does not hear
            // of it.
            (Some(true), Some("no")) => Disk::Unknown,
            (Some(true), _) if self.can_wait => Disk::Awaited,
            (Some(true), Some("everysec")) => Disk::Soon,
            _ => Disk::Unknown,
        }
    }

    fn log_warning(&self) -> Option<&'static str> {
        match (self.has_log, self.disk()) {
            (_, Disk::AtOnce | Disk::Awaited) => None,
            (Some(false), _) => Some(
                "the server keeps no log of changes: when it crashes, what was stored since its \
                 last snapshot is lost, and with it the refresh tokens since then; set \
                 `appendonly yes` and `appendfsync always`",
            ),
            (None, _) => Some(
                "the server does not say whether it keeps a log of changes; without one a crash \
                 loses refresh tokens",
            ),
            (Some(true), _) if self.sync.is_none() => Some(
                "the server does not say when its log of changes goes to the disk; if that is after \
                 it has answered, a crash loses refresh tokens; let this user ask `CONFIG GET`",
            ),
            (Some(true), _) => Some(
                "the server writes its log of changes to the disk some time after it has answered: \
                 what was stored in the last seconds before a crash is lost, and with it refresh \
                 tokens; set `appendfsync always`",
            ),
        }
    }
}

/// An answer, unless the server has refused the question.
fn known<T: FromRedisValue>(answer: Option<RedisResult<redis::Value>>) -> RedisResult<Option<T>> {
    match answer {
        Some(Ok(value)) => Ok(T::from_redis_value(value).ok()),
        Some(Err(error)) if !is_refusal(&error) => Err(error),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn durability(has_log: Option<bool>, sync: Option<&str>, can_wait: bool) -> (Disk, String) {
        let settings = Settings {
            has_log,
            sync: sync.map(str::to_owned),
            eviction: Some("volatile-lru".to_owned()),
            can_wait,
        };
        let Durability { disk, warnings } = settings.durability();
        (disk, warnings.join(" "))
    }

    #[test]
    fn a_server_that_has_all_on_its_disk_in_time_is_not_warned_of() {
        for (sync, can_wait, disk) in [
            (Some("always"), false, Disk::AtOnce),
            (Some("always"), true, Disk::AtOnce),
            (Some("everysec"), true, Disk::Awaited),
            (None, true, Disk::Awaited),
        ] {
            assert_eq!(
                durability(Some(true), sync, can_wait),
                (disk, String::new())
            );
        }
    }

    #[test]
    fn a_server_that_has_not_is_warned_of() {
        for (has_log, sync, can_wait, disk, warning) in [
            (
                Some(true),
                Some("everysec"),
                false,
                Disk::Soon,
                "the last seconds",
            ),
            (
                Some(true),
                Some("no"),
                true,
                Disk::Unknown,
                "the last seconds",
            ),
            (Some(true), None, false, Disk::Unknown, "does not say when"),
            (
                Some(false),
                Some("always"),
                true,
                Disk::Unknown,
                "no log of changes",
            ),
            (None, None, true, Disk::Unknown, "does not say"),
        ] {
            let (found, told) = durability(has_log, sync, can_wait);
            assert_eq!(found, disk, "{sync:?}");
            assert!(told.contains(warning), "{told}");
        }
    }

    #[test]
    fn a_server_that_evicts_is_warned_of() {
        let settings = Settings {
            has_log: Some(true),
            sync: Some("always".to_owned()),
            eviction: Some("allkeys-lru".to_owned()),
            can_wait: false,
        };
        let told = settings.durability().warnings;
        assert!(
            told.join("").contains("`maxmemory-policy allkeys-lru`"),
            "{told:?}"
        );
    }
}
