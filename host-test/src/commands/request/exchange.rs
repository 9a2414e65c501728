use std::mem;
use std::ops::Range;

use jira_host::types::{
    Error, ErrorKind, Field, Method, Request, Response, RetryClass, TransportError,
};

use super::Export;
use super::answer::AnswerArgs;
use super::outlet::Outlet;
use crate::commands::apart::apart;
use crate::commands::context::{Context, Session, interruption};
use crate::commands::hint;
use crate::exit::{Exit, Failure};
use crate::log;

/// Answers that are somewhere else, or with whoever asks already.
const REDIRECTION: Range<u16> = 300..400;

/// What Service Management answers to an experimental operation, unless the
/// request opts in.
const NOT_OPTED_IN: u16 = 412;

/// What a request is sent by, and what becomes of its answer.
#[derive(Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub(super) context: &'a Context,
    pub(super) session: &'a Session,
    pub(super) connection: &'a str,
    pub(super) export: Export,
    pub(super) answer: &'a AnswerArgs,
    /// Whether to tell status and headers.
    pub(super) include: bool,
    /// Whether the request opts in to experimental operations.
    pub(super) experimental: bool,
}

impl Exchange<'_> {
    /// Sends a request, and writes its answer.
    pub(super) async fn once(self, request: &Request, outlet: Outlet) -> Result<(), Failure> {
        match self.send(request).await? {
            Ok(response) => self.answered(request, response, outlet).await,
            Err(error) => Err(self.refused(error).await?),
        }
    }

    /// Sends a request.
    pub(super) async fn send(self, request: &Request) -> Result<Result<Response, Error>, Failure> {
        match self.export.send(self.session, request).await {
            Err(failure) => Err(self.given_up(request, failure).await),
            sent => sent,
        }
    }

    /// The failure of a request that was given up, with what became of it.
    pub(super) async fn given_up(self, request: &Request, failure: Failure) -> Failure {
        match failure.exit() {
            Exit::Interrupted if !self.only_reads(request).await => perhaps_carried_out(),
            _ => failure,
        }
    }

    /// The failure to write the answer to a request, with what became of that.
    pub(super) async fn unwritten(
        self,
        request: &Request,
        status: u16,
        failure: Failure,
    ) -> Failure {
        match self.only_reads(request).await {
            true => failure,
            false => carried_out(failure, status),
        }
    }

    /// Whether a request is known to do nothing but read. Of a POST the component
    /// knows it, which is asked without sending anything.
    async fn only_reads(self, request: &Request) -> bool {
        match request.method {
            Method::Get | Method::Head | Method::Options | Method::Trace => return true,
            Method::Post => {}
            _ => return false,
        }
        tokio::select! {
            biased;
            () = interruption() => false,
            class = self.retry_class(request) => class == Some(RetryClass::Safe),
        }
    }

    async fn retry_class(self, request: &Request) -> Option<RetryClass> {
        let rehearsal = self.context.rehearsal().await.ok()?;
        let unheard = log::Unheard::begin();
        let refused = self.export.send(rehearsal.session(), request).await;
        drop(unheard);
        Some(refused.ok()?.err()?.traits?.retry_class)
    }

    /// Writes the answer to a request.
    pub(super) async fn answered(
        self,
        request: &Request,
        response: Response,
        mut outlet: Outlet,
    ) -> Result<(), Failure> {
        self.tell_head(response.status, &response.headers);
        if REDIRECTION.contains(&response.status) && !outlet.keeps_parts() {
            let status = response.status;
            log::note(format_args!(
                "note: the answer is not here (status {status}), so the file stays as it is"
            ));
            return Ok(());
        }
        let status = response.status;
        let written = apart(move || {
            outlet.body(&response.body, content_type(&response.headers))?;
            outlet.keep()
        });
        match written.await {
            Err(failure) => Err(self.unwritten(request, status, failure).await),
            written => written,
        }
    }

    /// Writes what Jira says of an error, and answers the failure to end with.
    pub(super) async fn refused(self, mut error: Error) -> Result<Failure, Failure> {
        if let ErrorKind::Api(answer) = &mut error.kind {
            self.tell_head(answer.status, &answer.headers);
            let body = mem::take(&mut answer.body);
            let media_type = content_type(&answer.headers).to_owned();
            let mut outlet = self.answer.outlet_of_failure();
            if outlet.is_fit(&body)
                && let Err(unwritten) = apart(move || outlet.body(&body, &media_type)).await
            {
                return besides(self.failure(error), unwritten);
            }
        }
        Ok(self.failure(error))
    }

    /// Tells status and headers, where that is asked for.
    pub(super) fn tell_head(self, status: u16, headers: &[Field]) {
        if self.include {
            log::head(status, headers);
        }
    }

    /// The failure of a call.
    pub(super) fn failure(self, error: Error) -> Failure {
        let hint = self.hint(&error.kind);
        hint::hinted(error, hint)
    }

    /// What to do about a failure of this kind.
    pub(super) fn hint(self, kind: &ErrorKind) -> Option<String> {
        match kind {
            ErrorKind::Transport(TransportError::TimedOut) => {
                Some("give it more time with `--timeout SECONDS`".to_owned())
            }
            ErrorKind::Api(answer) if self.may_opt_in(answer.status) => {
                Some("if the operation is experimental, opt in with `--experimental`".to_owned())
            }
            _ => hint::of(self.context, self.session, self.connection, kind),
        }
    }

    /// Whether the answer may be another one with `--experimental`.
    fn may_opt_in(self, status: u16) -> bool {
        status == NOT_OPTED_IN && self.export == Export::Servicedesk && !self.experimental
    }
}

/// The failure of a request that was given up while it may have changed something.
fn perhaps_carried_out() -> Failure {
    let what = "interrupted; it may have been carried out, so look before you repeat it";
    Failure::new(Exit::Interrupted, what)
}

/// The failure to write the answer to a request that has changed something.
fn carried_out(unwritten: Failure, status: u16) -> Failure {
    let done = match status {
        202 => "was accepted",
        404 => "was probably done",
        _ => "was carried out",
    };
    let what = format!("Jira answered {status}, so this {done}, but its answer is not all written");
    let exit = unwritten.exit();
    let failure = match unwritten.message() {
        "" => Failure::new(exit, what),
        _ => unwritten.about(&what),
    };
    failure.with_hint("look at what became of it before you repeat it")
}

/// The failure of a request, where what Jira says of it could not be written.
fn besides(failure: Failure, unwritten: Failure) -> Result<Failure, Failure> {
    match (unwritten.exit(), unwritten.message()) {
        (Exit::Interrupted, _) => Err(unwritten),
        (_, "") => Ok(failure),
        (_, why) => {
            Ok(failure.with_hint(format!("what Jira says of it is not all written: {why}")))
        }
    }
}

/// What a body is, as its headers say.
pub(super) fn content_type(headers: &[Field]) -> &str {
    let of_name = headers.iter().find(|(name, _)| name == "content-type");
    of_name.map_or("of no type", |(_, value)| value)
}
