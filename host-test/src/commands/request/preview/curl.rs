use std::path::Path;

use jira_host::network::CaughtRequest;
use jira_host::types::{RedirectMode, Request};
use serde_json::json;

use crate::commands::apart::apart;
use crate::commands::request::body::BodyArgs;
use crate::commands::request::file::STANDARD_INPUT;
use crate::commands::request::outlet::Outlet;
use crate::commands::request::upload;
use crate::exit::{Exit, Failure};
use crate::{log, output};

/// The variable in which curl is to find the token.
const TOKEN: &str = "\"Authorization: Bearer $JIRA_TOKEN\"";

/// The longest body in a command line: Linux takes 128 KiB in one argument.
const LONGEST_ARGUMENT: usize = 120 * 1024;

/// A command line of curl that does what the command would.
pub(super) struct Line<'a> {
    pub(super) caught: &'a CaughtRequest,
    pub(super) request: &'a Request,
    pub(super) body: &'a BodyArgs,
    pub(super) output: Option<&'a Path>,
}

impl Line<'_> {
    /// Writes it.
    pub(super) async fn write(self, as_json: bool) -> Result<(), Failure> {
        let source = Source::of(self.caught, self.body);
        let mut words = words(self.caught, &source)?;
        words.splice(1..1, self.options()?);
        let command = words.join(" ");
        if matches!(source, Source::StandardInput) {
            let bytes = self.caught.body.len();
            log::note(format_args!(
                "note: the body, {bytes} bytes, does not fit into a command line; give it to this \
                 one on standard input"
            ));
        }
        if self.request.paginate.is_some() {
            log::note("note: this fetches the first page alone");
        }
        if as_json {
            return Ok(output::json(&json!({"curl": command}))?);
        }
        apart(move || {
            let mut outlet = Outlet::of_text();
            outlet.text(command.as_bytes())?;
            outlet.flush()
        })
        .await
    }

    /// What becomes of the answer, and how long it may take. curl too takes no token
    /// to another host.
    fn options(&self) -> Result<Vec<String>, Failure> {
        let options = self.request.options.as_ref();
        let mut words = Vec::new();
        let follows = options.and_then(|it| it.redirect) != Some(RedirectMode::Manual);
        if follows && self.caught.method == "GET" {
            words.push("--location".to_owned());
        }
        if let Some(milliseconds) = options.and_then(|it| it.timeout_ms) {
            words.push(format!("--max-time {}", milliseconds.div_ceil(1_000)));
        }
        if let Some(path) = self.output {
            words.push(format!("--output {}", quoted(&path.display().to_string())?));
        }
        Ok(words)
    }
}

/// Where curl gets the body from.
enum Source<'a> {
    Nowhere,
    Text(&'a str),
    File(&'a str),
    StandardInput,
    Form(&'a BodyArgs),
}

impl<'a> Source<'a> {
    fn of(request: &'a CaughtRequest, given: &'a BodyArgs) -> Source<'a> {
        match &given.input {
            _ if !given.upload.is_empty() => return Source::Form(given),
            Some(path) if path != STANDARD_INPUT => return Source::File(path),
            _ if request.body.is_empty() => return Source::Nowhere,
            _ => {}
        }
        match std::str::from_utf8(&request.body) {
            Ok(text) if text.len() <= LONGEST_ARGUMENT && !text.contains('\0') => {
                Source::Text(text)
            }
            _ => Source::StandardInput,
        }
    }

    fn words(&self) -> Result<Vec<String>, Failure> {
        let option = |name: &str, value: &str| Ok(vec![format!("{name} {}", quoted(value)?)]);
        match self {
            Source::Nowhere => Ok(Vec::new()),
            // What begins with `@` would be taken for a file.
            Source::Text(text) if text.starts_with('@') => option("--data-raw", text),
            Source::Text(text) => option("--data-binary", text),
            Source::File(path) => option("--data-binary", &format!("@{path}")),
            Source::StandardInput => option("--data-binary", "@-"),
            Source::Form(given) => given.upload.iter().map(|path| part(path)).collect(),
        }
    }
}

fn words(request: &CaughtRequest, source: &Source<'_>) -> Result<Vec<String>, Failure> {
    let mut words = vec!["curl".to_owned()];
    match request.method.as_str() {
        "GET" => {}
        "HEAD" => words.push("--head".to_owned()),
        method => words.push(format!("--request {}", quoted(method)?)),
    }
    for (name, value) in &request.headers {
        let is_of_form = matches!(source, Source::Form(_)) && name == "content-type";
        // curl writes this one itself, with a boundary of its own.
        if is_of_form {
            continue;
        }
        let header = match value.as_str() {
            "" => format!("{name};"),
            value => format!("{name}: {value}"),
        };
        words.push(format!("--header {}", quoted(&header)?));
    }
    if request.is_authorized {
        words.push(format!("--header {TOKEN}"));
    }
    words.extend(source.words()?);
    if request.url.contains(['[', ']', '{', '}']) {
        words.push("--globoff".to_owned());
    }
    words.push(quoted(&request.url)?);
    Ok(words)
}

/// A file of a form, in curl's own quotes.
fn part(path: &Path) -> Result<String, Failure> {
    let in_quotes = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let media_type = upload::media_type(path);
    let name = in_quotes(upload::name(path)?);
    let path = in_quotes(&path.display().to_string());
    let part = format!("file=@\"{path}\";type={media_type};filename=\"{name}\"");
    Ok(format!("--form {}", quoted(&part)?))
}

/// As one word of a shell.
fn quoted(text: &str) -> Result<String, Failure> {
    let quoted = shlex::try_quote(text).map_err(|error| Failure::new(Exit::Usage, error))?;
    Ok(quoted.into_owned())
}
