//! `jira-host api` and `jira-host servicedesk`: one request, or a whole list.

mod answer;
mod apart;
mod download;
mod exchange;
mod filter;
mod layout;
mod listing;
mod outlet;
mod output_file;
mod parts;
mod print;
mod progress;
mod sheet;

use std::fs;
use std::io::{self, Read};
use std::time::Duration;

use clap::Args;
use jira_host::types::{Field, Method, RedirectMode, Request};

use self::answer::AnswerArgs;
use self::download::{Download, is_download};
use self::exchange::Exchange;
use self::listing::{ListArgs, Listing};
use super::context::Context;
use super::default_connection;
use crate::exit::{Exit, Failure};

// What both commands take. This is no doc comment, as clap would make it the
// description of both.
#[derive(Args, Debug)]
pub(crate) struct RequestArgs {
    /// The path, such as `/issue/DEMO-1`, with a query of its own if you like.
    path: String,
    /// The method; GET, or with a body POST.
    #[arg(short = 'X', long, value_parser = parts::method)]
    method: Option<Method>,
    /// Adds a header. May be given several times.
    #[arg(short = 'H', long, value_name = "NAME: VALUE", value_parser = parts::header)]
    header: Vec<Field>,
    /// Adds to the query. May be given several times.
    #[arg(short, long, value_name = "NAME=VALUE", value_parser = parts::pair)]
    query: Vec<Field>,
    /// Adds a cookie. May be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parts::pair)]
    cookie: Vec<Field>,
    /// The body, from a file or with `-` from standard input.
    ///
    /// It must be JSON, unless a header `Content-Type` says otherwise.
    #[arg(long, value_name = "FILE")]
    input: Option<String>,
    /// The connection, where it is not the one of `use` or the only one.
    #[arg(short, long, value_name = "NAME")]
    connection: Option<String>,
    /// Tells status and headers of the answer on standard error.
    #[arg(short, long)]
    include: bool,
    /// How long it may take: 30 unless given; a list or a file as long as it takes.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: Option<u64>,
    /// The longest body of an answer, or of a page: 16777216 (16 MiB) unless given.
    #[arg(long, value_name = "BYTES")]
    max_bytes: Option<u64>,
    /// Answers a redirect as it is.
    #[arg(long)]
    no_follow: bool,
    /// Sends each request once, also where it may be sent again.
    #[arg(long)]
    no_retry: bool,
    #[command(flatten)]
    answer: AnswerArgs,
    #[command(flatten)]
    list: ListArgs,
}

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Export {
    Api,
    Servicedesk,
}

#[derive(Args, Debug)]
pub(crate) struct ApiArgs {
    #[command(flatten)]
    request: RequestArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ServicedeskArgs {
    #[command(flatten)]
    request: RequestArgs,
    /// Opts in to experimental operations, which answer 412 otherwise.
    #[arg(long)]
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
        let (answer, list) = (self.answer.clone(), self.list.clone());
        let outlet = answer.outlet()?;
        let body = self.input.as_deref().map(read).transpose()?;
        let (session, _) = context.session_of_app().await?;
        let named = self.connection.take();
        let connection = default_connection::resolve(context, &session, named).await?;
        let exchange = Exchange {
            context,
            session: &session,
            connection: &connection,
            export,
            answer: &answer,
            include: self.include,
        };
        let mut request = self.request(&connection, body)?;
        if experimental {
            request = request.experimental();
        }
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

    fn request(self, connection: &str, body: Option<Vec<u8>>) -> Result<Request, Failure> {
        let usual = if body.is_some() {
            Method::Post
        } else {
            Method::Get
        };
        let method = self.method.unwrap_or(usual);
        let has_type = self
            .header
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let mut request = Request::new(method, connection, self.path);
        request.query_params = self.query;
        request.headers = self.header;
        request.cookies = self.cookie;
        if let Some(body) = body {
            request = if has_type {
                request.with_body(body)
            } else {
                request.with_json(json(body)?)
            };
        }
        if self.no_retry {
            request = request.without_retries();
        }
        if let Some(seconds) = self.timeout {
            request = request.with_timeout(Duration::from_secs(seconds));
        }
        if let Some(bytes) = self.max_bytes {
            request = request.with_max_response_bytes(bytes);
        }
        if self.no_follow {
            request = request.with_redirect(RedirectMode::Manual);
        }
        Ok(request)
    }
}

fn read(path: &str) -> Result<Vec<u8>, Failure> {
    let body = if path == "-" {
        let mut body = Vec::new();
        io::stdin().read_to_end(&mut body).map(|_| body)
    } else {
        fs::read(path)
    };
    body.map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("cannot read the body from `{path}`: {error}"),
        )
    })
}

/// The text, if it is JSON. The component checks it too; here it can be said
/// how to send something else.
fn json(body: Vec<u8>) -> Result<String, Failure> {
    let parsed = serde_json::from_slice::<serde::de::IgnoredAny>(&body);
    let why = match (parsed, String::from_utf8(body)) {
        (Ok(_), Ok(text)) => return Ok(text),
        (Err(error), _) => error.to_string(),
        (_, Err(error)) => error.to_string(),
    };
    Err(
        Failure::new(Exit::Usage, format!("the body is not JSON: {why}"))
            .with_hint("to send something else, say what it is: `-H 'Content-Type: text/plain'`"),
    )
}
