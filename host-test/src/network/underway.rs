//! A request on its way to the head of its answer.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Response;
use hyper::body::Incoming;
use hyper_util::client::legacy::connect::CaptureConnection;
use hyper_util::client::legacy::{Error, ResponseFuture};
use tracing::Instrument;
use wasmtime_wasi::runtime::{AbortOnDropJoinHandle, spawn};

pub(super) type Answered = Result<Response<Incoming>, Error>;

/// Where there is a connection, it is begun by the time that this is made, and
/// whoever waits for it drives it.
///
/// Where one must be made first, a task of its own does that: it shakes hands as
/// fast as the server does, whatever the caller is busy with; and it needs much
/// of a stack, which a call of the component would keep.
pub(super) enum Underway {
    InPlace(ResponseFuture),
    Apart(AbortOnDropJoinHandle<Answered>),
    Over(Option<Answered>),
}

impl Underway {
    pub(super) async fn begin(mut answer: ResponseFuture, connection: &CaptureConnection) -> Self {
        let first = poll_fn(|context| Poll::Ready(Pin::new(&mut answer).poll(context)));
        match first.await {
            Poll::Ready(answered) => Underway::Over(Some(answered)),
            Poll::Pending if connection.connection_metadata().is_some() => {
                Underway::InPlace(answer)
            }
            Poll::Pending => Underway::Apart(spawn(answer.in_current_span())),
        }
    }

    /// Ends it, unless that is too late.
    pub(super) async fn cancel(self) -> Option<Answered> {
        match self {
            Underway::InPlace(_) => None,
            Underway::Apart(task) => task.cancel().await,
            Underway::Over(answered) => answered,
        }
    }
}

impl Future for Underway {
    type Output = Answered;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answered> {
        match &mut *self {
            Underway::InPlace(answer) => Pin::new(answer).poll(context),
            Underway::Apart(task) => Pin::new(task).poll(context),
            Underway::Over(answered) => answered.take().map_or(Poll::Pending, Poll::Ready),
        }
    }
}
