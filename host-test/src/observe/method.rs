//! The method of a request, as OpenTelemetry has it: names that it does not know
//! are kept apart, so that nobody can make up any number of them.

use http::Method;

/// `http.request.method`, also as a label.
pub(super) fn known(method: &Method) -> &str {
    name(method.as_str())
}

/// The method where it is one of RFC 9110 or PATCH.
pub(super) fn name(method: &str) -> &str {
    match method {
        "CONNECT" | "DELETE" | "GET" | "HEAD" | "OPTIONS" | "PATCH" | "POST" | "PUT" | "TRACE" => {
            method
        }
        _ => "_OTHER",
    }
}

/// `http.request.method_original`, where the other one does not say it.
pub(super) fn original(method: &Method) -> Option<&str> {
    (known(method) != method.as_str()).then_some(method.as_str())
}

/// The name of the span of such a request.
pub(super) fn span_name(method: &Method) -> &str {
    match original(method) {
        None => method.as_str(),
        Some(_) => "HTTP",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_opentelemetry_does_not_know_is_another_one() {
        let purge = Method::from_bytes(b"PURGE").unwrap();
        for (method, named, original_name, span) in [
            (&Method::GET, "GET", None, "GET"),
            (&Method::PATCH, "PATCH", None, "PATCH"),
            (&purge, "_OTHER", Some("PURGE"), "HTTP"),
        ] {
            assert_eq!(known(method), named);
            assert_eq!(original(method), original_name);
            assert_eq!(span_name(method), span);
        }
    }
}
