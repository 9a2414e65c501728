use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::request::RequestWatch;
use crate::network::{Body, SendError};

/// The body of an answer, and the watch over its request, which ends with it.
pub(super) struct WatchedBody {
    body: Body,
    /// Gone when all is told.
    watch: Option<RequestWatch>,
}

impl WatchedBody {
    /// Where there is nothing to read, nobody may come to read it.
    pub(super) fn new(body: Body, watch: RequestWatch) -> Self {
        let watch = (!body.is_end_stream()).then_some(watch);
        WatchedBody { body, watch }
    }
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = SendError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, SendError>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let is_end = match (&frame, &mut self.watch) {
            (Some(Ok(frame)), Some(watch)) => {
                watch.note_bytes(frame.data_ref().map_or(0, Bytes::len));
                self.body.is_end_stream()
            }
            (Some(Err(error)), Some(watch)) => {
                watch.note_failure(error);
                true
            }
            _ => true,
        };
        if is_end {
            self.watch = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
