//! Requests that are kept instead of sent: what a call would do.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::BodyExt;

use super::{Body, SendError};
use crate::redacted::{Names, Size};
use crate::types::Field;

/// Keeps requests that would have been sent.
///
/// A network that was given one with
/// [`NetworkPolicy::caught_by`](super::NetworkPolicy::caught_by) sends nothing.
/// What it allows is kept here, and denied like what it does not allow: the
/// component gives up at once, and knows that nothing can have been done. A
/// clone is the same catch.
#[derive(Clone, Default)]
pub struct Catch {
    caught: Arc<Mutex<Vec<CaughtRequest>>>,
}

/// A request as it would have been sent, but for its token.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaughtRequest {
    /// The method.
    pub method: String,
    /// Where it would have gone, with its query.
    pub url: String,
    /// Its headers without `Authorization`, names in lower case, and without
    /// those that only say how it is sent (`Host`, `Content-Length`).
    pub headers: Vec<Field>,
    /// Whether it has an `Authorization`. Its value is not kept.
    pub is_authorized: bool,
    /// Its body; empty where there is none.
    pub body: Vec<u8>,
}

impl Catch {
    /// With nothing in it.
    pub fn new() -> Catch {
        Catch::default()
    }

    /// What was caught, in the order in which it would have been sent.
    pub fn requests(&self) -> Vec<CaughtRequest> {
        self.lock().clone()
    }

    /// Keeps a request. What is answered for it is what a denial is.
    pub(super) async fn take(&self, request: http::Request<Body>) -> SendError {
        let (head, body) = request.into_parts();
        let body = match body.collect().await {
            Ok(body) => body.to_bytes().to_vec(),
            Err(error) => return error,
        };
        self.lock().push(CaughtRequest::of(&head, body));
        SendError::HttpRequestDenied
    }

    fn lock(&self) -> MutexGuard<'_, Vec<CaughtRequest>> {
        self.caught.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CaughtRequest {
    fn of(head: &http::request::Parts, body: Vec<u8>) -> CaughtRequest {
        const LEFT_OUT: [http::HeaderName; 3] = [
            http::header::AUTHORIZATION,
            http::header::HOST,
            http::header::CONTENT_LENGTH,
        ];
        let headers = head.headers.iter();
        let headers = headers.filter(|(name, _)| !LEFT_OUT.contains(name));
        CaughtRequest {
            method: head.method.to_string(),
            url: head.uri.to_string(),
            headers: headers
                .map(|(name, value)| {
                    let value = String::from_utf8_lossy(value.as_bytes());
                    (name.to_string(), value.into_owned())
                })
                .collect(),
            is_authorized: head.headers.contains_key(http::header::AUTHORIZATION),
            body,
        }
    }
}

impl fmt::Debug for Catch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Catch").field(&*self.lock()).finish()
    }
}

impl fmt::Debug for CaughtRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("CaughtRequest")
            .field("method", &self.method)
            .field("url", &path)
            .field("headers", &Names(&self.headers))
            .field("is_authorized", &self.is_authorized)
            .field("body", &Size(self.body.len()))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;

    use super::*;
    use crate::network::{NetworkPolicy, RequestTimeouts};

    fn request(url: &str) -> http::Request<Body> {
        let body = Full::from("hidden1").map_err(|never| match never {});
        http::Request::post(url)
            .header("authorization", "Bearer hidden2")
            .header("x-key", "hidden3")
            .header("content-length", "7")
            .body(body.boxed_unsync())
            .unwrap()
    }

    #[tokio::test]
    async fn what_is_allowed_is_caught_without_its_token_and_what_is_not_is_denied() {
        let catch = Catch::new();
        let policy = NetworkPolicy::none().allow_origin("http://127.0.0.1:1");
        let network = policy.caught_by(catch.clone()).build().unwrap();
        for url in ["http://127.0.0.1:1/a?b=hidden4", "http://127.0.0.1:2/"] {
            let sent = network.send(request(url), RequestTimeouts::default()).await;
            assert!(matches!(sent, Err(SendError::HttpRequestDenied)));
        }
        let denied = network.last_denial().unwrap().to_string();
        assert!(denied.contains("http://127.0.0.1:2"), "{denied}");
        assert_eq!(network.denials(), 1);
        let caught = catch.requests();
        assert_eq!(caught.len(), 1);
        assert_eq!(caught[0].url, "http://127.0.0.1:1/a?b=hidden4");
        assert_eq!(caught[0].headers, [("x-key".into(), "hidden3".into())]);
        assert_eq!(caught[0].body, b"hidden1");
        assert!(caught[0].is_authorized);
        let shown = format!("{catch:?} {:?}", caught[0]);
        assert!(!shown.contains("hidden"), "{shown}");
    }
}
