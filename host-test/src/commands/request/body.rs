//! What is sent with a request: a file as it is, fields, or files as a form.

use std::path::PathBuf;

use clap::Args;
use jira_host::types::{Field, Method, Request};

use super::fields::{FieldArgs, Tree};
use super::file::{self, STANDARD_INPUT};
use super::upload::Upload;
use crate::commands::byte_order_mark;
use crate::exit::{Exit, Failure};

// No doc comment, as clap would make it the description of both commands.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Body")]
pub(super) struct BodyArgs {
    #[command(flatten)]
    fields: FieldArgs,
    /// The body, from a file or with `-` from standard input.
    ///
    /// It must be JSON, unless a header `Content-Type` says otherwise.
    #[arg(long, value_name = "FILE")]
    pub(super) input: Option<String>,
    /// A file to attach. May be given several times.
    ///
    /// It is sent as a form, under its own name, as
    /// `/issue/DEMO-1/attachments` wants it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["input", "field", "raw-field"])]
    pub(super) upload: Vec<PathBuf>,
}

/// What is sent with a request.
#[derive(Debug)]
pub(super) struct Content {
    query: Vec<Field>,
    body: Option<Body>,
}

#[derive(Debug)]
enum Body {
    /// As given, and where from.
    Input(Vec<u8>, String),
    /// The text of a JSON object.
    Object(String),
    Form(Upload),
}

impl BodyArgs {
    /// Reads it all. The method decides where fields go, if it was given.
    pub(super) fn read(
        &self,
        method: Option<Method>,
        headers: &[Field],
    ) -> Result<Content, Failure> {
        self.check_standard_input()?;
        let input = self.input.as_deref();
        let input =
            input.map(|path| Ok::<_, Failure>(Body::Input(file::read(path)?, file::name(path))));
        let mut content = Content {
            query: Vec::new(),
            body: input.transpose()?,
        };
        if !self.upload.is_empty() {
            content.body = Some(Body::Form(Upload::read(&self.upload, headers)?));
        } else if !self.fields.is_empty() {
            let fields = self.fields.read()?;
            if content.body.is_some() || method.is_some_and(takes_no_body) {
                content.query = query(&fields)?;
            } else {
                content.body = Some(Body::Object(fields.to_json()));
            }
        }
        Ok(content)
    }

    /// It can be read once.
    fn check_standard_input(&self) -> Result<(), Failure> {
        let input = self.input.iter().filter(|path| *path == STANDARD_INPUT);
        let input = input.map(|path| format!("--input {path}"));
        let readers: Vec<_> = input.chain(self.fields.reading_standard_input()).collect();
        match readers.as_slice() {
            [first, second, ..] => {
                let why = format!("`{first}` and `{second}` cannot both read standard input");
                Err(Failure::new(Exit::Usage, why).with_hint("put one of them into a file"))
            }
            _ => Ok(()),
        }
    }
}

impl Content {
    /// What the method is where none is given.
    pub(super) fn usual_method(&self) -> Method {
        match self.body {
            Some(_) => Method::Post,
            None => Method::Get,
        }
    }

    pub(super) fn put_into(self, mut request: Request) -> Result<Request, Failure> {
        request.query_params.extend(self.query);
        let has_type = request
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        Ok(match self.body {
            None => request,
            Some(Body::Form(upload)) => upload.put_into(request),
            Some(Body::Object(object)) => request.with_json_object(object),
            Some(Body::Input(input, _)) if has_type => request.with_body(input),
            Some(Body::Input(input, name)) => request.with_json(json(input, &name)?),
        })
    }
}

/// As the contract says it; the component refuses a body there.
fn takes_no_body(method: Method) -> bool {
    matches!(method, Method::Get | Method::Head | Method::Trace)
}

fn query(fields: &Tree) -> Result<Vec<Field>, Failure> {
    fields.to_query().map_err(|key| {
        let why = format!(
            "the field `{key}` cannot go into the query, which has no objects; fields go there \
             with --input, and with a method that takes no body"
        );
        Failure::new(Exit::Usage, why)
    })
}

/// The text, if it is JSON. The component checks it too; here it can be said
/// how to send something else.
fn json(body: Vec<u8>, name: &str) -> Result<String, Failure> {
    if body.trim_ascii().is_empty() {
        let why = format!("{name} is empty, and a body of JSON is not");
        return Err(Failure::new(Exit::Usage, why).with_hint(
            "for a request without a body, leave out --input and name the method with -X",
        ));
    }
    if byte_order_mark::begins(&body) {
        let why =
            format!("the body, from {name}, begins with a byte order mark, so it is not JSON");
        return Err(Failure::new(Exit::Usage, why).with_hint(byte_order_mark::SAVE_WITHOUT));
    }
    let parsed = serde_json::from_slice::<serde::de::IgnoredAny>(&body);
    let why = match (parsed, String::from_utf8(body)) {
        (Ok(_), Ok(text)) => return Ok(text),
        (Err(error), _) => error.to_string(),
        (_, Err(error)) => error.to_string(),
    };
    Err(Failure::new(
        Exit::Usage,
        format!("the body, from {name}, is not JSON: {why}"),
    )
    .with_hint("to send something else, say what it is: `-H 'Content-Type: text/plain'`"))
}
