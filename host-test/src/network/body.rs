use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Sleep, sleep};

use super::{SendError, failure};

/// The body of an answer, which fails when its next part is too long in coming.
/// The time runs from when somebody asks for it, not while nobody reads.
pub(super) struct TimedBody {
    incoming: Incoming,
    timeout: Duration,
    asked: Option<Pin<Box<Sleep>>>,
}

impl TimedBody {
    pub(super) fn new(incoming: Incoming, timeout: Duration) -> Self {
        TimedBody {
            incoming,
            timeout,
            asked: None,
        }
    }

    /// Whether it has ended before all that was announced was there. To the
    /// client a stream of HTTP/2 that is reset without an error is at its end
    /// (RFC 9113 section 8.1), also where it is not.
    fn is_cut(&self) -> bool {
        !self.incoming.is_end_stream() && self.incoming.size_hint().lower() > 0
    }
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = SendError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, SendError>>> {
        let body = &mut *self;
        match Pin::new(&mut body.incoming).poll_frame(context) {
            Poll::Ready(None) if body.is_cut() => {
                body.asked = None;
                Poll::Ready(Some(Err(SendError::ConnectionTerminated)))
            }
            Poll::Ready(frame) => {
                body.asked = None;
                Poll::Ready(frame.map(|frame| frame.map_err(|error| failure::of_exchange(&error))))
            }
            Poll::Pending => {
                let timeout = body.timeout;
                let asked = body.asked.get_or_insert_with(|| Box::pin(sleep(timeout)));
                ready!(asked.as_mut().poll(context));
                Poll::Ready(Some(Err(SendError::ConnectionReadTimeout)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
