//! The three servers: sockets, connections, and their end.

use crate::Origin;
use crate::exchange;
use crate::tls::HTTP_2;
use crate::wire::{Tap, Wire};
use crate::world::Shared;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A socket of one origin on loopback; with port 0 the system chooses.
pub(crate) async fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port))
        .await
        .map_err(|error| {
            let message = format!("cannot listen on 127.0.0.1:{port}: {error}");
            io::Error::new(error.kind(), message)
        })
}

/// Serves one origin until the task is aborted. Listener and connections end
/// with it, the listener first: who sees a connection close can connect no
/// more.
pub(crate) async fn serve(shared: Arc<Shared>, origin: Origin, listener: TcpListener) {
    let mut connections = JoinSet::new();
    let listener = listener;
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A connection that broke before it was accepted is nobody's.
                if let Ok((socket, _)) = accepted {
                    // Else the second of two short writes waits until the first is
                    // acknowledged, up to 40 ms. Tests in which time passes by
                    // itself see 20 s of it pass meanwhile.
                    let _ = socket.set_nodelay(true);
                    connections.spawn(receive(shared.clone(), origin, socket));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Agrees on TLS and the version of HTTP, where TLS is spoken.
async fn receive(shared: Arc<Shared>, origin: Origin, socket: TcpStream) {
    let Some(tls) = &shared.tls else {
        return converse(shared, origin, socket).await;
    };
    match tls.acceptor.accept(socket).await {
        Ok(socket) if socket.get_ref().1.alpn_protocol() == Some(HTTP_2) => {
            converse_in_streams(shared, origin, socket).await;
        }
        Ok(socket) => converse(shared, origin, socket).await,
        Err(error) => {
            let world = &mut *shared.world();
            world.transcript.no_tls(origin, &error.to_string());
        }
    }
}

/// HTTP/1.1.
async fn converse<S>(shared: Arc<Shared>, origin: Origin, socket: S)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let tap = Tap::default();
    let wire = TokioIo::new(Wire::new(socket, tap.clone()));
    let service =
        service_fn(|incoming| exchange::answer(shared.clone(), origin, tap.clone(), incoming));
    let ended = http1::Builder::new().serve_connection(wire, service).await;
    if let Err(error) = ended
        && error.is_parse()
    {
        let world = &mut *shared.world();
        world.transcript.unreadable(origin, &error.to_string());
    }
}

/// HTTP/2.
async fn converse_in_streams<S>(shared: Arc<Shared>, origin: Origin, socket: S)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let tap = Tap::deaf();
    let wire = TokioIo::new(Wire::new(socket, tap.clone()));
    let service =
        service_fn(|incoming| exchange::answer(shared.clone(), origin, tap.clone(), incoming));
    // How it ended is in the transcript: a fault, or the client had enough.
    let _ = http2::Builder::new(TokioExecutor::new())
        .serve_connection(wire, service)
        .await;
}
