//! The connection itself: hearing a head as it was sent, and answering with
//! what is not HTTP.
//!
//! The HTTP library joins or drops what a request has twice. A strict server
//! must see it, so the bytes are overheard on their way.

use crate::request::Head;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// More of a head is not kept: the HTTP library refuses such a head anyway.
const LONGEST_HEAD: usize = 512 * 1024;

/// What is overheard of one connection.
#[derive(Clone, Default)]
pub(crate) struct Tap(Arc<Mutex<Line>>);

#[derive(Default)]
struct Line {
    heard: Vec<u8>,
    busy: bool,
    instead: Option<Instead>,
    last: bool,
}

/// What goes over the wire in place of the HTTP library's answer.
struct Instead {
    bytes: Vec<u8>,
    written: usize,
}

impl Tap {
    /// For a connection whose bytes are not heads: nothing is overheard.
    pub fn deaf() -> Tap {
        let tap = Tap::default();
        tap.line().busy = true;
        tap
    }

    /// The head of the request at hand. From now on nothing is kept, until
    /// [`Tap::listen`] says that the body is over.
    pub fn head(&self) -> Option<Head> {
        let mut line = self.line();
        line.busy = true;
        let heard = std::mem::take(&mut line.heard);
        let end = heard.windows(4).position(|four| four == b"\r\n\r\n")?;
        Head::parse(heard.get(..end)?)
    }

    /// The next byte begins a new head.
    pub fn listen(&self) {
        let mut line = self.line();
        line.busy = false;
        line.heard.clear();
    }

    /// Whatever the HTTP library writes now, these bytes are sent, and then
    /// the connection is at its end.
    pub fn say_instead(&self, bytes: Vec<u8>) {
        self.line().instead = Some(Instead { bytes, written: 0 });
    }

    /// Whatever the HTTP library writes now, the connection is at its end.
    pub fn hang_up(&self) {
        self.say_instead(Vec::new());
    }

    /// Ends the connection when all that was said so far is on its way.
    pub fn hang_up_after_flush(&self) {
        self.line().last = true;
    }

    fn hear(&self, bytes: &[u8]) {
        let mut line = self.line();
        if !line.busy && line.heard.len() + bytes.len() <= LONGEST_HEAD {
            line.heard.extend_from_slice(bytes);
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that is overheard.
pub(crate) struct Wire<S> {
    socket: S,
    tap: Tap,
}

impl<S> Wire<S> {
    pub fn new(socket: S, tap: Tap) -> Wire<S> {
        Wire { socket, tap }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(cx, buf))?;
        self.tap
            .hear(buf.filled().get(before..).unwrap_or_default());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wire = self.get_mut();
        let mut line = wire.tap.line();
        let Some(instead) = &mut line.instead else {
            drop(line);
            return Pin::new(&mut wire.socket).poll_write(cx, buf);
        };
        while let Some(rest) = instead.bytes.get(instead.written..)
            && !rest.is_empty()
        {
            instead.written += ready!(Pin::new(&mut wire.socket).poll_write(cx, rest))?;
        }
        Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.socket).poll_flush(cx))?;
        if self.tap.line().last {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
