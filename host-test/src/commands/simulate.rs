//! `jira-host simulate`: Atlassian, on this machine.

mod announcement;

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use atlassian_simulator::{Latency, List, Order, Settings, Simulator};
use clap::Args;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use self::announcement::Announcement;
use super::Context;
use super::callback_address::CallbackAddress;
use super::context::{interruption, listen};
use super::number::{self, ANY, count, seconds};
use crate::exit::{Exit, Failure};
use crate::log;

/// The first of three ports that stay the same from run to run, so that the
/// application that is stored fits the next run too.
const USUAL_PORT: u16 = 8735;

/// Where the authority's certificate goes. It is good for one run only.
const USUAL_CA_FILE: &str = "simulated-ca.pem";

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host simulate
    Two sites over TLS, and slow:
    jira-host simulate --sites 2 --tls --latency 200
    The first request for an issue fails:
    jira-host simulate --fault 'GET /issue status=503'
    A list of ten thousand issues:
    jira-host simulate --list '/search/jql items=10000'

A file that is attached may have 20 MiB; a longer one is answered with 413.")]
pub(crate) struct SimulateArgs {
    /// The port of the authorisation server; gateway and attachments have the
    /// two after it. With 0 the system chooses all three.
    #[arg(long, value_name = "PORT", default_value_t = USUAL_PORT, value_parser = number::port)]
    port: u16,
    /// Speaks TLS, with HTTP/2 and HTTP/1.1, by a certificate that is made for
    /// this run.
    #[arg(long)]
    tls: bool,
    /// Where the certificate to trust is written. It is removed in the end.
    #[arg(long, value_name = "FILE", default_value = USUAL_CA_FILE, requires = "tls")]
    write_ca: PathBuf,
    /// How many Jira sites there are.
    #[arg(long, value_name = "COUNT", default_value_t = 1,
          value_parser = count::<u8>(1..=Settings::MOST_SITES as u64))]
    sites: u8,
    /// How many milliseconds every answer is kept back.
    #[arg(long, value_name = "MS", default_value_t = 0, value_parser = number::milliseconds)]
    latency: u64,
    /// How many milliseconds may come on top of it.
    #[arg(long, value_name = "MS", default_value_t = 0, value_parser = number::milliseconds)]
    jitter: u64,
    /// How many seconds an access token is good.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = seconds::<u64>(0..=ANY))]
    expires_in: u64,
    /// The callback URL that is registered for the application.
    #[arg(
        long,
        value_name = "URI",
        default_value = "http://127.0.0.1:8734/callback"
    )]
    redirect_uri: String,
    /// A fault, such as `GET /issue status=503 times=2`. May be given several
    /// times.
    ///
    /// A method or `*`, part of a path or `*`, and what happens: `status=N`,
    /// `retry-after=N|date|date:N`, `reset=N|second:N|epoch:N`, `delay=MS`,
    /// `cut`, `cut=after`, `cut=body`, `broken-json`, `ignore-range`,
    /// `stall`, `near-limit`, `remaining=N`; how many requests pass before it:
    /// `after=N`, none if it is not said; and how often: `times=N` or
    /// `times=always`, once if it is not said.
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Order>,
    /// A list, such as `/search/jql items=10000 hide=100:100`. May be given
    /// several times.
    ///
    /// The end of a path, how many items it has, and how it is unlike what a
    /// client expects: `cap=N`, `break=N`, `hide=FROM:COUNT`, `hide-every=N`,
    /// `insert=PLACE:COUNT:PAGES`, `loop=N`, `total=N|none`,
    /// `last=true|false|none`, `links=WHERE`, `refuse-size`.
    #[arg(long, value_name = "LIST")]
    list: Vec<List>,
}

impl SimulateArgs {
    /// Runs until Ctrl-C or a signal to end. That is the end it is meant to have, so it is a
    /// success.
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        context.check_typed_store()?;
        CallbackAddress::parse(&self.redirect_uri)?;
        let simulator = Simulator::start(self.settings())
            .await
            .map_err(not_started)?;
        for order in &self.fault {
            simulator.order(order.clone());
        }
        let ca = self.write_ca(&simulator)?;
        let lines = simulator.follow();
        // Who reads the announcement may end it at once.
        listen();
        let announced = Announcement::new(context, &simulator, ca.path()).make();
        let ended = match announced {
            Ok(()) => tokio::select! {
                () = tell(lines) => Ok(()),
                () = interruption() => Ok(()),
            },
            Err(error) => Err(error.into()),
        };
        log::note("\nThe simulated Atlassian is gone, and all that was in it.");
        ended
    }

    fn settings(&self) -> Settings {
        Settings {
            port: self.port,
            tls: self.tls,
            expires_in: self.expires_in,
            redirect_uri: self.redirect_uri.clone(),
            latency: Latency {
                fixed: Duration::from_millis(self.latency),
                jitter: Duration::from_millis(self.jitter),
            },
            lists: self.list.clone(),
            ..Settings::company(self.sites.into())
        }
    }

    fn write_ca(&self, simulator: &Simulator) -> Result<CaFile, Failure> {
        let Some(pem) = simulator.ca_pem() else {
            return Ok(CaFile(None));
        };
        let path = &self.write_ca;
        fs::write(path, pem).map_err(|error| {
            let shown = path.display();
            Failure::new(Exit::Other, format!("cannot write `{shown}`: {error}"))
                .with_hint("name another file with --write-ca")
        })?;
        // Commands in another directory find it too.
        let path = fs::canonicalize(path)?;
        Ok(CaFile(Some(path)))
    }
}

/// The certificate on disk, for as long as its run lasts.
struct CaFile(Option<PathBuf>);

impl CaFile {
    fn path(&self) -> Option<&Path> {
        self.0.as_deref()
    }
}

impl Drop for CaFile {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // A file that is gone already is as it should be.
            let _ = fs::remove_file(path);
        }
    }
}

/// Shows the requests as they are answered, without their secrets.
async fn tell(mut lines: Receiver<String>) {
    loop {
        match lines.recv().await {
            Ok(line) => log::note(line),
            Err(RecvError::Lagged(missed)) => {
                log::note(format_args!("({missed} requests are not shown)"));
            }
            Err(RecvError::Closed) => return,
        }
    }
}

fn not_started(error: io::Error) -> Failure {
    let kind = error.kind();
    let failure = Failure::new(Exit::Configuration, format!("no simulator: {error}"));
    match kind {
        io::ErrorKind::AddrInUse | io::ErrorKind::InvalidInput => failure.with_hint(
            "choose other ports with --port, or let the system choose them with `--port 0`",
        ),
        _ => failure,
    }
}
