use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::config_file::{ConfigFile, default_path};
use super::environment::set_variable;
use super::{Context, Source};
use crate::exit::Failure;
use crate::log::{LogFormat, Verbosity};

/// Which connection requests go by. The option for it is of two commands only,
/// so it is not read with the options of all.
const CONNECTION_VARIABLE: &str = "JIRA_HOST_CONNECTION";

/// What begins the name of every variable that is read.
const VARIABLE_PREFIX: &str = "JIRA_HOST_";

/// The variables that are no settings.
const OTHER_VARIABLES: [&str; 6] = [
    "CONFIG",
    "KEY",
    "NEW_KEY",
    "CLIENT_SECRET",
    "REDIS_PASSWORD",
    "REDIS_PASSWORD_FILE",
];

/// The settings, by their names in the configuration file. The variable of each
/// is [`variable`], its option has dashes instead.
pub(crate) const SETTINGS: [&str; 9] = [
    "store",
    "component",
    "ca",
    "allow_origin",
    "allow_address",
    "proxy_from_environment",
    "connection",
    "verbosity",
    "log_format",
];

/// The environment variable of a setting.
pub(crate) fn variable(setting: &str) -> String {
    format!("{VARIABLE_PREFIX}{}", setting.to_uppercase())
}

/// What was said elsewhere than on the command line, and where.
#[derive(Debug, Default)]
pub(crate) struct Configuration {
    file: Option<PathBuf>,
    sources: BTreeMap<&'static str, Source>,
    pub(super) connection: Option<String>,
}

impl Configuration {
    /// Where the value of a setting comes from.
    pub(crate) fn source(&self, setting: &str) -> Source {
        let source = self.sources.get(setting);
        source.copied().unwrap_or(Source::Default)
    }

    /// The configuration file, whether or not it is there.
    pub(crate) fn file(&self) -> Option<&PathBuf> {
        self.file.as_ref()
    }

    /// Whether there is one.
    pub(crate) fn has_file(&self) -> bool {
        self.file.as_deref().is_some_and(Path::exists)
    }

    /// Fills in what was not given, and notes where everything comes from.
    fn settle<T>(
        &mut self,
        matches: &ArgMatches,
        setting: &'static str,
        given: &mut Option<T>,
        in_file: Option<T>,
    ) {
        let source = match (Source::of(matches, setting), &in_file) {
            (Some(source), _) => source,
            (None, Some(_)) => {
                *given = in_file;
                Source::File
            }
            (None, None) => return,
        };
        self.sources.insert(setting, source);
    }
}

impl Context {
    /// Adds what the environment and the configuration file say to what the
    /// command line says. Where the file cannot be used, the rest is settled all
    /// the same.
    pub(crate) fn configure(&mut self, matches: &ArgMatches) {
        self.note_typed(matches);
        let file = self.config_file().unwrap_or_else(|failure| {
            self.unconfigured = Some(failure);
            ConfigFile::default()
        });
        self.settle_all(matches, file);
    }

    /// Why the configuration file cannot be used, if it cannot.
    pub(crate) fn unconfigured(&self) -> Option<&Failure> {
        self.unconfigured.as_ref()
    }

    fn config_file(&mut self) -> Result<ConfigFile, Failure> {
        let configuration = &mut self.configuration;
        let file = match &self.config {
            Some(path) => {
                configuration.file = Some(path.clone());
                Some(ConfigFile::read(path)?)
            }
            None => {
                configuration.file = default_path();
                let path = configuration.file.as_deref();
                path.map(ConfigFile::read_if_there).transpose()?.flatten()
            }
        };
        Ok(file.unwrap_or_default())
    }

    fn settle_all(&mut self, matches: &ArgMatches, file: ConfigFile) {
        let mut settled = std::mem::take(&mut self.configuration);
        let file_store = file.store.map(PathBuf::from);
        settled.settle(matches, "store", &mut self.store, file_store);
        settled.settle(matches, "component", &mut self.component, file.component);
        settled.settle(matches, "ca", &mut self.ca, file.ca);
        let proxy = &mut self.proxy_from_environment;
        let file_proxy = file.proxy_from_environment;
        settled.settle(matches, "proxy_from_environment", proxy, file_proxy);
        let format = &mut self.log_format;
        settled.settle(matches, "log_format", format, file.log_format);
        let (origins, addresses) = (&mut self.allow_origin, &mut self.allow_address);
        settled.settle(matches, "allow_origin", origins, file.allow_origin);
        settled.settle(matches, "allow_address", addresses, file.allow_address);
        settled.settle(matches, "verbosity", &mut self.verbosity, file.verbosity);
        if let Some(verbosity) = self.short_verbosity() {
            self.verbosity = Some(verbosity);
            settled.sources.insert("verbosity", Source::Flag);
        }
        let named = set_variable(CONNECTION_VARIABLE);
        let named = named.and_then(|name| name.into_string().ok());
        let source = named.as_ref().map(|_| Source::Environment);
        let source = source.or(file.connection.as_ref().map(|_| Source::File));
        settled.connection = named.or(file.connection);
        settled
            .sources
            .extend(source.map(|source| ("connection", source)));
        self.configuration = settled;
    }

    fn short_verbosity(&self) -> Option<Verbosity> {
        match (self.quiet, self.verbose) {
            (true, _) => Some(Verbosity::Quiet),
            (_, true) => Some(Verbosity::Verbose),
            _ => None,
        }
    }

    /// What was said elsewhere than on the command line, and where.
    pub(crate) fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// How much is told.
    pub(crate) fn verbosity(&self) -> Verbosity {
        self.verbosity.unwrap_or_default()
    }

    /// In which form.
    pub(crate) fn log_format(&self) -> LogFormat {
        self.log_format.unwrap_or_default()
    }

    /// The connection that requests go by, where the environment or the
    /// configuration file names one.
    pub(crate) fn configured_connection(&self) -> Option<&str> {
        self.configuration.connection.as_deref()
    }
}

/// The variable that the value of an option comes from, as `--option <VALUE>`
/// has it, where nobody typed the option.
pub(crate) fn variable_in_place_of(option: &str) -> Option<String> {
    let option = option.split([' ', '[']).next()?;
    let setting = option.strip_prefix("--")?.replace('-', "_");
    let variable = variable(SETTINGS.iter().find(|it| **it == setting)?);
    let is_typed = env::args_os().any(|argument| {
        let argument = argument.to_string_lossy();
        argument.split('=').next() == Some(option)
    });
    (!is_typed && set_variable(&variable).is_some()).then_some(variable)
}

/// The variables that look like settings of this program, and are none.
pub(crate) fn unknown_variables() -> Vec<String> {
    let known = |name: &str| {
        let is_setting = SETTINGS.iter().any(|it| variable(it) == name);
        is_setting || OTHER_VARIABLES.iter().any(|it| variable(it) == name)
    };
    env::vars_os()
        .filter(|(_, value)| !value.is_empty())
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with(VARIABLE_PREFIX) && !known(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_and_its_variable_have_one_name() {
        assert_eq!(variable("allow_origin"), "JIRA_HOST_ALLOW_ORIGIN");
        assert_eq!(variable("connection"), CONNECTION_VARIABLE);
    }
}
