use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use etcetera::AppStrategy;
use etcetera::app_strategy::{AppStrategyArgs, choose_native_strategy};
use jira_host::secrets::RedisAddress;
use serde::Deserialize;
use url::form_urlencoded;

use crate::exit::{Exit, Failure};
use crate::log::{LogFormat, Verbosity};

/// More than any configuration, and little enough to refuse a wrong file.
const MAX_BYTES: u64 = 64 * 1024;

/// The configuration file, as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfigFile {
    pub(super) store: Option<String>,
    pub(super) component: Option<PathBuf>,
    pub(super) ca: Option<PathBuf>,
    pub(super) allow_origin: Option<Vec<String>>,
    pub(super) allow_address: Option<Vec<String>>,
    pub(super) proxy_from_environment: Option<bool>,
    pub(super) connection: Option<String>,
    pub(super) verbosity: Option<Verbosity>,
    pub(super) log_format: Option<LogFormat>,
}

impl ConfigFile {
    /// Reads a file. Relative paths in it begin at its folder.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let text = bounded(path).map_err(|error| unusable(path, &error.to_string()))?;
        let file = toml::from_str::<ConfigFile>(&text);
        let mut file = file.map_err(|error| unusable(path, &place(&text, &error)))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for path in [&mut file.component, &mut file.ca].into_iter().flatten() {
            *path = folder.join(&path);
        }
        file.store = file.store.map(|store| store_in(folder, store));
        Ok(file)
    }

    /// The same, where a file that is not there is empty.
    pub(super) fn read_if_there(path: &Path) -> Result<Option<Self>, Failure> {
        match path.try_exists() {
            Ok(false) => Ok(None),
            _ => ConfigFile::read(path).map(Some),
        }
    }
}

/// Where it is when nothing else is said: in the folder where this platform
/// keeps a user's configuration.
pub(super) fn default_path() -> Option<PathBuf> {
    let application = AppStrategyArgs {
        app_name: "jira-host".to_owned(),
        ..AppStrategyArgs::default()
    };
    let folders = choose_native_strategy(application).ok()?;
    Some(folders.in_config_dir("config.toml"))
}

fn bounded(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > MAX_BYTES {
        let why = "it is longer than any configuration";
        return Err(io::Error::new(ErrorKind::InvalidData, why));
    }
    fs::read_to_string(path)
}

/// Where a store is that a file in this folder names: its path, or that of the
/// authority of its server.
fn store_in(folder: &Path, store: String) -> String {
    let in_folder = |path: &str| folder.join(path).to_string_lossy().into_owned();
    if !RedisAddress::is_meant(&store) {
        return in_folder(&store);
    }
    let Some((address, query)) = store.split_once('?') else {
        return store;
    };
    let pairs = form_urlencoded::parse(query.as_bytes());
    let mut placed = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        match &*name {
            "ca" => placed.append_pair(&name, &in_folder(&value)),
            _ => placed.append_pair(&name, &value),
        };
    }
    format!("{address}?{}", placed.finish())
}

/// What is wrong, and in which line. The line itself is not shown: it may hold
/// the password of a store.
fn place(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().and_then(|span| text.get(..span.start));
    let line = line.map(|before| before.matches('\n').count() + 1);
    match line {
        Some(line) => format!("line {line}: {}", error.message()),
        None => error.message().to_owned(),
    }
}

fn unusable(path: &Path, why: &str) -> Failure {
    let why = format!(
        "the configuration `{}` cannot be used: {why}",
        path.display()
    );
    Failure::new(Exit::Configuration, why)
        .with_hint("mend the file; `jira-host config show` lists the names that it may have")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ConfigFile, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, text).unwrap();
        ConfigFile::read(&path).map_err(|failure| format!("{failure:?}"))
    }

    #[test]
    fn paths_begin_at_the_folder_of_the_file() {
        let file = read("store = 'a.db'\nca = '/etc/ca.pem'").unwrap();
        assert!(file.store.unwrap().ends_with("/a.db"));
        assert_eq!(file.ca.unwrap(), Path::new("/etc/ca.pem"));
        let url = read("store = 'redis://host/0'").unwrap();
        assert_eq!(url.store.unwrap(), "redis://host/0");
        let folder = Path::new("/etc/jira");
        let placed = store_in(folder, "rediss://h/0?ca=own.pem&store=a".to_owned());
        assert_eq!(placed, "rediss://h/0?ca=%2Fetc%2Fjira%2Fown.pem&store=a");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_without_its_text() {
        for (text, why) in [
            ("\nstroe = 'hidden'", "line 2: unknown field `stroe`"),
            ("store = 'hidden", "line 1: "),
            ("ca = 'a'\n\nverbosity = 'hidden-word'", "line 3: "),
            ("allow_origin = 'hidden'", "line 1: invalid type"),
        ] {
            let refused = read(text).unwrap_err();
            assert!(refused.contains(why), "{text}: {refused}");
        }
        assert!(!read("store = 'hidden").unwrap_err().contains("hidden"));
    }

    #[test]
    fn a_file_that_is_too_long_is_not_read() {
        let long = "#".repeat(64 * 1024 + 1);
        assert!(read(&long).unwrap_err().contains("longer than any"));
    }
}
