//! `jira-host api` and `jira-host servicedesk`: one request, or a whole list.

mod answer;
mod body;
mod download;
mod examples;
mod exchange;
mod fields;
mod file;
mod filter;
mod layout;
mod listing;
mod outlet;
mod output_file;
mod parts;
mod preview;
mod print;
mod progress;
mod retries;
mod sheet;
mod upload;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use jira_host::types::{Error, Field, Method, RedirectMode, Request, Response};

use self::answer::AnswerArgs;
use self::body::{BodyArgs, Content};
use self::download::{Download, is_download};
use self::exchange::Exchange;
use self::listing::{ListArgs, Listing};
use self::output_file::OutputFile;
use self::preview::{Preview, PreviewArgs};
use self::progress::Uploading;
use self::retries::RetryArgs;
use super::apart::apart;
use super::context::{Context, Session};
use super::default_connection;
use super::number::{bytes, seconds};
use crate::exit::Failure;

const REQUEST: &str = "Request";
const ANSWER: &str = "Answer";
const SENDING: &str = "Sending";

// What both commands take. This is no doc comment, as clap would make it the
// description of both.
#[derive(Args, Debug)]
pub(crate) struct RequestArgs {
    /// The path, with a query of its own if you like.
    path: String,
    /// The method; GET, or with a body POST.
    #[arg(short = 'X', long, help_heading = REQUEST, value_parser = parts::method)]
    method: Option<Method>,
    /// Adds to the query. May be given several times.
    #[arg(short, long, help_heading = REQUEST, value_name = "NAME=VALUE", value_parser = parts::query)]
    query: Vec<Field>,
    /// Adds a header. May be given several times.
    #[arg(short = 'H', long, help_heading = REQUEST, value_name = "NAME: VALUE",
          value_parser = parts::header)]
    header: Vec<Field>,
    /// Adds a cookie. May be given several times.
    #[arg(long, help_heading = REQUEST, value_name = "NAME=VALUE", value_parser = parts::pair)]
    cookie: Vec<Field>,
    /// The connection, where it is not the one of `use` or the only one.
    #[arg(short, long, help_heading = REQUEST, value_name = "NAME")]
    connection: Option<String>,
    #[command(flatten)]
    body: BodyArgs,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    answer: AnswerArgs,
    /// Tells status and headers of the answer on standard error.
    ///
    /// Of a 401 or a 429 the message alone tells.
    #[arg(short, long, help_heading = ANSWER)]
    include: bool,
    /// The longest body of an answer, or of a page: 16777216 (16 MiB) unless given.
    ///
    /// A file that --output fetches in pieces has none that are longer, and a
    /// thousand of them at most.
    #[arg(long, help_heading = ANSWER, value_name = "BYTES", value_parser = bytes)]
    max_bytes: Option<u64>,
    /// Answers a redirect as it is.
    #[arg(long, help_heading = ANSWER)]
    no_follow: bool,
    /// How long it may take: 30 unless given, and 600 for --upload.
    ///
    /// A list, and a file that --output fetches in pieces, may take as long as
    /// they take.
    #[arg(long, help_heading = SENDING, value_name = "SECONDS",
          value_parser = seconds::<u64>(1..=600))]
    timeout: Option<u64>,
    #[command(flatten)]
    retries: RetryArgs,
    #[command(flatten)]
    preview: PreviewArgs,
}

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Export {
    Api,
    Servicedesk,
}

impl Export {
    async fn send(
        self,
        session: &Session,
        request: &Request,
    ) -> Result<Result<Response, Error>, Failure> {
        let tenant = session.tenant();
        match self {
            Export::Api => session.call(tenant.api_request(request)).await,
            Export::Servicedesk => session.call(tenant.servicedesk_request(request)).await,
        }
    }
}

#[derive(Args, Debug)]
#[command(after_help = examples::API)]
pub(crate) struct ApiArgs {
    #[command(flatten)]
    request: RequestArgs,
}

#[derive(Args, Debug)]
#[command(after_help = examples::SERVICEDESK)]
pub(crate) struct ServicedeskArgs {
    #[command(flatten)]
    request: RequestArgs,
    /// Opts in to experimental operations, which answer 412 otherwise.
    #[arg(long, help_heading = REQUEST)]
    experimental: bool,
}

impl ApiArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        self.request.run(context, Export::Api, false).await
    }
}

impl ServicedeskArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let export = Export::Servicedesk;
        self.request.run(context, export, self.experimental).await
    }
}

impl RequestArgs {
    async fn run(
        mut self,
        context: &Context,
        export: Export,
        experimental: bool,
    ) -> Result<(), Failure> {
        let content = self.body.read(self.method, &self.header)?;
        let filter = self.answer.filter()?;
        if self.preview.is_wanted() {
            return self.preview(context, export, content, experimental).await;
        }
        let (answer, list, include) = (self.answer.clone(), self.list.clone(), self.include);
        let named = self.connection.take();
        let (session, _) = context.session_of_app().await?;
        // Only now, as Ctrl-C before this would leave the file behind.
        let begun = answer.clone();
        let outlet = apart(move || begun.outlet(filter)).await?;
        let _unkept = outlet.unkept();
        let connection = default_connection::resolve(context, &session, named).await?;
        let request = self.request(&connection, content, experimental)?;
        let session = match Uploading::of(&request).filter(|_| !list.is_wanted()) {
            Some(uploading) => session.observed_by(Arc::new(uploading)),
            None => session,
        };
        let exchange = Exchange {
            context,
            session: &session,
            connection: &connection,
            export,
            answer: &answer,
            include,
            experimental,
        };
        if list.is_wanted() {
            let listing = Listing {
                exchange,
                list: &list,
            };
            return listing.fetch(request, outlet).await;
        }
        if is_download(&request, &outlet) {
            return Download::new(exchange, outlet).fetch(request).await;
        }
        exchange.once(&request, outlet).await
    }

    async fn preview(
        mut self,
        context: &Context,
        export: Export,
        content: Content,
        experimental: bool,
    ) -> Result<(), Failure> {
        let preview = Preview::of(context, export, self.connection.take()).await?;
        let answer = self.answer.clone();
        if let Some(path) = answer.file().map(Path::to_owned) {
            apart(move || OutputFile::check(&path)).await?;
        }
        let (wanted, body, list) = (self.preview, self.body.clone(), self.list.clone());
        let request = self.request(preview.connection(), content, experimental)?;
        let request = list.put_into(request);
        preview.show(&request, &body, answer.file(), wanted).await
    }

    fn request(
        self,
        connection: &str,
        content: Content,
        experimental: bool,
    ) -> Result<Request, Failure> {
        let method = self.method.unwrap_or(content.usual_method());
        let mut request = Request::new(method, connection, self.path);
        request.query_params = self.query;
        request.headers = self.header;
        request.cookies = self.cookie;
        request = self.retries.put_into(content.put_into(request)?);
        if let Some(seconds) = self.timeout {
            request = request.with_timeout(Duration::from_secs(seconds));
        }
        if let Some(bytes) = self.max_bytes {
            request = request.with_max_response_bytes(bytes);
        }
        if self.no_follow {
            request = request.with_redirect(RedirectMode::Manual);
        }
        if experimental {
            request = request.experimental();
        }
        Ok(request)
    }
}
