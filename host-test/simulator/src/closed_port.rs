use std::net::{TcpListener, TcpStream};

/// A port that nobody listens on, and that nobody else is given as long as
/// the connection which was made there is kept.
pub struct ClosedPort {
    origin: String,
    _connection: (TcpStream, TcpStream),
}

impl ClosedPort {
    pub fn new() -> ClosedPort {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let client = TcpStream::connect(address).unwrap();
        let (server, _) = listener.accept().unwrap();
        ClosedPort {
            origin: format!("http://{address}"),
            _connection: (client, server),
        }
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }
}
