use clap::Args;
use jira_host::types::{Request, Retry};

use crate::commands::number::count;

// No doc comment, as clap would make it the description of both commands.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Sending")]
pub(super) struct RetryArgs {
    /// How often at most a request is sent again: 4 unless given.
    #[arg(long, value_name = "TIMES", value_parser = count::<u8>(0..=4))]
    retry: Option<u8>,
    /// Sends it again only where nothing can have been done.
    ///
    /// After a 429, or where it surely was not sent. Without this, what only
    /// reads or may be done twice is also sent again after a connection that
    /// broke, and a 502, 503 or 504.
    #[arg(long)]
    retry_only_undone: bool,
    /// Sends each request once, also where it may be sent again.
    #[arg(long, conflicts_with_all = ["retry", "retry_only_undone"])]
    no_retry: bool,
}

impl RetryArgs {
    /// The request with what was asked for; with none of it, it stays as it is.
    pub(super) fn put_into(&self, request: Request) -> Request {
        if self.no_retry {
            return request.without_retries();
        }
        if self.retry.is_none() && !self.retry_only_undone {
            return request;
        }
        request.with_retry(Retry {
            at_most: self.retry,
            only_undone: self.retry_only_undone,
        })
    }
}
