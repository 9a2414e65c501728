use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::fault::{Act, Fault, Opening, Over};
use super::frames::{Heard, settings, settings_taken};

/// A server on loopback that does the same on every connection.
pub struct Server {
    origin: String,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn start(fault: Fault, acceptor: Option<TlsAcceptor>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                // What is written in pieces must not wait to be acknowledged.
                socket.set_nodelay(true).unwrap();
                connections.spawn(receive(socket, fault.clone(), acceptor.clone()));
            }
        });
        Server {
            origin: format!("{scheme}://{address}"),
            task,
        }
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What carries a conversation, and how it can end.
trait Line: AsyncRead + AsyncWrite + Unpin {
    fn socket(&self) -> &TcpStream;
}

impl Line for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

impl Line for TlsStream<TcpStream> {
    fn socket(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// What the client makes of it is looked at there; here it may hang up at any
/// time.
async fn receive(mut socket: TcpStream, fault: Fault, acceptor: Option<TlsAcceptor>) {
    if let Opening::Rude(acts) = &fault.opening {
        perform(&mut socket, acts, 0).await;
        return;
    }
    let Some(acceptor) = acceptor else {
        return converse(socket, &fault).await;
    };
    if let Ok(line) = acceptor.accept(socket).await {
        converse(line, &fault).await;
    }
}

async fn converse(mut line: impl Line, fault: &Fault) {
    let request = match fault.over {
        Over::Tcp | Over::Tls => request_of_text(&mut line).await,
        Over::H2 => request_of_frames(&mut line).await,
    };
    let Some(request) = request else { return };
    if perform(&mut line, &fault.acts, request).await.is_some() {
        let _ = line.shutdown().await;
        // What is still on its way must not turn the end into a reset.
        listen(&mut line).await;
    }
}

/// Whether the connection is to be ended in good order.
async fn perform(line: &mut impl Line, acts: &[Act], request: u32) -> Option<()> {
    for act in acts {
        match act {
            Act::Say(bytes) => line.write_all(bytes).await.ok()?,
            Act::Send(frame) => line.write_all(&frame.bytes(request)).await.ok()?,
            Act::Flood(bytes) => flood(line, bytes).await,
            Act::Repeat(frame, times) => {
                for _ in 0..*times {
                    line.write_all(&frame.bytes(request)).await.ok()?;
                }
            }
            Act::FloodWith(frame) => flood(line, &frame.bytes(request)).await,
            Act::Stall => listen(line).await,
            Act::Drop => {
                line.flush().await.ok()?;
                return None;
            }
            Act::Reset => {
                line.flush().await.ok()?;
                line.socket().set_zero_linger().ok()?;
                return None;
            }
        }
    }
    line.flush().await.ok()
}

async fn flood(line: &mut impl Line, bytes: &[u8]) {
    while line.write_all(bytes).await.is_ok() {
        // Others want to go on too.
        tokio::task::yield_now().await;
    }
}

/// Until the client hangs up.
async fn listen(line: &mut impl Line) {
    let mut part = [0; 4096];
    while let Ok(1..) = line.read(&mut part).await {}
}

/// A request of HTTP/1.1 with all of its body.
async fn request_of_text(line: &mut impl Line) -> Option<u32> {
    let mut heard = Vec::new();
    loop {
        let mut part = [0; 4096];
        let read = line.read(&mut part).await.ok().filter(|read| *read > 0)?;
        heard.extend(&part[..read]);
        let text = String::from_utf8_lossy(&heard);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return Some(1);
        }
    }
}

/// The stream of a request of HTTP/2 with all of its body.
async fn request_of_frames(line: &mut impl Line) -> Option<u32> {
    line.write_all(&settings().bytes(0)).await.ok()?;
    let mut heard = Heard::default();
    loop {
        let mut part = [0; 4096];
        let read = line.read(&mut part).await.ok().filter(|read| *read > 0)?;
        heard.hear(&part[..read]);
        if let Some(stream) = heard.request() {
            line.write_all(&settings_taken().bytes(0)).await.ok()?;
            return Some(stream);
        }
    }
}
