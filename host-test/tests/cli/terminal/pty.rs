use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::num::NonZero;
use std::process::{Child, Command};

use atlassian_simulator::CANARY;
use pty_process::Size;
use pty_process::blocking::{self, Pty};
use rustix::termios::{LocalModes, tcgetattr};

use crate::home::Home;

/// More rows than anything here is long.
const ROWS: u16 = 200;

/// How wide a terminal is where nothing is said.
const COLUMNS: u16 = 80;

/// A command that is about to be started on a terminal.
pub struct Seat {
    command: blocking::Command,
    columns: u16,
}

/// A command on a terminal, and what a person has seen of it so far.
pub struct Terminal {
    pty: Pty,
    child: Child,
    seen: Vec<u8>,
    /// Where what was not looked for yet begins.
    looked_at: usize,
    /// What was typed, which the terminal shows by itself.
    typed: Vec<String>,
    columns: u16,
}

/// What a command on a terminal came to.
#[derive(Debug)]
pub struct Shown {
    pub code: Option<i32>,
    /// Everything that came, as it came.
    pub text: String,
    /// What is on the screen in the end.
    pub screen: String,
}

impl Seat {
    pub fn at(home: &Home, arguments: &[&str]) -> Seat {
        Seat::of(&home.command(arguments))
    }

    /// The command within a line of the shell, where it is `"$0" "$@"`.
    pub fn within(home: &Home, line: &str, arguments: &[&str]) -> Seat {
        let command = home.command(arguments);
        let mut seat = Seat::of(&command);
        let mut shell = blocking::Command::new("/bin/sh");
        shell.arg("-c").arg(line).arg(command.get_program());
        std::mem::swap(&mut seat.command, &mut shell);
        seat.dressed_as(&command)
    }

    fn of(command: &Command) -> Seat {
        let seat = Seat {
            command: blocking::Command::new(command.get_program()),
            columns: COLUMNS,
        };
        seat.dressed_as(command)
    }

    /// With the arguments, the environment and the folder of this command.
    fn dressed_as(mut self, command: &Command) -> Seat {
        let environment = command.get_envs();
        self.command
            .args(command.get_args())
            .env_clear()
            .envs(environment.filter_map(|(name, value)| Some((name, value?))))
            .env("TERM", "xterm-256color")
            .current_dir(command.get_current_dir().unwrap());
        self
    }

    pub fn columns(mut self, columns: u16) -> Seat {
        self.columns = columns;
        self
    }

    pub fn set(mut self, variable: &str, value: &str) -> Seat {
        self.command.env(variable, value);
        self
    }

    /// With standard output into this file of the home.
    pub fn stdout_into(mut self, home: &Home, name: &str) -> Seat {
        let file = File::create(home.path().join(name)).unwrap();
        self.command.stdout(file);
        self
    }

    /// With standard error into this file of the home.
    pub fn stderr_into(mut self, home: &Home, name: &str) -> Seat {
        let file = File::create(home.path().join(name)).unwrap();
        self.command.stderr(file);
        self
    }

    pub fn begin(mut self) -> Terminal {
        let pty = Pty::new().unwrap();
        pty.resize(Size::new(ROWS, self.columns)).unwrap();
        let child = self.command.spawn(&pty.pts().unwrap()).unwrap();
        Terminal {
            pty,
            child,
            seen: Vec::new(),
            looked_at: 0,
            typed: Vec::new(),
            columns: self.columns,
        }
    }

    pub fn run(self) -> Shown {
        self.begin().end()
    }
}

impl Terminal {
    /// Waits until this is to be seen, after what was waited for before.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        loop {
            let new = String::from_utf8_lossy(&self.seen[self.looked_at..]).into_owned();
            if let Some(at) = new.find(text) {
                self.looked_at += at + text.len();
                return;
            }
            assert!(self.read(), "it ended without {text:?}: {new}");
        }
    }

    /// Waits for a line that begins so, and answers the whole of it.
    #[track_caller]
    pub fn line_that_begins(&mut self, text: &str) -> String {
        self.wait_for(&format!("\n{text}"));
        let begin = self.looked_at - text.len();
        self.wait_for("\r\n");
        let line = &self.seen[begin..self.looked_at];
        String::from_utf8_lossy(line).trim_end().to_owned()
    }

    /// Waits until the terminal shows no longer what is typed.
    pub fn wait_until_it_hides(&mut self) {
        while shows_typing(&self.pty) {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "it ended without asking: {ended:?}");
            std::thread::yield_now();
        }
    }

    /// Types a line, with Enter.
    pub fn enter(&mut self, line: &str) {
        self.typed.push(line.to_owned());
        self.press(&format!("{line}\r"));
    }

    pub fn press_ctrl_c(&mut self) {
        self.press("\x03");
    }

    pub fn press_ctrl_d(&mut self) {
        self.press("\x04");
    }

    fn press(&mut self, keys: &str) {
        self.pty.write_all(keys.as_bytes()).unwrap();
    }

    pub fn end(mut self) -> Shown {
        while self.read() {}
        let code = self.child.wait().unwrap().code();
        let size = [ROWS, self.columns].map(|it| NonZero::new(it).unwrap());
        let mut screen = vt100::Parser::new(size[0], size[1], 0);
        screen.process(&self.seen);
        let shown = Shown {
            code,
            text: String::from_utf8(std::mem::take(&mut self.seen)).unwrap(),
            screen: screen.screen().contents(),
        };
        let mut told = shown.text.clone();
        for line in &self.typed {
            told = told.replacen(line, "", 1);
        }
        assert!(!told.contains(CANARY), "{shown:#?}");
        shown
    }

    /// Whether there was more. Linux answers that the terminal is gone when its
    /// last program has closed it.
    fn read(&mut self) -> bool {
        let mut part = [0; 4096];
        match self.pty.read(&mut part) {
            Ok(length) => {
                self.seen.extend_from_slice(&part[..length]);
                length > 0
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => true,
            Err(_) => false,
        }
    }
}

fn shows_typing(pty: &Pty) -> bool {
    let modes = tcgetattr(pty).unwrap().local_modes;
    modes.contains(LocalModes::ECHO)
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Shown {
    /// Asserts that it did what was asked, and answers everything that came.
    #[track_caller]
    pub fn done(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:#?}");
        &self.text
    }

    /// Asserts that it failed with this code, and answers everything that came.
    #[track_caller]
    pub fn failed(&self, code: i32) -> &str {
        assert_eq!(self.code, Some(code), "{self:#?}");
        &self.text
    }
}
