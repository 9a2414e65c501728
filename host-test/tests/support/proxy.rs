use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// What a proxy says to whoever wants a tunnel.
#[derive(Clone)]
#[allow(dead_code, reason = "a test needs but some of them")]
pub enum Manner {
    /// It opens one to this port of this machine, whatever was asked for.
    LeadsTo(u16),
    /// It says this.
    Says(&'static str),
    /// It says nothing.
    Silent,
}

/// A proxy on loopback, which notes what it is asked.
pub struct ProxyServer {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl ProxyServer {
    pub async fn with(manner: Manner) -> ProxyServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::default();
        let task = tokio::spawn(accept(listener, manner, Arc::clone(&asked)));
        ProxyServer { port, asked, task }
    }

    /// Its URL, with user and password, if they are given.
    pub fn url(&self, user: &str) -> String {
        format!("http://{user}127.0.0.1:{}", self.port)
    }

    /// The heads of the requests that it got.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for ProxyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, manner: Manner, asked: Arc<Mutex<Vec<String>>>) {
    let mut tunnels = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        tunnels.spawn(tunnel(stream, manner.clone(), Arc::clone(&asked)));
    }
}

async fn tunnel(mut stream: TcpStream, manner: Manner, asked: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    asked.lock().unwrap().push(String::from_utf8(head).unwrap());
    match manner {
        Manner::LeadsTo(port) => {
            let mut target = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let opened = b"HTTP/1.1 200 Connection established\r\n\r\n";
            stream.write_all(opened).await.unwrap();
            // How either side ends it is not the test's matter.
            let _ = copy_bidirectional(&mut stream, &mut target).await;
        }
        Manner::Says(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
        Manner::Silent => std::future::pending().await,
    }
}
