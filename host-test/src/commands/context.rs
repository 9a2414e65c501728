//! What every command works with, as the options before and after it say.

mod component_store;
mod config_file;
mod configuration;
mod environment;
mod interruption;
mod network;
mod read_only_store;
mod rehearsal;
mod session;
mod settings;
mod source;
mod typed;

use std::env;
use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::BoolishValueParser;
use clap::{ArgMatches, Args};
use jira_host::network::NetworkPolicy;
use jira_host::secrets::{
    KeyFile, MemoryStore, REDIS_PASSWORD_FILE_VARIABLE, REDIS_PASSWORD_VARIABLE, SealedStoreError,
    SecretStore, StoreAddress,
};
use jira_host::{Limits, Loader, Network};

use self::component_store::ComponentStore;
pub(crate) use self::configuration::{
    Configuration, SETTINGS, unknown_variables, variable, variable_in_place_of,
};
pub(crate) use self::environment::{set_variable, without_empty_variables, without_variables};
pub(crate) use self::interruption::{interruption, listen};
pub(crate) use self::rehearsal::Rehearsal;
pub(crate) use self::session::{Finished, Session};
pub(crate) use self::settings::Settings;
pub(crate) use self::source::Source;
pub(crate) use self::typed::Typed;
use super::app_record::{self, AppRecord};
use super::callback_address::EXAMPLE_REDIRECT_URI;
use crate::exit::{Exit, Failure};
use crate::log::{LogFormat, Verbosity};

/// The name that the component is looked for under.
const COMPONENT_FILE: &str = "jira_connector.wasm";

/// How many calls a command makes at once: one, and there may be another that
/// was given up and has not ended yet. For more, memory would be set aside at
/// every start.
const CALLS_AT_ONCE: u32 = 2;

/// Options of every command.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Context {
    /// The secret store.
    ///
    /// A file, by default `secrets.db` where this platform keeps the data of
    /// programs; or a Redis server, `redis://HOST/DATABASE?store=NAME`, with
    /// `rediss://` over TLS. Its password is in the variable
    /// JIRA_HOST_REDIS_PASSWORD, or in the file that
    /// JIRA_HOST_REDIS_PASSWORD_FILE names. The master key is in the variable
    /// JIRA_HOST_KEY, or beside the file; a Redis store's where this platform
    /// keeps the data of programs.
    #[arg(
        long,
        global = true,
        value_name = "PATH|URL",
        env = "JIRA_HOST_STORE",
        hide_env_values = true
    )]
    store: Option<PathBuf>,
    /// The component.
    ///
    /// By default `jira_connector.wasm` beside this program, or one directory
    /// above it, where a build puts it.
    #[arg(
        long,
        global = true,
        value_name = "PATH",
        env = "JIRA_HOST_COMPONENT",
        hide_env_values = true
    )]
    component: Option<PathBuf>,
    /// A certificate authority (PEM) to trust beside the platform's.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "JIRA_HOST_CA",
        hide_env_values = true
    )]
    ca: Option<PathBuf>,
    /// An origin that may be reached beside those of the application.
    ///
    /// Such as the simulator's store of attachments. May be given several times, as
    /// there are no wildcards; with `app set` it is kept.
    #[arg(long, global = true, value_name = "ORIGIN", value_parser = app_record::origin,
          env = "JIRA_HOST_ALLOW_ORIGIN", hide_env_values = true, value_delimiter = ',')]
    allow_origin: Option<Vec<String>>,
    /// A network that may be reached although it is not public.
    ///
    /// Such as `10.1.0.0/16`, or a single address. May be given several times.
    #[arg(
        long,
        global = true,
        value_name = "BLOCK",
        env = "JIRA_HOST_ALLOW_ADDRESS",
        hide_env_values = true,
        value_delimiter = ','
    )]
    allow_address: Option<Vec<String>>,
    /// Goes through the proxy that HTTPS_PROXY or ALL_PROXY names.
    ///
    /// Other than to the hosts in NO_PROXY, and to this machine.
    #[arg(long, global = true, value_name = "BOOL", env = "JIRA_HOST_PROXY_FROM_ENVIRONMENT", hide_env_values = true,
          num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = BoolishValueParser::new())]
    proxy_from_environment: Option<bool>,
    /// The configuration file.
    ///
    /// By default `config.toml` where this platform keeps the configuration of
    /// programs. Options go before variables, and variables before the file; a
    /// variable that is empty counts as not set. `jira-host config show` tells what
    /// comes from where.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "JIRA_HOST_CONFIG",
        hide_env_values = true
    )]
    config: Option<PathBuf>,
    /// Tells failures only.
    #[arg(long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Tells of every request and call, without query, headers and bodies.
    #[arg(short, long, global = true)]
    verbose: bool,
    /// How much is told: the same as --quiet and -v, for the environment.
    #[arg(
        long,
        global = true,
        value_name = "LEVEL",
        env = "JIRA_HOST_VERBOSITY",
        hide_env_values = true
    )]
    verbosity: Option<Verbosity>,
    /// How it is told on standard error: in words, or a JSON object a line.
    ///
    /// In JSON nobody is asked to choose a site; what to type is told instead.
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        env = "JIRA_HOST_LOG_FORMAT",
        hide_env_values = true
    )]
    log_format: Option<LogFormat>,
    /// Writes the result to standard output as JSON.
    ///
    /// What Jira answers is written as it came, with or without this. Commands
    /// whose result is none refuse it.
    #[arg(long, global = true)]
    json: bool,
    #[arg(skip)]
    typed: Typed,
    #[arg(skip)]
    configuration: Configuration,
    #[arg(skip)]
    unconfigured: Option<Failure>,
}

impl Context {
    /// Takes down which of these options were typed, and did not come from the
    /// environment.
    fn note_typed(&mut self, matches: &ArgMatches) {
        self.typed = Typed::of(matches);
    }

    /// The options that were typed.
    pub(crate) fn typed(&self) -> &Typed {
        &self.typed
    }

    /// Whether the result is wanted as JSON.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// Refuses to give as JSON what is none, and says what it is.
    pub(crate) fn refuse_json(&self, what: &str) -> Result<(), Failure> {
        match self.json {
            true => Err(Failure::new(
                Exit::Usage,
                format!("{what}, and there is nothing of it to give as JSON"),
            )
            .with_hint("leave `--json` out")),
            false => Ok(()),
        }
    }

    /// The file of the component. The working directory is not searched: the
    /// component gets to see the store, so it comes from where the program
    /// does, or is named.
    pub(crate) fn component_path(&self) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.component {
            return Ok(path.clone());
        }
        let program = env::current_exe()?;
        let found = program
            .ancestors()
            .skip(1)
            .take(2)
            .map(|directory| directory.join(COMPONENT_FILE))
            .find(|path| path.is_file());
        found.ok_or_else(|| {
            Failure::new(
                Exit::Configuration,
                format!("there is no `{COMPONENT_FILE}` beside this program"),
            )
            .with_hint("run `make component` to build it, or name it with --component")
        })
    }

    /// Where the store is.
    pub(crate) fn store_address(&self) -> Result<StoreAddress, Failure> {
        let Some(store) = &self.store else {
            return StoreAddress::usual().ok_or_else(|| {
                Failure::new(
                    Exit::Configuration,
                    "this user has no home to keep a store in",
                )
                .with_hint("name a file for it with `--store PATH`, or set HOME")
            });
        };
        let address = StoreAddress::parse(store.as_os_str())?;
        if address.has_password() && self.typed.has_store() {
            let message = "everybody on this machine can see the arguments of a program, so no \
                           password belongs there";
            return Err(Failure::new(Exit::Usage, message).with_hint(format!(
                "put it into {REDIS_PASSWORD_VARIABLE}, or into a file that \
                 {REDIS_PASSWORD_FILE_VARIABLE} names, and change it where others may have seen it"
            )));
        }
        Ok(address)
    }

    /// Refuses a typed store that may not be shown in commands to type.
    pub(crate) fn check_typed_store(&self) -> Result<(), Failure> {
        match self.typed.has_store() {
            true => self.store_address().map(drop),
            false => Ok(()),
        }
    }

    /// Where the master key is, unless it is in the environment.
    pub(crate) fn key_file(&self) -> Option<PathBuf> {
        let beside = self.store_address().ok()?.beside().ok()?;
        Some(KeyFile::beside(&beside).path().to_owned())
    }

    /// The certificate authority beside the platform's.
    pub(crate) fn ca(&self) -> Option<PathBuf> {
        self.ca.clone()
    }

    /// The store, as the operator may use it. It is made where there is none.
    pub(crate) async fn open_store(&self) -> Result<Arc<dyn SecretStore>, Failure> {
        Ok(self.store_address()?.open().await?)
    }

    /// The store to look into. One that is not there is empty, and looking does
    /// not make it.
    pub(crate) async fn look_into_store(&self) -> Result<Arc<dyn SecretStore>, Failure> {
        match self.store_address()?.open_existing().await {
            Err(SealedStoreError::Missing(_)) => Ok(Arc::new(MemoryStore::new())),
            opened => Ok(opened?),
        }
    }

    /// What was chosen for this store.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        Settings::of_store(&self.store_address()?)
    }

    /// The connector on its store, for what sends nothing: it has no way out.
    pub(crate) async fn session(&self) -> Result<Session, Failure> {
        let network = NetworkPolicy::none().build()?;
        self.session_on(self.look_into_store().await?, network)
    }

    /// The same on a store that must be there: who watches over it must learn that
    /// it is another one than was meant.
    pub(crate) async fn session_of_store(&self) -> Result<Session, Failure> {
        let store = self.store_address()?.open_existing().await?;
        self.session_on(store, NetworkPolicy::none().build()?)
    }

    /// The connector on its store, and the application that it is for.
    pub(crate) async fn session_of_app(&self) -> Result<(Session, AppRecord), Failure> {
        let (store, app) = self.store_of_app().await?;
        let network = self.network(&app)?;
        Ok((self.session_on(store, network)?, app))
    }

    /// The store, and the application that is in it.
    async fn store_of_app(&self) -> Result<(Arc<dyn SecretStore>, AppRecord), Failure> {
        let store = self.look_into_store().await?;
        let app = AppRecord::read(&*store).await?;
        let app = app.ok_or_else(|| self.without_app())?.record;
        Ok((store, app))
    }

    fn session_on(
        &self,
        store: Arc<dyn SecretStore>,
        network: Network,
    ) -> Result<Session, Failure> {
        let store = Arc::new(ComponentStore::new(store));
        let connector = Loader::new()
            .with_max_concurrent_calls(CALLS_AT_ONCE)
            .with_default_cache()
            .load(self.component_path()?)?;
        listen();
        let tenant = connector.tenant(store.clone(), network.clone());
        // There is one call at a time, so any answer is affordable.
        let tenant = tenant.with_limits(Limits {
            memory_bytes: Limits::MEMORY_FOR_LONGEST_ANSWER,
            ..Limits::default()
        });
        Ok(Session {
            tenant,
            store,
            network,
        })
    }

    /// The failure of whoever needs the application, and finds none.
    pub(crate) fn without_app(&self) -> Failure {
        let set = self.command_line(&["app", "set", "--client-id", "ID"]);
        Failure::new(Exit::Configuration, "no application is stored yet")
            .with_hint(format!(
                "store yours: `{set} --client-secret-file FILE --redirect-uri \
                 {EXAMPLE_REDIRECT_URI}`; client id, secret and redirect URI are in the developer \
                 console, https://developer.atlassian.com/console/myapps/"
            ))
            .with_hint("to try it without one: `jira-host simulate`, which says what to type next")
    }

    /// The command to type, with the options that were typed with this one.
    pub(crate) fn command_line(&self, words: &[&str]) -> String {
        self.typed.command_line(words)
    }
}
