//! The three servers: sockets, connections, and their end.

use crate::Origin;
use crate::exchange;
use crate::wire::{Tap, Wire};
use crate::world::Shared;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

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
                    connections.spawn(converse(shared.clone(), origin, socket));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn converse(shared: Arc<Shared>, origin: Origin, socket: TcpStream) {
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
