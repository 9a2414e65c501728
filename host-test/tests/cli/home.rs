use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use atlassian_simulator::CANARY;
use tempfile::TempDir;

use crate::{signals, support};

const PROGRAM: &str = env!("CARGO_BIN_EXE_jira-host");

/// A home of its own, empty at first.
pub struct Home {
    directory: TempDir,
    environment: Vec<(&'static str, String)>,
}

/// What a command came to.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Home {
    pub fn new() -> Self {
        Home {
            directory: TempDir::new().unwrap(),
            environment: Vec::new(),
        }
    }

    /// With this in the environment of every command.
    pub fn set(&mut self, variable: &'static str, value: &str) {
        self.environment.push((variable, value.to_owned()));
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Where the store is, when nothing else is said.
    pub fn store(&self) -> PathBuf {
        let data = if cfg!(target_os = "macos") {
            "Library/Application Support"
        } else {
            ".local/share"
        };
        self.path().join(data).join("jira-host/secrets.db")
    }

    /// A file in it.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The command with nothing in its environment but this home.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_of(PROGRAM, arguments)
    }

    /// The command, which is started to ignore this signal, as by `nohup`.
    #[cfg(target_os = "linux")]
    pub fn command_ignoring(&self, signal: &str, arguments: &[&str]) -> Command {
        let script = format!("trap '' {signal}; exec \"$0\" \"$@\"");
        self.command_of("/bin/sh", &[&["-c", &script, PROGRAM], arguments].concat())
    }

    fn command_of(&self, program: &str, arguments: &[&str]) -> Command {
        signals::let_be_heard();
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.path())
            .env("JIRA_HOST_COMPONENT", support::component())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().unwrap().into()
    }

    /// With this on standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        feed(&mut child, input);
        child.wait_with_output().unwrap().into()
    }
}

fn feed(child: &mut Child, input: &str) {
    let mut stdin = child.stdin.take().unwrap();
    if let Err(error) = stdin.write_all(input.as_bytes()) {
        // A command that is refused does not read.
        assert_eq!(error.kind(), ErrorKind::BrokenPipe, "{error}");
    }
}

/// Whatever a command is, no secret of the simulator is in what it writes.
impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let ran = Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!ran.stdout.contains(CANARY), "{ran:#?}");
        assert!(!ran.stderr.contains(CANARY), "{ran:#?}");
        ran
    }
}

impl Ran {
    /// Asserts that it did what was asked, and answers what is on standard
    /// output.
    #[track_caller]
    pub fn done(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:#?}");
        &self.stdout
    }

    /// Asserts that it failed with this code, without data, and answers what is
    /// on standard error.
    #[track_caller]
    pub fn failed(&self, code: i32) -> &str {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert_eq!(self.stdout, "", "{self:#?}");
        &self.stderr
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(self.done()).unwrap()
    }
}
