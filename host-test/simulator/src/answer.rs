//! An answer, before it is sent.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

/// What an answer's body is made of.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// These bytes.
    Bytes(Bytes),
    /// So many bytes, made while they are sent.
    Counted(u64),
}

/// An answer, before it is sent.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub content: Content,
    /// What the transcript says of it beside the status: labels of what it
    /// issues, never a secret.
    pub notes: Vec<String>,
    fields: Vec<(HeaderName, HeaderValue)>,
}

impl Answer {
    pub fn empty(status: u16) -> Answer {
        Answer {
            status,
            content: Content::Bytes(Bytes::new()),
            notes: Vec::new(),
            fields: Vec::new(),
        }
    }

    pub fn json(status: u16, value: &Value) -> Answer {
        Answer::bytes(status, "application/json;charset=UTF-8", value.to_string())
    }

    pub fn html(status: u16, page: String) -> Answer {
        Answer::bytes(status, "text/html;charset=UTF-8", page)
    }

    pub fn bytes(status: u16, media_type: &str, content: impl Into<Bytes>) -> Answer {
        Answer::of(status, media_type, Content::Bytes(content.into()))
    }

    pub fn of(status: u16, media_type: &str, content: Content) -> Answer {
        let mut answer = Answer::empty(status).with("content-type", media_type);
        answer.content = content;
        answer
    }

    /// A refusal in OAuth's words (RFC 6749 section 5.2).
    pub fn oauth(status: u16, error: &str, description: &str) -> Answer {
        Answer::json(
            status,
            &json!({"error": error, "error_description": description}),
        )
    }

    /// A refusal of the gateway itself.
    pub fn gateway(status: u16, message: &str) -> Answer {
        Answer::json(status, &json!({"code": status, "message": message}))
    }

    /// A refusal of the Jira platform.
    pub fn platform(status: u16, message: &str) -> Answer {
        Answer::json(status, &json!({"errorMessages": [message], "errors": {}}))
    }

    /// The platform's refusal of single fields.
    pub fn fields(errors: &Value) -> Answer {
        Answer::json(400, &json!({"errorMessages": [], "errors": errors}))
    }

    /// A refusal of Jira Service Management.
    pub fn service_desk(status: u16, message: &str, key: &str, parameters: &[&str]) -> Answer {
        Answer::json(
            status,
            &json!({
                "errorMessage": message,
                "i18nErrorMessage": {"i18nKey": key, "parameters": parameters},
            }),
        )
    }

    /// What Atlassian has and the simulator has not.
    pub fn not_simulated(method: &str, path: &str) -> Answer {
        let message = format!("the simulator does not simulate {method} {path}");
        Answer::json(501, &json!({ "message": message }))
    }

    /// With one more header. A value that no header can hold is left out.
    pub fn with(mut self, name: &'static str, value: &str) -> Answer {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            self.fields.push((HeaderName::from_static(name), value));
        }
        self
    }

    pub fn noting(mut self, note: &str) -> Answer {
        self.notes.push(note.to_owned());
        self
    }

    /// The same answer with half of its body: JSON is none then.
    pub fn halved(mut self) -> Answer {
        if let Content::Bytes(bytes) = &self.content {
            let half = bytes.slice(..bytes.len() / 2);
            let half = if half.is_empty() { "{".into() } else { half };
            self.content = Content::Bytes(half);
        }
        self.noting("(broken JSON)")
    }

    /// With these headers, in place of its own of the same names. What no
    /// header can hold is left out.
    pub fn saying(mut self, headers: Vec<(String, String)>) -> Answer {
        for (name, value) in headers {
            let value = HeaderValue::from_bytes(value.as_bytes());
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value) {
                self.fields.retain(|(own, _)| *own != name);
                self.fields.push((name, value));
            }
        }
        self
    }

    /// The answer that a test has written, or why it cannot be sent.
    pub fn scripted(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Answer {
        let mut answer = Answer::empty(status);
        answer.content = Content::Bytes(body.into());
        for (name, value) in headers {
            match (name.parse(), HeaderValue::from_bytes(value.as_bytes())) {
                (Ok(name), Ok(value)) => answer.fields.push((name, value)),
                _ => return Answer::platform(500, &format!("`{name}` is not a header")),
            }
        }
        answer
    }

    pub fn length(&self) -> u64 {
        match &self.content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Counted(length) => *length,
        }
    }

    /// Status and headers of the response, with this body.
    pub fn response<B>(self, body: impl FnOnce(Content) -> B) -> Response<B> {
        let status = StatusCode::from_u16(self.status);
        let mut response = Response::new(body(self.content));
        *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.fields {
            response.headers_mut().append(name, value);
        }
        response
    }
}
