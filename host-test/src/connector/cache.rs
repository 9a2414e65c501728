//! Compiled code on disk.

mod entry;
mod owner;

use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use etcetera::AppStrategy;
use etcetera::app_strategy::{AppStrategyArgs, choose_native_strategy};
use tempfile::NamedTempFile;
use wasmtime::Engine;
use wasmtime::component::Component;

use self::entry::{Entry, Key};
use super::{LoadError, compile};

/// How the names of our files end.
const EXTENSION: &str = "cwasm";

/// How many components' code is kept: some versions back and forth, each of
/// some megabytes.
const MAX_ENTRIES: usize = 16;

/// Where compiled code is kept by the conventions of the platform
/// (`~/.cache/jira-host`, `~/Library/Caches/jira-host`,
/// `%LOCALAPPDATA%\jira-host\cache`). `None` for a user without a home.
pub fn default_cache_dir() -> Option<PathBuf> {
    let application = AppStrategyArgs {
        app_name: "jira-host".to_owned(),
        ..AppStrategyArgs::default()
    };
    let folders = choose_native_strategy(application).ok()?;
    Some(folders.cache_dir())
}

pub(super) struct Cache<'a> {
    dir: &'a Path,
}

impl<'a> Cache<'a> {
    pub(super) fn in_dir(dir: &'a Path) -> Cache<'a> {
        Cache { dir }
    }

    /// The component, from the cache, or compiled and put there. A cache that
    /// cannot be used costs time and is no failure.
    pub(super) fn component(&self, engine: &Engine, bytes: &[u8]) -> Result<Component, LoadError> {
        let key = Key::of(engine, bytes);
        match self.cached(engine, &key) {
            Ok(Some(component)) => return Ok(component),
            Ok(None) => {}
            Err(why) => tracing::warn!(why, "cached code is not used"),
        }
        let component = compile(engine, bytes)?;
        if let Err(why) = self.keep(&key, &component) {
            tracing::warn!(why, "compiled code is not kept");
        }
        Ok(component)
    }

    fn cached(&self, engine: &Engine, key: &Key) -> Result<Option<Component>, String> {
        if !self.dir.exists() {
            return Ok(None);
        }
        owner::check_dir(self.dir)?;
        let Some(content) = owner::read(&self.path(key))? else {
            return Ok(None);
        };
        let component = Entry::parse(&content, key)?.into_component(engine);
        component.map(Some).map_err(|error| format!("{error:#}"))
    }

    fn keep(&self, key: &Key, component: &Component) -> Result<(), String> {
        let code = component
            .serialize()
            .map_err(|error| format!("{error:#}"))?;
        self.write(key, &Entry::content(key, &code))
            .map_err(|error| format!("`{}`: {error}", self.dir.display()))
    }

    /// Whole or not at all, whatever else writes there or reads.
    fn write(&self, key: &Key, content: &[u8]) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.recursive(true).create(self.dir)?;
        owner::check_dir(self.dir).map_err(io::Error::other)?;
        // It is for its owner alone from the beginning.
        let mut file = NamedTempFile::new_in(self.dir)?;
        file.write_all(content)?;
        file.persist(self.path(key))?;
        self.forget_oldest()
    }

    fn forget_oldest(&self) -> io::Result<()> {
        let mut entries: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in fs::read_dir(self.dir)? {
            let entry = entry?;
            if entry.path().extension() == Some(OsStr::new(EXTENSION)) {
                entries.push((entry.metadata()?.modified()?, entry.path()));
            }
        }
        entries.sort_unstable();
        let surplus = entries.len().saturating_sub(MAX_ENTRIES);
        for (_, path) in entries.into_iter().take(surplus) {
            fs::remove_file(path)?;
        }
        Ok(())
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.dir.join(key.to_string()).with_extension(EXTENSION)
    }
}
