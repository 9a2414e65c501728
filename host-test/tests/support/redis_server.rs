//! A real Redis server, for as long as a test takes.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::thread;

use tempfile::TempDir;

/// Keeps its log of changes on the disk, as a store needs it.
pub const DURABLE: [&str; 4] = ["--appendonly", "yes", "--appendfsync", "always"];

pub struct RedisServer {
    folder: TempDir,
    running: Option<Child>,
}

impl RedisServer {
    /// Starts a server on a socket of its own; `None`, and a word about it,
    /// where there is none on this machine.
    pub fn start() -> Option<Self> {
        RedisServer::start_with(&DURABLE)
    }

    pub fn start_with(settings: &[&str]) -> Option<Self> {
        let mut server = RedisServer {
            folder: folder_for_a_socket(),
            running: None,
        };
        server.run(settings).then_some(server)
    }

    /// Whether there is one, which is running then.
    pub fn run(&mut self, settings: &[&str]) -> bool {
        let started = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--unixsocket"])
            .arg(self.socket())
            .arg("--dir")
            .arg(self.folder.path())
            .args(settings)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = match started {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                tell_once();
                return false;
            }
            started => started.unwrap(),
        };
        let mut log = BufReader::new(child.stdout.take().unwrap());
        let mut told = String::new();
        while !told
            .lines()
            .any(|line| line.contains("eady to accept connections"))
        {
            assert!(log.read_line(&mut told).unwrap() > 0, "{told}");
        }
        // Read to its end, so that the server can go on writing.
        thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        self.running = Some(child);
        true
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        let mut running = self.running.take().unwrap();
        running.kill().unwrap();
        running.wait().unwrap();
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    pub fn url(&self, store: &str) -> String {
        format!("redis+unix://{}?store={store}", self.socket().display())
    }
}

/// A path to a socket is 107 bytes at most, so it is not in a folder that may have
/// a longer one.
fn folder_for_a_socket() -> TempDir {
    tempfile::tempdir_in("/tmp").unwrap()
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.kill();
        }
    }
}

/// Not with `eprintln!`, which is shown where a test fails only.
fn tell_once() {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        let reason = "skipped: all tests of the Redis store, as there is no `redis-server` here\n";
        std::io::stderr().write_all(reason.as_bytes()).unwrap();
    });
}
