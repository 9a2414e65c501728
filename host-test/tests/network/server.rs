use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does on a connection, one after the other. After the last
/// it is silent and holds the connection.
#[derive(Clone)]
pub enum Play {
    /// Reads a request and writes this.
    Answer(String),
    /// Reads a request and is silent.
    Listen,
    /// Writes this without having read anything.
    Say(String),
    /// Closes the connection.
    Close,
}

/// A server on loopback that plays what it is told, connection by connection.
pub struct Server {
    address: String,
    record: Arc<Mutex<Record>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Record {
    connections: usize,
    requests: Vec<String>,
}

impl Server {
    pub async fn playing(connections: impl IntoIterator<Item = Vec<Play>>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let record = Arc::new(Mutex::new(Record::default()));
        let plays: Vec<_> = connections.into_iter().collect();
        let task = tokio::spawn(serve(listener, plays, Arc::clone(&record)));
        Server {
            address,
            record,
            task,
        }
    }

    pub fn origin(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.record.lock().unwrap().connections
    }

    /// The first lines of the requests that arrived whole.
    pub fn requests(&self) -> Vec<String> {
        self.record.lock().unwrap().requests.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, plays: Vec<Vec<Play>>, record: Arc<Mutex<Record>>) {
    let mut plays = plays.into_iter();
    let mut tasks = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        record.lock().unwrap().connections += 1;
        let play = plays.next().unwrap_or_default();
        tasks.spawn(perform(stream, play, Arc::clone(&record)));
    }
}

async fn perform(mut stream: TcpStream, plays: Vec<Play>, record: Arc<Mutex<Record>>) {
    for play in plays {
        if matches!(play, Play::Answer(_) | Play::Listen) {
            let Some(request) = read_request(&mut stream).await else {
                return;
            };
            record.lock().unwrap().requests.push(request);
        }
        match play {
            Play::Answer(text) | Play::Say(text) => {
                stream.write_all(text.as_bytes()).await.unwrap()
            }
            Play::Listen => {}
            Play::Close => return,
        }
    }
    std::future::pending().await
}

/// The first line of a request, once its body is there too.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut read = String::new();
    while !is_whole(&read) {
        let mut part = [0; 4096];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => read.push_str(std::str::from_utf8(&part[..length]).unwrap()),
        }
    }
    read.lines().next().map(str::to_owned)
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    body.len() >= length
}
