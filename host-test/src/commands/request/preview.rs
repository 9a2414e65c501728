//! `--dry-run` and `--curl`: what would be sent, as the component itself makes
//! it, on a network that sends nothing and a store that stays as it is.

mod curl;
mod list;
mod repeats;
mod shown;

use std::path::Path;
use std::time::{Duration, SystemTime};

use clap::Args;
use jira_host::network::CaughtRequest;
use jira_host::types::{
    ConnectionState, ConnectionStatus, Error, Request, RequestTraits, Response,
};

use self::curl::Line;
use self::list::List;
use self::repeats::Repeats;
use self::shown::Shown;
use super::Export;
use super::body::BodyArgs;
use crate::commands::context::{Context, Rehearsal, Session};
use crate::commands::{default_connection, hint, status};
use crate::exit::{Exit, Failure};
use crate::{log, output};

// No doc comment, as clap would make it the description of both commands.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Instead of sending")]
pub(super) struct PreviewArgs {
    /// Shows the request as it would be sent, without its token.
    ///
    /// Nothing is sent or stored. What the request is refused for without this
    /// it is refused for with it, and with the same exit code.
    #[arg(long)]
    dry_run: bool,
    /// Writes the request as a command line of curl.
    ///
    /// Its token is to be in the variable JIRA_TOKEN.
    #[arg(long, conflicts_with = "dry_run")]
    curl: bool,
}

impl PreviewArgs {
    pub(super) fn is_wanted(self) -> bool {
        self.dry_run || self.curl
    }
}

/// A request that is made and not sent.
pub(super) struct Preview<'a> {
    context: &'a Context,
    rehearsal: Rehearsal,
    connection: String,
    export: Export,
}

/// What a call came to that was caught.
struct Rehearsed {
    caught: CaughtRequest,
    traits: RequestTraits,
    status: ConnectionStatus,
    renewal: Renewal,
}

/// What becomes of the tokens before the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Renewal {
    /// They are good.
    NotNeeded,
    /// An earlier renewal got no answer, so there is another try.
    Unsettled,
    /// The access token has expired, or is about to.
    Expired,
    /// The same, and most likely a person must consent.
    ConsentNeeded,
}

impl<'a> Preview<'a> {
    /// Chooses the connection as if the request were sent.
    pub(super) async fn of(
        context: &'a Context,
        export: Export,
        named: Option<String>,
    ) -> Result<Preview<'a>, Failure> {
        let rehearsal = context.rehearsal().await?;
        let connection = default_connection::resolve(context, rehearsal.session(), named).await?;
        Ok(Preview {
            context,
            rehearsal,
            connection,
            export,
        })
    }

    pub(super) fn connection(&self) -> &str {
        &self.connection
    }

    /// Makes the request and shows it.
    pub(super) async fn show(
        &self,
        request: &Request,
        body: &BodyArgs,
        output: Option<&Path>,
        wanted: PreviewArgs,
    ) -> Result<(), Failure> {
        let rehearsed = self.rehearse(request).await?;
        if wanted.curl {
            let line = Line {
                caught: &rehearsed.caught,
                request,
                body,
                output,
            };
            return line.write(self.context.json()).await;
        }
        let traits = rehearsed.traits;
        let list = request.paginate.as_ref();
        let shown = Shown {
            request: &rehearsed.caught,
            connection: &self.connection,
            site: rehearsed.status.site.as_ref(),
            list: list.map(|limits| List::of(limits, traits.paging)),
            repeats: Repeats::of(request, traits.retry_class),
            renewal: rehearsed.renewal,
        };
        match self.context.json() {
            true => Ok(output::json(&shown.to_json())?),
            false => Ok(shown.write()?),
        }
    }

    async fn rehearse(&self, request: &Request) -> Result<Rehearsed, Failure> {
        let rehearsal = &self.rehearsal;
        let refused = self.send(rehearsal.session(), request).await?;
        if let Some(caught) = rehearsal.caught() {
            let renewal = match rehearsal.wants_renewal() {
                true => Renewal::Unsettled,
                false => Renewal::NotNeeded,
            };
            return Ok(Rehearsed {
                caught,
                traits: traits(refused)?,
                status: self.status().await?,
                renewal,
            });
        }
        if !rehearsal.wants_renewal() {
            return Err(self.failure(refused));
        }
        // The store gave no lease, so nothing was renewed. At a time when the token
        // was good the request is the same.
        let status = self.status().await?;
        let renewal = match status.state {
            ConnectionState::ReauthorizationRequired => Renewal::ConsentNeeded,
            _ => Renewal::Expired,
        };
        let earlier = rehearsal.session_at(when_good(&status));
        let refused = self.send(&earlier, request).await?;
        match rehearsal.caught() {
            Some(caught) => Ok(Rehearsed {
                caught,
                traits: traits(refused)?,
                status,
                renewal,
            }),
            None => Err(self.failure(refused)),
        }
    }

    /// Makes the request. To the network one that is caught is denied, and would be
    /// told so: what is true of it is told here.
    async fn send(
        &self,
        session: &Session,
        request: &Request,
    ) -> Result<Result<Response, Error>, Failure> {
        let unheard = log::Unheard::begin();
        let refused = self.export.send(session, request).await;
        drop(unheard);
        if let Some(caught) = self.rehearsal.caught() {
            log::caught(&caught);
        }
        refused
    }

    /// The failure of a call that sent nothing.
    fn failure(&self, refused: Result<Response, Error>) -> Failure {
        let session = self.rehearsal.session();
        match refused {
            Err(error) => hint::failure(self.context, session, &self.connection, error),
            Ok(_) => answered_unsent(),
        }
    }

    async fn status(&self) -> Result<ConnectionStatus, Failure> {
        let session = self.rehearsal.session();
        let found = status::read(self.context, session, Some(&self.connection)).await?;
        let status = found.into_iter().next();
        status.ok_or_else(|| unexpected("the component says nothing of a connection that it uses"))
    }
}

/// What the component knows of a request that was caught.
fn traits(refused: Result<Response, Error>) -> Result<RequestTraits, Failure> {
    match refused {
        Err(error) => error
            .traits
            .ok_or_else(|| unexpected("the component says nothing of a request that it made")),
        Ok(_) => Err(answered_unsent()),
    }
}

fn answered_unsent() -> Failure {
    unexpected("the component answered a request that was not sent")
}

fn unexpected(what: &str) -> Failure {
    Failure::new(Exit::UnexpectedResponse, format!("{what}; report this"))
}

/// When the access token was issued.
fn when_good(status: &ConnectionStatus) -> SystemTime {
    let issued = status.refreshed_at_unix_ms.or(status.consented_at_unix_ms);
    SystemTime::UNIX_EPOCH + Duration::from_millis(issued.unwrap_or_default())
}
