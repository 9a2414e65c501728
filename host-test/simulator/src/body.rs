//! The body of an answer while it is sent: made as it goes, and cut on demand.

use crate::answer::Content;
use crate::wire::Tap;
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

/// How much is made at once of a body that is counted.
const STEP: u64 = 16 * 1024;

/// One line of a counted body.
const LINE: &[u8; 16] = b"0123456789abcde\n";

/// What happens in the middle of a body.
#[derive(Clone)]
pub(crate) enum Interruption {
    /// The body fails, and with it a connection that has no other streams.
    Fail,
    /// The connection is closed under all its streams.
    Close(Tap),
    /// Nothing more comes.
    Stall,
}

/// The connection is given up without an answer, or without the rest of it.
#[derive(Debug)]
pub(crate) struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is cut, as scripted")
    }
}

impl std::error::Error for Closed {}

/// The body of an answer.
pub(crate) struct AnswerBody {
    content: Content,
    length: u64,
    sent: u64,
    interruption: Option<(u64, Interruption)>,
    flushed: bool,
}

impl AnswerBody {
    pub fn whole(content: Content) -> AnswerBody {
        let length = match &content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Counted(length) => *length,
        };
        AnswerBody {
            content,
            length,
            sent: 0,
            interruption: None,
            flushed: false,
        }
    }

    /// Promises all of it and sends half.
    pub fn half(content: Content, interruption: Interruption) -> AnswerBody {
        let mut body = AnswerBody::whole(content);
        body.interruption = Some((body.length / 2, interruption));
        body
    }

    fn next(&mut self, end: u64) -> Bytes {
        let bytes = match &self.content {
            // A body that is in memory has a length that fits its address.
            Content::Bytes(bytes) => bytes.slice(self.sent as usize..end as usize),
            Content::Counted(_) => counted(self.sent, end.min(self.sent + STEP)),
        };
        self.sent += bytes.len() as u64;
        bytes
    }
}

/// These bytes of an endless text of equal lines.
fn counted(start: u64, end: u64) -> Bytes {
    let skipped = (start % LINE.len() as u64) as usize;
    LINE.iter()
        .copied()
        .cycle()
        .skip(skipped)
        .take((end - start) as usize)
        .collect()
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        let end = self
            .interruption
            .as_ref()
            .map_or(self.length, |(end, _)| *end);
        if self.sent < end {
            return Poll::Ready(Some(Ok(Frame::data(self.next(end)))));
        }
        match &self.interruption {
            None => Poll::Ready(None),
            Some((_, Interruption::Stall)) => Poll::Pending,
            Some((_, Interruption::Close(tap))) => {
                tap.hang_up_after_flush();
                Poll::Pending
            }
            Some((_, Interruption::Fail)) if self.flushed => Poll::Ready(Some(Err(Closed))),
            Some((_, Interruption::Fail)) => {
                // What was sent so far leaves the process only while the body
                // is waited for.
                self.flushed = true;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.interruption.is_none() && self.sent == self.length
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length - self.sent)
    }
}
