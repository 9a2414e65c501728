use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jira_host::secrets::StoreAddress;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::exit::{Exit, Failure};

/// What the name of the file has after that of the store.
const SUFFIX: &str = ".settings.json";

/// What the operator chose and is no secret. It lies beside the store and not
/// in it, because the component can write to the store.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    path: PathBuf,
    pub(crate) default_connection: Option<String>,
    pub(crate) allowed_origins: Vec<String>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_connection: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    allowed_origins: Vec<String>,
}

impl Settings {
    /// Those of a store; the defaults, where nothing was chosen yet, and where
    /// there is no place on this machine that could say so.
    pub(super) fn of_store(store: &StoreAddress) -> Result<Self, Failure> {
        let Ok(path) = store.beside() else {
            return Ok(Settings::default());
        };
        let mut path = path.into_os_string();
        path.push(SUFFIX);
        let path = PathBuf::from(path);
        let document = match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| unusable(&path, error))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Document::default(),
            Err(error) => return Err(unusable(&path, error)),
        };
        Ok(Settings {
            path,
            default_connection: document.default_connection,
            allowed_origins: document.allowed_origins,
        })
    }

    /// Replaces the file as a whole, so that nobody finds half of it.
    pub(crate) fn write(&self) -> Result<(), Failure> {
        if self.path.as_os_str().is_empty() {
            let message = "this user has no home to keep settings in";
            return Err(Failure::new(Exit::Configuration, message).with_hint("set HOME"));
        }
        let document = Document {
            default_connection: self.default_connection.clone(),
            allowed_origins: self.allowed_origins.clone(),
        };
        let replace = || -> io::Result<()> {
            let directory = match self.path.parent() {
                Some(directory) if directory != Path::new("") => directory,
                _ => Path::new("."),
            };
            fs::create_dir_all(directory)?;
            let mut file = NamedTempFile::new_in(directory)?;
            writeln!(file, "{}", serde_json::to_string_pretty(&document)?)?;
            file.as_file().sync_all()?;
            file.persist(&self.path)?;
            Ok(())
        };
        replace().map_err(|error| unusable(&self.path, error))
    }
}

fn unusable(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new(
        Exit::Configuration,
        format!(
            "the settings in `{}` cannot be used: {error}",
            path.display()
        ),
    )
    .with_hint("mend the file or remove it; it holds the default connection and allowed origins")
}
