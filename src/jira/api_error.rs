//! Atlassian's error bodies, of whichever family, as messages and field errors.

use core::fmt;

use super::{
    http::{Headers, HttpResponse},
    json::{Broken, Object, Part},
};

/// How much of an error's body is kept. Errors travel through logs and
/// workflow histories; Jira's own are a few hundred bytes.
pub const ERROR_BODY_BYTES: usize = 64 * 1024;

/// Headers that are kept out of errors: one holds cookies, the others may hold
/// signed URLs.
const WITHHELD_HEADERS: &[&str] = &[
    "set-cookie",
    "location",
    "content-location",
    "link",
    "refresh",
];

/// The longest message taken from JSON.
const MESSAGE_CHARS: usize = 1_000;

/// The longest message taken from an HTML page or plain text.
const TEXT_MESSAGE_CHARS: usize = 200;

/// An answer with an error status, read.
#[derive(Clone, Default)]
pub struct ApiError {
    /// The status.
    pub status: u16,
    /// The headers that may be shown.
    pub headers: Headers,
    /// What it says.
    pub messages: Vec<String>,
    /// What it says of single fields.
    pub field_errors: Vec<(String, String)>,
    /// The beginning of the body.
    pub body: Vec<u8>,
    /// Whether the body was longer.
    pub body_truncated: bool,
}

impl ApiError {
    /// Reads an answer, whatever its body is.
    #[must_use]
    pub fn read(response: HttpResponse) -> Self {
        let HttpResponse {
            status,
            headers,
            mut body,
            truncated,
        } = response;
        let body_truncated = truncated || body.len() > ERROR_BODY_BYTES;
        body.truncate(ERROR_BODY_BYTES);
        let mut said = Said::default();
        match Object::parse(&body) {
            Ok(object) => said.read_object(&object),
            Err(Broken::NotAnObject) => {}
            Err(_) if headers.coding().is_some() => {}
            Err(_) => said.messages.extend(read_text(&body)),
        }
        Self {
            status,
            headers: headers.without(WITHHELD_HEADERS),
            messages: said.messages,
            field_errors: said.field_errors,
            body,
            body_truncated,
        }
    }

    /// Of an answer from anywhere but Jira, the status only: the rest may
    /// repeat the signed URL that led there.
    #[must_use]
    pub fn of_another_origin(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// A number that the body has beside its messages. Messages are in the
    /// language of the account, these are not.
    #[must_use]
    pub fn body_number(&self, member: &'static str) -> Option<u64> {
        Object::parse(&self.body)
            .ok()?
            .optional_number(member)
            .ok()?
    }

    /// Whether the body has such a member.
    #[must_use]
    pub fn body_has(&self, member: &str) -> bool {
        Object::parse(&self.body).is_ok_and(|body| body.get(member).is_some())
    }

    fn says_nothing(&self) -> bool {
        self.messages.is_empty() && self.field_errors.is_empty()
    }

    /// Whether any message contains this, in any case.
    #[must_use]
    pub fn mentions(&self, text: &str) -> bool {
        self.messages
            .iter()
            .any(|message| message.to_ascii_lowercase().contains(text))
    }
}

/// The status and what it says, as a sentence.
impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(coding) = self.headers.coding()
            && self.says_nothing()
        {
            write!(f, " with a body that is compressed ({coding})")?;
        }
        let fields = self
            .field_errors
            .iter()
            .map(|(field, message)| format!("{field}: {message}"));
        let mut separator = ": ";
        for message in self.messages.iter().cloned().chain(fields) {
            write!(f, "{separator}{}", message.trim().trim_end_matches('.'))?;
            separator = "; ";
        }
        Ok(())
    }
}

/// All but the body.
impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("status", &self.status)
            .field("messages", &self.messages)
            .field("field_errors", &self.field_errors)
            .finish_non_exhaustive()
    }
}

/// What an error body says.
#[derive(Default)]
struct Said {
    messages: Vec<String>,
    field_errors: Vec<(String, String)>,
}

impl Said {
    /// The JSON families, which share no member but with the same meaning:
    /// - platform: `errorMessages`, `errors` (an object, or for bulk operations
    ///   and JSM operations an array of objects)
    /// - JSM and personal data reporting: `errorMessage`
    /// - gateway and edge: `message`
    /// - OAuth: `error`, `error_description`
    fn read_object(&mut self, object: &Object<'_>) {
        let texts = object.get("errorMessages").and_then(Part::items);
        self.messages
            .extend(texts.into_iter().flatten().filter_map(text));
        if let Some(errors) = object.get("errors") {
            if let Some(fields) = errors.object() {
                let said = fields.members();
                let said =
                    said.filter_map(|(name, value)| Some((name.text()?.into(), text(value)?)));
                self.field_errors.extend(said);
            }
            let list = errors.items().into_iter().flatten();
            list.for_each(|error| self.read_item(error));
        }
        for member in ["errorMessage", "message", "error_description"] {
            self.messages.extend(object.get(member).and_then(text));
        }
        if self.messages.is_empty() && self.field_errors.is_empty() {
            self.messages.extend(object.get("error").and_then(text));
        }
    }

    /// One of several errors: a text, or an object with `message` or `title`,
    /// or with `elementErrors`, which is like a platform error.
    fn read_item(&mut self, error: Part<'_>) {
        let object = error.object();
        let member = |name| object.as_ref().and_then(|object| object.get(name));
        if let Some(inner) = member("elementErrors").and_then(Part::object) {
            return self.read_object(&inner);
        }
        let message = member("message").or_else(|| member("title"));
        self.messages.extend(text(message.unwrap_or(error)));
    }
}

/// Messages are for people; a longer one is a document.
fn text(value: Part<'_>) -> Option<String> {
    let text = value.text().filter(|text| !text.trim().is_empty())?;
    Some(text.chars().take(MESSAGE_CHARS).collect())
}

/// The title of an HTML page, or the first line of plain text.
fn read_text(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let lower = text.to_ascii_lowercase();
    let line = if lower.contains("<html") || lower.contains("<!doctype") {
        let start = lower.find("<title")?;
        let start = start + lower.get(start..)?.find('>')? + 1;
        let end = start + lower.get(start..)?.find("</title")?;
        text.get(start..end)?
    } else {
        // JSON that was cut is no sentence.
        let line = text.lines().find(|line| !line.trim().is_empty())?;
        Some(line).filter(|line| !line.trim_start().starts_with(['{', '[']))?
    };
    let clean: String = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let message: String = clean
        .chars()
        .filter(|c| !c.is_control())
        .take(TEXT_MESSAGE_CHARS)
        .collect();
    (!message.is_empty()).then_some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> ApiError {
        ApiError::read(HttpResponse {
            status,
            headers: Headers::new(),
            body: body.into(),
            truncated: false,
        })
    }

    #[track_caller]
    fn assert_sentence(status: u16, body: &str, expected: &str) {
        assert_eq!(read(status, body).to_string(), expected);
    }

    #[test]
    fn every_family_of_error_bodies_is_read() {
        assert_sentence(
            404,
            r#"{"errorMessages":["Issue does not exist or you do not have permission to see it."],"errors":{}}"#,
            "404: Issue does not exist or you do not have permission to see it",
        );
        assert_sentence(
            400,
            r#"{"errorMessages":[],"errors":{"comment":"Comment body is not valid!","x":"y"}}"#,
            "400: comment: Comment body is not valid!; x: y",
        );
        assert_sentence(
            400,
            r#"{"errors":[{"message":"one"},{"title":"two"},"three"]}"#,
            "400: one; two; three",
        );
        assert_sentence(
            400,
            r#"{"issues":[],"errors":[{"status":400,"elementErrors":{"errorMessages":["m"],"errors":{"f":"g"}}}]}"#,
            "400: m; f: g",
        );
        assert_sentence(
            400,
            r#"{"errorMessage":"Field required","i18nErrorMessage":{"i18nKey":"sd.x","parameters":[]}}"#,
            "400: Field required",
        );
        assert_sentence(
            401,
            r#"{"code":401,"message":"Unauthorized"}"#,
            "401: Unauthorized",
        );
        assert_sentence(
            404,
            r#"{"timestamp":"t","status":404,"error":"Not Found","message":"No route","path":"/x"}"#,
            "404: No route",
        );
        assert_sentence(
            403,
            r#"{"error":"invalid_grant","error_description":"Unknown."}"#,
            "403: Unknown",
        );
        assert_sentence(403, r#"{"error":"invalid_grant"}"#, "403: invalid_grant");
        assert_sentence(
            400,
            r#"{"errorType":"T","errorMessage":"too many accounts"}"#,
            "400: too many accounts",
        );
    }

    #[test]
    fn what_is_not_json_gives_its_title_or_its_first_line() {
        assert_sentence(
            401,
            "<!DOCTYPE html><html><head><TITLE>\n  Unauthorized\n (401)</TITLE></head><body>secret</body></html>",
            "401: Unauthorized (401)",
        );
        assert_sentence(
            503,
            "\n upstream  connect error\nmore",
            "503: upstream connect error",
        );
        assert_sentence(502, "<html>no title</html>", "502");
        assert_sentence(401, "", "401");
        assert_sentence(400, "[1,2]", "400");
        assert_sentence(400, r#"{"errorMessages":[1,null,""],"errors":7}"#, "400");
    }

    #[test]
    fn json_that_is_cut_or_nested_too_deeply_says_nothing_and_overflows_nothing() {
        let error = read(400, &"[".repeat(100_000));
        assert_eq!(error.messages, [""; 0]);
        assert!(error.body_truncated);
        assert_eq!(error.body.len(), ERROR_BODY_BYTES);
    }

    #[test]
    fn bytes_that_are_not_utf8_and_titles_across_multibyte_letters_do_no_harm() {
        for body in [
            &b"\xff\xfe\x00"[..],
            "<html><title>\u{130}\u{130}</title>".as_bytes(),
            b"<html><title>",
        ] {
            let _: ApiError = ApiError::read(HttpResponse {
                status: 500,
                headers: Headers::new(),
                body: body.into(),
                truncated: false,
            });
        }
    }

    #[test]
    fn cookies_and_locations_are_withheld() {
        let headers = vec![
            ("set-cookie".into(), "atlassian.xsrf.token=1".into()),
            (
                "Location".into(),
                "https://media.example/?token=signed".into(),
            ),
            ("content-type".into(), "text/plain".into()),
        ];
        let response = HttpResponse {
            status: 400,
            headers: headers.into(),
            body: Vec::new(),
            truncated: false,
        };
        let names: Vec<_> = ApiError::read(response)
            .headers
            .into_pairs()
            .into_iter()
            .map(|(n, _)| n)
            .collect();
        assert_eq!(names, ["content-type"]);
    }

    #[test]
    fn debug_does_not_show_the_body() {
        let debug = format!("{:?}", read(400, r#"{"message":"m","customer":"Jane"}"#));
        assert!(
            debug.contains("\"m\"") && !debug.contains("Jane"),
            "{debug}"
        );
    }
}
