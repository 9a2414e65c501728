use std::io;
use std::net::{TcpListener, TcpStream};

/// A server that is not there: a port of loopback that nobody listens on.
///
/// Nobody else is given it either, as long as the connection which was made there
/// is kept.
#[derive(Debug)]
pub struct ClosedPort {
    origin: String,
    _connection: (TcpStream, TcpStream),
}

impl ClosedPort {
    /// Takes a port, and closes it.
    pub fn new() -> io::Result<ClosedPort> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let client = TcpStream::connect(address)?;
        let (server, _) = listener.accept()?;
        Ok(ClosedPort {
            origin: format!("http://{address}"),
            _connection: (client, server),
        })
    }

    /// Where it would be.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}
