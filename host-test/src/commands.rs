//! The commands, each with its arguments.

mod account;
mod apart;
mod app;
mod app_record;
mod byte_order_mark;
mod callback_address;
mod completions;
mod config;
mod connect;
mod context;
mod default_connection;
mod demo;
mod disconnect;
mod doctor;
mod gdpr;
mod hint;
mod inspect;
mod instant;
mod man;
mod new_file;
mod number;
mod request;
mod simulate;
mod status;
mod store;

use clap::Subcommand;

pub(crate) use self::context::{
    Context, variable_in_place_of, without_empty_variables, without_variables,
};
pub(crate) use self::inspect::tell as tell_inspection;
use crate::exit::Failure;

/// What can be asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Stores and shows the application of Atlassian's developer console.
    App(app::AppArgs),
    /// Connects to a Jira site: a person consents in a browser.
    ///
    /// It listens at the application's redirect URI on this machine, prints the
    /// address to open, and waits. A connection of the same name is renewed;
    /// until then it works on. What is not given stays as it was: names, Service
    /// Management, scopes; to be rid of one, `disconnect` it first.
    Connect(connect::ConnectArgs),
    /// Shows the connections, without asking Atlassian.
    Status(status::StatusArgs),
    /// Chooses the connection that requests go by.
    Use(default_connection::UseArgs),
    /// Erases all that is stored of a connection.
    Disconnect(disconnect::DisconnectArgs),
    /// Sends a request to the Jira platform, such as `api /myself`.
    ///
    /// The body of the answer goes to standard output as it came, also that of
    /// an error; on a terminal, JSON is set out on lines and has colour.
    /// Everything else goes to standard error. The path is relative
    /// to `/rest/api/3`, or begins with `/rest/`.
    Api(request::ApiArgs),
    /// Sends a request to Jira Service Management.
    ///
    /// As `api`; the path is relative to `/rest/servicedeskapi`, or begins with
    /// that or `/jsm/`.
    Servicedesk(request::ServicedeskArgs),
    /// Keeps the register of accounts whose personal data is stored.
    Account(account::AccountArgs),
    /// Reports the accounts of the register to Atlassian, and erases what is to
    /// be erased.
    Gdpr(gdpr::GdprArgs),
    /// Checks the secret store, changes its key, exports and imports it.
    Store(store::StoreArgs),
    /// Looks for what is wrong with the set-up, and says how to mend it.
    ///
    /// The configuration, the component, the store and its key, the application,
    /// the way to each origin (name, address, certificate, clock), the connections
    /// and their scopes. It sends each origin a request without credentials, and
    /// asks Jira by each connection who it is, which renews a token that has
    /// expired.
    Doctor(doctor::DoctorArgs),
    /// Shows the settings, and where each comes from.
    Config(config::ConfigArgs),
    /// Runs a simulated Atlassian on this machine, to connect to.
    ///
    /// A small company with issues and a service desk, over real sockets and in
    /// real time. It tells what to type next, shows the requests it gets, and
    /// ends with Ctrl-C.
    Simulate(simulate::SimulateArgs),
    /// Shows what a component imports and exports, without running it.
    Inspect(inspect::InspectArgs),
    /// Shows what the connector does, against a simulated Atlassian.
    ///
    /// Consent, reading, creating, lists, a refresh, two attempts to misuse it, and
    /// a sweep, all over real sockets on this machine. It fails when anything does not come
    /// out as it should.
    Demo(demo::DemoArgs),
    /// Writes what makes a shell complete these commands.
    ///
    /// For bash: `jira-host completions bash >
    /// ~/.local/share/bash-completion/completions/jira-host`.
    Completions(completions::CompletionsArgs),
    /// Writes the manual page: `jira-host man | man -l -`.
    Man(man::ManArgs),
}

impl Command {
    /// Whether it does its work although the configuration cannot be read.
    pub(crate) fn bears_no_configuration(&self) -> bool {
        matches!(
            self,
            Command::Doctor(_) | Command::Config(_) | Command::Completions(_) | Command::Man(_)
        )
    }

    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Command::App(args) => args.run(context).await,
            Command::Connect(args) => args.run(context).await,
            Command::Status(args) => args.run(context).await,
            Command::Use(args) => args.run(context).await,
            Command::Disconnect(args) => args.run(context).await,
            Command::Api(args) => args.run(context).await,
            Command::Servicedesk(args) => args.run(context).await,
            Command::Account(args) => args.run(context).await,
            Command::Gdpr(args) => args.run(context).await,
            Command::Store(args) => args.run(context).await,
            Command::Doctor(args) => args.run(context).await,
            Command::Config(args) => args.run(context),
            Command::Simulate(args) => args.run(context).await,
            Command::Inspect(args) => args.run(context).await,
            Command::Demo(args) => args.run(context).await,
            Command::Completions(args) => args.run(context),
            Command::Man(args) => args.run(context),
        }
    }
}
