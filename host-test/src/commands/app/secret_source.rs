use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::PathBuf;

use clap::Args;

use crate::commands::app_record::ClientSecret;
use crate::commands::context::{listen, set_variable};
use crate::exit::{Exit, Failure};

/// Where the secret is taken from when no option says.
const VARIABLE: &str = "JIRA_HOST_CLIENT_SECRET";

/// More than any client secret, and little enough to refuse a wrong file.
const MAX_BYTES: u64 = 4096;

/// Where the client secret comes from. There is no option that takes the
/// secret itself: arguments are seen by everybody on the machine, and end in
/// the history of the shell.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub(super) struct SecretSource {
    /// A file that holds the client secret.
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// Reads the client secret from standard input; on a terminal one line,
    /// which is not shown.
    ///
    /// Without this and without a file it comes from the variable
    /// JIRA_HOST_CLIENT_SECRET, if it is set.
    #[arg(long)]
    client_secret_stdin: bool,
}

impl SecretSource {
    /// The secret, if there is one.
    pub(super) fn read(&self) -> Result<Option<ClientSecret>, Failure> {
        let (text, place) = if let Some(path) = &self.client_secret_file {
            let place = format!("the file `{}`", path.display());
            (fs::File::open(path).and_then(bounded), place)
        } else if self.client_secret_stdin {
            let text = if io::stdin().is_terminal() {
                // Ctrl-C must not end the program before the terminal shows again
                // what is typed.
                listen();
                typed()
            } else {
                bounded(io::stdin())
            };
            (text, "standard input".to_owned())
        } else {
            match set_variable(VARIABLE).map(OsString::into_string) {
                Some(Ok(text)) => (Ok(text), format!("the variable {VARIABLE}")),
                None => return Ok(None),
                Some(Err(_)) => {
                    let why = format!("the variable {VARIABLE} is not a text");
                    return Err(Failure::new(Exit::Usage, why));
                }
            }
        };
        let unusable = |why: &str| {
            Failure::new(
                Exit::Usage,
                format!("no client secret can be read from {place}: {why}"),
            )
        };
        let text = text.map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => Failure::silent(Exit::Interrupted),
            _ => unusable(&error.to_string()),
        })?;
        match ClientSecret::parse(&text) {
            Some(secret) => Ok(Some(secret)),
            None => Err(unusable("a secret is one word, and this is not")),
        }
    }
}

/// What a person types, who does not see it.
fn typed() -> io::Result<String> {
    let text = rpassword::prompt_password("Client secret (not shown): ")?;
    bounded(text.as_bytes())
}

fn bounded(source: impl Read) -> io::Result<String> {
    let mut text = String::new();
    source.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::Error::other("it is longer than any client secret"));
    }
    Ok(text)
}
