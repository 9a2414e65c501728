use std::env;
use std::ffi::OsString;

use clap::ArgMatches;
use clap::parser::ValueSource;

/// The variable that names a store.
const STORE_VARIABLE: &str = "JIRA_HOST_STORE";

/// The options of every command that were typed, to be typed again: the next
/// command needs them as much as this one. What comes from the environment
/// comes from there the next time too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    store: Option<String>,
    ca: Option<String>,
    component: Option<String>,
    origins: Vec<String>,
    addresses: Vec<String>,
    config: Option<String>,
    proxy_from_environment: bool,
}

impl Typed {
    pub(super) fn of(matches: &ArgMatches) -> Self {
        Typed {
            store: values(matches, "store").pop(),
            ca: values(matches, "ca").pop(),
            component: values(matches, "component").pop(),
            origins: values(matches, "allow_origin"),
            addresses: values(matches, "allow_address"),
            config: values(matches, "config").pop(),
            proxy_from_environment: values(matches, "proxy_from_environment")
                .iter()
                .any(|value| value == "true"),
        }
    }

    /// Whether a store was typed.
    pub(super) fn has_store(&self) -> bool {
        self.store.is_some()
    }

    /// The same, with this store where none was typed.
    pub(crate) fn or_store(mut self, store: &str) -> Self {
        self.store.get_or_insert_with(|| store.to_owned());
        self
    }

    /// The same, with this certificate authority, if there is one.
    pub(crate) fn or_ca(mut self, ca: Option<&str>) -> Self {
        self.ca = ca.map(str::to_owned).or(self.ca);
        self
    }

    /// The same without origins, where they are kept.
    pub(crate) fn without_origins(mut self) -> Self {
        self.origins.clear();
        self
    }

    /// The command to type.
    pub(crate) fn command_line(&self, words: &[&str]) -> String {
        let mut all = vec!["jira-host"];
        for (option, value) in self.options(words) {
            all.extend([option, value]);
        }
        if self.proxy_from_environment {
            all.push("--proxy-from-environment");
        }
        all.extend(words);
        shlex::try_join(all.iter().copied()).unwrap_or_else(|_| all.join(" "))
    }

    fn options(&self, words: &[&str]) -> Vec<(&'static str, &str)> {
        let variable = env::var_os(STORE_VARIABLE);
        let is_variable = |path: &&String| variable == Some(OsString::from(path));
        let store = self.store.as_ref().filter(|path| !is_variable(path));
        let mut options = Vec::new();
        options.extend(self.config.iter().map(|path| ("--config", path.as_str())));
        options.extend(store.map(|path| ("--store", path.as_str())));
        options.extend(self.ca.iter().map(|path| ("--ca", path.as_str())));
        let component = self.component.iter();
        options.extend(component.map(|path| ("--component", path.as_str())));
        // `app set` would keep them, in place of those that are kept already.
        if words.first() != Some(&"app") {
            let origins = self.origins.iter();
            options.extend(origins.map(|origin| ("--allow-origin", origin.as_str())));
        }
        let addresses = self.addresses.iter();
        options.extend(addresses.map(|block| ("--allow-address", block.as_str())));
        options
    }
}

/// What was typed for this option.
fn values(matches: &ArgMatches, id: &str) -> Vec<String> {
    if matches.value_source(id) != Some(ValueSource::CommandLine) {
        return Vec::new();
    }
    let given = matches.get_raw(id).into_iter().flatten();
    given
        .map(|value| value.to_string_lossy().into_owned())
        .collect()
}
