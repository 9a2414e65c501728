//! A file that is fetched piece by piece, so that it may be longer than one
//! answer.

mod position;

use std::time::{Duration, Instant};

use jira_host::types::{Error, ErrorKind, Method, Request, Response};

use self::position::{Position, changed};
use super::exchange::Exchange;
use super::outlet::Outlet;
use super::progress::Progress;
use crate::commands::apart::apart;
use crate::exit::Failure;
use crate::output::grouped;

/// How long a piece is: long enough that the way there and back does not count,
/// and short enough to come in its time on a slow line.
const PIECE: u64 = 8 * 1024 * 1024;

/// How long a piece may take where nothing is said: with less than 70 KB in a
/// second something is wrong.
const TIME_OF_A_PIECE: Duration = Duration::from_secs(120);

/// The longest answer that the contract allows.
const LONGEST_ANSWER: &str = "268435456 (256 MiB)";

const PARTIAL_CONTENT: u16 = 206;
const PRECONDITION_FAILED: u16 = 412;
const RANGE_NOT_SATISFIABLE: u16 = 416;

/// A GET whose answer goes to a file as it is.
pub(super) struct Download<'a> {
    exchange: Exchange<'a>,
    outlet: Outlet,
    begun: Instant,
}

/// Whether the answer to this request can be fetched in pieces. One that asks for
/// a range by itself gets that.
pub(super) fn is_download(request: &Request, outlet: &Outlet) -> bool {
    let mut names = request.headers.iter().map(|(name, _)| name);
    let asks_for_range = names.any(|name| name.eq_ignore_ascii_case("range"));
    request.method == Method::Get && !asks_for_range && outlet.takes_pieces()
}

impl<'a> Download<'a> {
    pub(super) fn new(exchange: Exchange<'a>, outlet: Outlet) -> Self {
        Download {
            exchange,
            outlet,
            begun: Instant::now(),
        }
    }

    /// Fetches the file. It has its name when it is whole.
    pub(super) async fn fetch(mut self, request: Request) -> Result<(), Failure> {
        let options = request.options.as_ref();
        let longest = options.and_then(|options| options.max_response_bytes);
        let mut position = Position::beginning(longest.map_or(PIECE, |longest| longest.min(PIECE)));
        let progress = Progress::of_download();
        while !position.is_end() {
            let response = match self.exchange.send(&self.next(&request, &position)).await? {
                Ok(response) => response,
                Err(Error {
                    kind: ErrorKind::Api(answer),
                    ..
                }) if position.is_empty_file(answer.status) => {
                    self.exchange.tell_head(answer.status, &answer.headers);
                    break;
                }
                Err(error) => {
                    progress.end();
                    return Err(self.failed(error, &position).await?);
                }
            };
            if response.status != PARTIAL_CONTENT {
                progress.end();
                return match position.is_beginning() {
                    true => {
                        self.exchange
                            .answered(&request, response, self.outlet)
                            .await
                    }
                    false => Err(changed()),
                };
            }
            if position.is_beginning() {
                let head = || self.exchange.tell_head(response.status, &response.headers);
                progress.aside(head);
            }
            position.take(&response.headers, response.body.len())?;
            position.check_pieces()?;
            self.outlet = append(self.outlet, response).await?;
            progress.show_bytes(position.bytes(), position.total());
        }
        progress.end();
        apart(|| self.outlet.keep()).await
    }

    /// The request for the next piece, in the time that is left for it.
    fn next(&self, request: &Request, position: &Position) -> Request {
        let given = request.options.as_ref().and_then(|it| it.timeout_ms);
        let left = given.map(|milliseconds| {
            let given = Duration::from_millis(milliseconds.into());
            let left = given.saturating_sub(self.begun.elapsed());
            left.max(Duration::from_millis(1))
        });
        let mut next = request
            .clone()
            .with_timeout(left.unwrap_or(TIME_OF_A_PIECE));
        next.headers.extend(position.headers());
        next
    }

    async fn failed(&self, error: Error, position: &Position) -> Result<Failure, Failure> {
        if position.is_beginning() {
            return match is_whole(&error.kind) {
                true => Ok(too_long(error)),
                false => self.exchange.refused(error).await,
            };
        }
        if is_whole(&error.kind) || is_another_file(&error.kind) {
            return Ok(changed());
        }
        let bytes = usize::try_from(position.bytes()).map_or("many".to_owned(), grouped);
        let failure = self.exchange.refused(error).await?;
        Ok(failure.about(&format!("after {bytes} bytes, of which nothing is kept")))
    }
}

/// Whether the answer was longer than a piece. It was the whole file then, which
/// is what comes where ranges are ignored, or no longer meant (`If-Range`).
fn is_whole(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::LimitExceeded(limit) if limit.name == "max-response-bytes")
}

fn is_another_file(kind: &ErrorKind) -> bool {
    let says_so = [RANGE_NOT_SATISFIABLE, PRECONDITION_FAILED];
    matches!(kind, ErrorKind::Api(answer) if says_so.contains(&answer.status))
}

fn too_long(error: Error) -> Failure {
    let most = format!("accept it whole with `--max-bytes`, at most {LONGEST_ANSWER}");
    Failure::from(error)
        .about("this answer does not come in pieces")
        .with_hint(most)
}

async fn append(mut outlet: Outlet, piece: Response) -> Result<Outlet, Failure> {
    apart(move || {
        outlet.part(&piece.body)?;
        Ok(outlet)
    })
    .await
}
