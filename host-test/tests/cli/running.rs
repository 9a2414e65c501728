use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdin};

use rustix::process::{Pid, Signal, kill_process};

use crate::home::Ran;
use crate::stage::Stage;

/// A command that has been started.
pub struct Running {
    /// There until it has ended.
    child: Option<Child>,
    stderr: BufReader<ChildStderr>,
    told: String,
}

impl Running {
    pub fn begin(stage: &Stage, arguments: &[&str]) -> Running {
        Running::of(stage.home.command(arguments).spawn().unwrap())
    }

    pub fn of(mut child: Child) -> Running {
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Running {
            child: Some(child),
            stderr,
            told: String::new(),
        }
    }

    /// The next line on standard error.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        let length = self.stderr.read_line(&mut line).unwrap();
        assert!(length > 0, "it ended too early: {}", self.told);
        self.told.push_str(&line);
        line
    }

    /// Where to type. Dropped, it is at its end.
    pub fn stdin(&mut self) -> ChildStdin {
        self.child.as_mut().unwrap().stdin.take().unwrap()
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    pub fn signal(&self, signal: Signal) {
        let id = Pid::from_child(self.child.as_ref().unwrap());
        kill_process(id, signal).unwrap();
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        let child = self.child.as_mut().unwrap();
        child.try_wait().unwrap().is_some()
    }

    /// Ends it at once, wherever it is.
    pub fn kill(mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Waits until something is on standard output, and reads no more of it.
    pub fn wrote(&mut self) {
        let stdout = self.child.as_mut().unwrap().stdout.as_mut().unwrap();
        stdout.read_exact(&mut [0]).unwrap();
    }

    /// How it ends while nobody reads its standard output.
    pub fn end_unread(mut self) -> Option<i32> {
        let mut child = self.child.take().unwrap();
        let unread = child.stdout.take();
        let code = child.wait().unwrap().code();
        drop(unread);
        code
    }

    pub fn end(mut self) -> Ran {
        self.stderr.read_to_string(&mut self.told).unwrap();
        let output = self.child.take().unwrap().wait_with_output();
        let mut ran: Ran = output.unwrap().into();
        ran.stderr = std::mem::take(&mut self.told);
        ran
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
