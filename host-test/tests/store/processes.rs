//! Several processes, and processes that are killed. They are this test's own
//! program, started with the one test that does the work.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use jira_host::secrets::{
    Expect, KeyFile, KeySource, MasterKey, PutOutcome, RedisOptions, SealedStore, SealedStoreError,
    SqliteOptions, StoreAddress,
};

use crate::any_place::AnyPlace;
use crate::place::Place;
use crate::rules::{all_keys, increment, value};

on_every_store! {
    many_processes_lose_no_update,
    a_change_of_the_key_meanwhile_loses_no_update,
    a_killed_process_loses_nothing_that_was_answered_as_stored,
}

const TASK: &str = "JIRA_HOST_TEST_TASK";
const STORE: &str = "JIRA_HOST_TEST_STORE";
const KEY: &str = "JIRA_HOST_TEST_KEY";

/// How many increments a process makes.
const INCREMENTS: u32 = 50;

/// Another process that is to work on a store.
pub struct Worker {
    task: &'static str,
    store: String,
    key: PathBuf,
    has_privileges: bool,
}

/// Another process at work. What it has done, it tells in lines.
pub struct Running {
    child: Child,
    lines: BufReader<ChildStderr>,
    /// A copy of the program, for those who may not read the original.
    _copy: Option<tempfile::TempDir>,
}

impl Worker {
    fn new(task: &'static str, place: &AnyPlace) -> Self {
        Worker {
            task,
            store: place.address(),
            key: place.key(),
            has_privileges: true,
        }
    }

    pub fn rotate(place: &AnyPlace) -> Self {
        Worker::new("rotate", place)
    }

    pub fn try_open(place: &Place) -> Self {
        Worker {
            task: "try-open",
            store: place.store().to_str().unwrap().to_owned(),
            key: place.key(),
            has_privileges: true,
        }
    }

    /// Where this process may do everything, the other one may not.
    pub fn without_privileges(mut self) -> Self {
        self.has_privileges = false;
        self
    }

    pub fn start(self) -> Running {
        let program = env::current_exe().unwrap();
        let copy = (!self.has_privileges && is_privileged()).then(|| copy_for_others(&program));
        let path = match &copy {
            Some(folder) => folder.path().join("program"),
            None => program,
        };
        let mut command = Command::new(path);
        command
            .args(["--exact", "processes::work", "--nocapture"])
            .env(TASK, self.task)
            .env(STORE, &self.store)
            .env(KEY, &self.key)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        if copy.is_some() {
            use std::os::unix::fs::PermissionsExt;
            use std::os::unix::process::CommandExt;
            // The way to the store is open for the other user.
            let folders = self.key.ancestors().skip(2).take(1);
            for folder in folders {
                let open = std::fs::Permissions::from_mode(0o755);
                std::fs::set_permissions(folder, open).unwrap();
            }
            command.uid(NOBODY).gid(NOBODY);
        }
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap());
        Running {
            child,
            lines,
            _copy: copy,
        }
    }

    /// Runs to the end and answers everything that was told.
    pub fn told(self) -> String {
        let mut running = self.start();
        let mut told = String::new();
        std::io::Read::read_to_string(&mut running.lines, &mut told).unwrap();
        assert!(running.child.wait().unwrap().success(), "{told}");
        told
    }
}

impl Running {
    pub fn next_line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "the process ended: {line}");
        line.trim_end().to_owned()
    }

    /// Ends the process at once, wherever it is, and answers the lines that it
    /// had told until then and nobody has read.
    pub fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut lines: Vec<_> = self.lines.split(b'\n').map(Result::unwrap).collect();
        lines.retain(|line| !line.is_empty());
        lines
            .into_iter()
            .map(|line| String::from_utf8(line).unwrap())
            .collect()
    }
}

#[cfg(unix)]
const NOBODY: u32 = 65_534;

fn is_privileged() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("read-only");
    std::fs::write(&file, "").unwrap();
    let mut permissions = std::fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&file, permissions).unwrap();
    std::fs::OpenOptions::new().append(true).open(&file).is_ok()
}

fn copy_for_others(program: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("program");
    // A process that another test starts at this moment would inherit a file that
    // is open here for writing, and no program can be run that is.
    let copied = Command::new("cp").args([program, copy.as_path()]).status();
    assert!(copied.unwrap().success());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for path in [folder.path(), &copy] {
            let open = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(path, open).unwrap();
        }
    }
    folder
}

/// What the other processes do. In this one it does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work() {
    let (Ok(task), Some(store), Some(key)) = (env::var(TASK), env::var_os(STORE), env::var_os(KEY))
    else {
        return;
    };
    let keys = match task.as_str() {
        // The other user has no business with the key file.
        "try-open" => MasterKey::from_bytes([0; 32]).into(),
        _ => KeySource::from(KeyFile::new(key)),
    };
    let store = match open(&store, keys).await {
        Ok(store) => store,
        Err(error) => return eprintln!("{error}: {}", error.advice()),
    };
    let store = &*store;
    match task.as_str() {
        "increment" => {
            for _ in 0..INCREMENTS {
                increment(store, "counter").await;
            }
        }
        "put" => {
            let (keys, _) = all_keys(store, "k/").await;
            for number in keys.len().. {
                let key = format!("k/{number}");
                let outcome = store.put(&key, key.clone().into(), Expect::Any).await;
                assert!(matches!(outcome, Ok(PutOutcome::Stored(_))), "{outcome:?}");
                eprintln!("{key}");
            }
        }
        "rotate" => loop {
            store
                .rotate_key(MasterKey::generate().unwrap())
                .await
                .unwrap();
            eprintln!("rotated");
        },
        task => panic!("nobody can {task}"),
    }
}

async fn open(store: &OsStr, keys: KeySource) -> Result<Arc<dyn SealedStore>, SealedStoreError> {
    const PATIENCE: Duration = Duration::from_secs(60);
    match StoreAddress::parse(store).unwrap() {
        StoreAddress::File(path) => {
            let options = SqliteOptions::new().with_busy_timeout(PATIENCE);
            Ok(Arc::new(options.open(path, keys)?))
        }
        StoreAddress::Redis(address) => {
            let options = RedisOptions::new().with_patience(PATIENCE);
            Ok(Arc::new(options.open(&address, keys).await?))
        }
    }
}

async fn many_processes_lose_no_update(place: AnyPlace) {
    const PROCESSES: u32 = 4;
    // They also make the store, all at once.
    let running: Vec<_> = (0..PROCESSES)
        .map(|_| Worker::new("increment", &place).start())
        .collect();
    for mut running in running {
        assert!(running.child.wait().unwrap().success());
    }
    let total = (PROCESSES * INCREMENTS).to_string();
    let counter = value(&*place.open().await, "counter").await;
    assert_eq!(counter, Some(total.into()));
}

async fn a_change_of_the_key_meanwhile_loses_no_update(place: AnyPlace) {
    drop(place.open().await);
    let mut rotating = Worker::rotate(&place).start();
    rotating.next_line();
    let running: Vec<_> = (0..2)
        .map(|_| Worker::new("increment", &place).start())
        .collect();
    for mut running in running {
        assert!(running.child.wait().unwrap().success());
    }
    rotating.kill();
    let total = (2 * INCREMENTS).to_string();
    let counter = value(&*place.open().await, "counter").await;
    assert_eq!(counter, Some(total.into()));
}

async fn a_killed_process_loses_nothing_that_was_answered_as_stored(place: AnyPlace) {
    let mut answered = Vec::new();
    for puts in [1, 7, 20, 45] {
        let mut worker = Worker::new("put", &place).start();
        answered.extend((0..puts).map(|_| worker.next_line()));
        answered.extend(worker.kill());
        let store = place.open().await;
        for key in &answered {
            assert_eq!(value(&*store, key).await.as_deref(), Some(key.as_bytes()));
        }
        assert_eq!(store.check().await.unwrap().problems, Vec::<String>::new());
    }
    assert!(answered.len() >= 73);
}
