//! The three bodies that a caller may give, of which one may be given.

use core::fmt;

use serde::de::IgnoredAny;

use super::{
    error::{Error, Result},
    http::{JSON, Method},
    request::ApiRequest,
};

/// A body to be sent. Its bytes are never shown.
pub struct Body {
    /// What is sent.
    pub bytes: Vec<u8>,
    /// What it is where the caller does not say.
    pub content_type: &'static str,
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes of {}", self.bytes.len(), self.content_type)
    }
}

/// Checks the bodies of a request.
pub fn check(method: Method, request: ApiRequest) -> Result<Option<Body>> {
    let given = [
        ("body", request.body.is_some()),
        ("json-object", request.json_object.is_some()),
        ("raw-json", request.raw_json.is_some()),
    ];
    let mut given = given
        .into_iter()
        .filter(|(_, is_given)| *is_given)
        .map(|(name, _)| name);
    let Some(first) = given.next() else {
        return Ok(None);
    };
    if let Some(second) = given.next() {
        return Err(Error::invalid(
            second,
            format_args!("`{first}` is given too; give one of them"),
        ));
    }
    if !method.takes_body() {
        return Err(Error::invalid(
            first,
            format_args!("a {} request takes no body", method.as_str()),
        ));
    }
    if let Some(bytes) = request.body {
        let is_text = core::str::from_utf8(&bytes).is_ok();
        let content_type = if is_text {
            "text/plain; charset=utf-8"
        } else {
            "application/octet-stream"
        };
        return Ok(Some(Body {
            bytes,
            content_type,
        }));
    }
    let text = if let Some(text) = request.json_object {
        check_json("json-object", &text)?;
        if !text.trim_start().starts_with('{') {
            return Err(Error::invalid(
                "json-object",
                "it is not an object; use raw-json for other JSON",
            ));
        }
        text
    } else {
        let text = request.raw_json.unwrap_or_default();
        check_json("raw-json", &text)?;
        text
    };
    Ok(Some(Body {
        bytes: text.into_bytes(),
        content_type: JSON,
    }))
}

/// Whether it is JSON. `IgnoredAny` builds nothing and does not recurse, so
/// depth is no danger.
fn check_json(field: &'static str, text: &str) -> Result<()> {
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::invalid(
            field,
            format_args!("it is not JSON: {error}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jira::request::tests::request;

    #[track_caller]
    fn assert_refused(request: ApiRequest, expected: &str) {
        let error = check(request.method, request).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn two_bodies_are_an_error_that_names_both() {
        let base = request(Method::Post, "/a");
        let two = ApiRequest {
            body: Some(vec![]),
            json_object: Some("{}".into()),
            ..base.clone()
        };
        assert_refused(two, "json-object: `body` is given too; give one of them");
        let two = ApiRequest {
            json_object: Some("{}".into()),
            raw_json: Some("1".into()),
            ..base
        };
        assert_refused(
            two,
            "raw-json: `json-object` is given too; give one of them",
        );
    }

    #[test]
    fn a_body_that_cannot_be_sent_is_refused() {
        let json = |text: &str| ApiRequest {
            json_object: Some(text.into()),
            ..request(Method::Post, "/a")
        };
        assert_refused(
            json("[1]"),
            "json-object: it is not an object; use raw-json for other JSON",
        );
        assert_refused(
            json(""),
            "json-object: it is not JSON: EOF while parsing a value at line 1 column 0",
        );
        assert_refused(
            json("{\"a\":}"),
            "json-object: it is not JSON: expected value at line 1 column 6",
        );
        assert_refused(
            json("{} x"),
            "json-object: it is not JSON: trailing characters at line 1 column 4",
        );
        for method in [Method::Get, Method::Head, Method::Trace] {
            let request = ApiRequest {
                raw_json: Some("{}".into()),
                ..request(method, "/a")
            };
            assert_refused(
                request,
                &format!("raw-json: a {} request takes no body", method.as_str()),
            );
        }
    }

    #[test]
    fn deep_json_is_accepted_without_recursion() {
        let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        let request = ApiRequest {
            raw_json: Some(deep),
            ..request(Method::Post, "/a")
        };
        assert!(check(Method::Post, request).unwrap().is_some());
    }
}
