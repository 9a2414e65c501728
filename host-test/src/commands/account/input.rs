use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use jira_host::types::HeldAccount;
use serde::Deserialize;

use crate::commands::apart::apart;
use crate::commands::byte_order_mark;
use crate::exit::{Exit, Failure};

/// The longest line: an account with all the cloud ids it may have is far
/// shorter.
const MAX_LINE_BYTES: u64 = 64 * 1024;

/// A file of accounts.
pub(super) struct Lines {
    path: PathBuf,
    source: Box<dyn BufRead + Send>,
    number: u64,
}

/// A line of it, in the contract's names.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    account_id: String,
    retrieved_at_unix_ms: u64,
    #[serde(default)]
    cloud_ids: Vec<String>,
    #[serde(default)]
    may_be_older: bool,
}

impl Lines {
    pub(super) async fn open(path: PathBuf) -> Result<Self, Failure> {
        // A named pipe is open when somebody writes to it.
        apart(move || {
            let source = source(&path).map_err(|error| unreadable(&path, &error))?;
            Ok(Lines {
                path,
                source,
                number: 0,
            })
        })
        .await
    }

    /// The next accounts; none at the end.
    pub(super) async fn next(mut self, most: usize) -> Result<(Self, Vec<HeldAccount>), Failure> {
        apart(move || {
            let accounts = self.read(most)?;
            Ok((self, accounts))
        })
        .await
    }

    fn read(&mut self, most: usize) -> Result<Vec<HeldAccount>, Failure> {
        let mut accounts = Vec::new();
        while accounts.len() < most {
            let mut text = Vec::new();
            let mut bounded = (&mut self.source).take(MAX_LINE_BYTES + 1);
            let read = bounded.read_until(b'\n', &mut text);
            if read.map_err(|error| unreadable(&self.path, &error))? == 0 {
                break;
            }
            self.number += 1;
            if text.len() as u64 > MAX_LINE_BYTES {
                return Err(self.refused("is longer than 64 KiB"));
            }
            if byte_order_mark::begins(&text) {
                let refused = self.refused("begins with a byte order mark, so it is no account");
                return Err(refused.with_hint(byte_order_mark::SAVE_WITHOUT));
            }
            if text.trim_ascii().is_empty() {
                continue;
            }
            // What is missing at the end is not missing in the next line.
            let line: Line = serde_json::from_slice(text.trim_ascii_end())
                .map_err(|error| self.refused(&format!("is no account: {}", told(&error))))?;
            accounts.push(HeldAccount {
                account_id: line.account_id,
                retrieved_at_unix_ms: line.retrieved_at_unix_ms,
                cloud_ids: line.cloud_ids,
                may_be_older: line.may_be_older,
            });
        }
        Ok(accounts)
    }

    /// The failure of the line that was read last.
    fn refused(&self, why: &str) -> Failure {
        Failure::new(Exit::Usage, format!("line {} {why}", self.number))
    }
}

/// What is wrong in a line, of which the parser knows no number but 1.
fn told(error: &serde_json::Error) -> String {
    let (why, column) = (error.to_string(), error.column());
    let place = format!(" at line {} column {column}", error.line());
    match why.strip_suffix(&place) {
        Some(why) => format!("{why}, at column {column}"),
        None => why,
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot read `{}`: {error}", path.display());
    Failure::new(Exit::Usage, message)
}

fn source(path: &Path) -> io::Result<Box<dyn BufRead + Send>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    Ok(Box::new(BufReader::new(File::open(path)?)))
}
