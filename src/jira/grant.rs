//! The token endpoint: a code or a refresh token becomes a pair of tokens.
//!
//! <https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/>

use super::{
    api_error::ApiError,
    app::App,
    error::{Action, Error, Kind, Result},
    host::{Deadline, Host},
    http::{HttpRequest, HttpResponse, SendLimits},
    instant::{SECOND_MS, UnixMs},
    json::{self, Broken, FromJson, Object},
    rate_limit::RateLimit,
    retry::{Attempts, Retry, Setback},
    secret::Secret,
};

/// How long the token endpoint may take. It answers in well under a second; to
/// give up early could lose a rotated pair.
pub const TOKEN_TIMEOUT_MS: u64 = 30 * SECOND_MS;

/// How much of its answer is read: tokens of any length that a store could hold.
const TOKEN_ANSWER_BYTES: u64 = 1024 * 1024;

/// What access tokens live for where the answer does not say. Atlassian's live
/// an hour.
const DEFAULT_EXPIRES_IN: u64 = 3_600;

/// What is exchanged for tokens.
#[derive(Debug, Clone, Copy)]
pub enum TokenGrant<'a> {
    /// The code of a consent (RFC 6749 section 4.1.3).
    AuthorizationCode(&'a Secret),
    /// The refresh token of the last pair (RFC 6749 section 6).
    RefreshToken(&'a Secret),
}

impl TokenGrant<'_> {
    /// The request to the token endpoint.
    fn to_http(self, app: &App) -> Result<HttpRequest> {
        let (grant_type, code, redirect_uri, refresh_token) = match self {
            Self::AuthorizationCode(code) => (
                "authorization_code",
                Some(code),
                Some(app.redirect_uri.as_str()),
                None,
            ),
            Self::RefreshToken(token) => ("refresh_token", None, None, Some(token)),
        };
        let body = json::object(vec![
            ("grant_type", grant_type.into()),
            ("client_id", app.client_id.as_str().into()),
            ("client_secret", app.client_secret.expose().into()),
            ("code", json::optional_text(code.map(Secret::expose))),
            ("redirect_uri", json::optional_text(redirect_uri)),
            (
                "refresh_token",
                json::optional_text(refresh_token.map(Secret::expose)),
            ),
        ]);
        let url = app.auth_origin()?.at("/oauth/token");
        Ok(HttpRequest::post_json(url, body.to_string().into_bytes()))
    }

    /// Sends it, once, and reads the answer. A code is good for one use and a
    /// refresh token for ten minutes of them, so it is for the caller to know
    /// when to send it again.
    pub async fn redeem(self, host: &impl Host, app: &App) -> Result<TokenAnswer> {
        let limits = SendLimits {
            timeout_ms: TOKEN_TIMEOUT_MS,
            body_bytes: TOKEN_ANSWER_BYTES,
        };
        let response = host.send(&self.to_http(app)?, limits).await?;
        self.read(&response, host.now())
    }

    /// The same, again where it surely was not carried out. Its error counts the
    /// attempts; what it waits is added to `waited_ms`.
    pub async fn redeem_once(
        self,
        host: &impl Host,
        app: &App,
        waited_ms: &mut u64,
    ) -> Result<TokenAnswer> {
        let deadline = Deadline::after(host, TOKEN_TIMEOUT_MS);
        let mut again = Attempts::new(host, deadline, Retry::default(), waited_ms);
        let mut attempts = 0;
        loop {
            let error = match self.redeem(host, app).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            attempts += u32::from(!error.surely_not_sent());
            let setback = Setback::of_token_endpoint(&error, host.now());
            if !again.go_on_after(setback, false).await {
                return Err(error.with_attempts(attempts));
            }
        }
    }

    /// Reads the answer of the token endpoint.
    fn read(self, response: &HttpResponse, now: UnixMs) -> Result<TokenAnswer> {
        if response.is_success() {
            let answer =
                Object::parse(&response.body).and_then(|answer| TokenAnswer::from_json(&answer));
            return answer.map_err(|broken| {
                let error = if response.truncated {
                    Error::too_long("the answer of the token endpoint", TOKEN_ANSWER_BYTES)
                } else {
                    let broken = response.headers.explain(broken);
                    let message = format!("the token endpoint answered with success, but {broken}");
                    Error::unexpected("token", message)
                };
                let error = error.with_trace(response.trace_id());
                match self {
                    // Atlassian repeats itself.
                    Self::RefreshToken(_) => error.with_action(Action::Retry),
                    Self::AuthorizationCode(_) => error,
                }
            });
        }
        Err(self.refusal(response, now).with_trace(response.trace_id()))
    }

    /// The statuses have changed over the years, the `error` strings have not.
    fn refusal(self, response: &HttpResponse, now: UnixMs) -> Error {
        let status = response.status;
        if status == 429 {
            let limit = RateLimit::read(&response.headers, now).unwrap_or_default();
            return Error::new(
                Kind::RateLimited(limit),
                "the token endpoint answered 429: try again later",
            );
        }
        if status == 408 || status >= 500 {
            let message = format!("the token endpoint answered {status}: try again later");
            return Error::new(Kind::Api(ApiError::of_another_origin(status)), message)
                .with_action(Action::Retry);
        }
        match (error_code(&response.body).as_deref(), self) {
            (Some("invalid_grant"), _) => dead("invalid_grant"),
            (Some("unauthorized_client"), _) => dead("unauthorized_client"),
            (Some("invalid_request"), Self::AuthorizationCode(_)) => Error::reauthorize(
                "invalid_request",
                "the authorization code was used already or is too old; begin the consent again",
            ),
            (Some(code @ ("access_denied" | "invalid_client")), _) => Error::configuration(
                "client-secret",
                format!(
                    "Atlassian does not accept client_id and client_secret of the application record ({code})"
                ),
            ),
            (code, _) => {
                let why = match (code, response.headers.coding()) {
                    (Some(code), _) => code.into(),
                    (None, Some(coding)) => Broken::Compressed(coding).to_string(),
                    (None, None) => "no error code".into(),
                };
                let message = format!("the token endpoint answered {status} ({why})");
                Error::unexpected("token", message)
            }
        }
    }
}

/// What to say of a grant that Atlassian refused, with its word for it.
pub fn dead(code: &'static str) -> Error {
    Error::reauthorize(
        code,
        format!(
            "Atlassian no longer accepts this grant ({code}): it was revoked, not used for 90 days, or has ended; consent again"
        ),
    )
}

/// The `error` member, if it looks like one: it is shown.
fn error_code(body: &[u8]) -> Option<String> {
    let code = Object::parse(body).ok()?.text("error").ok()?;
    let plausible = code.len() <= 40 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    plausible.then_some(code)
}

/// What the token endpoint answered.
#[derive(Debug)]
pub struct TokenAnswer {
    /// What requests carry.
    pub access_token: Secret,
    /// What renews the pair.
    pub refresh_token: Option<Secret>,
    /// How long the access token lives, in seconds.
    pub expires_in: u64,
    /// What was granted, separated by spaces.
    pub scope: Option<String>,
}

/// Only the access token is insisted upon: to stumble over anything else would
/// throw away a pair that replaces the one we had.
impl FromJson for TokenAnswer {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        let refresh_token = object.optional_text("refresh_token").unwrap_or(None);
        Ok(Self {
            access_token: Secret::new(object.text("access_token")?),
            refresh_token: refresh_token
                .filter(|token| !token.is_empty())
                .map(Secret::new),
            expires_in: object
                .lenient_number("expires_in")
                .unwrap_or(DEFAULT_EXPIRES_IN),
            scope: match object.texts("scope") {
                Ok(list) if !list.is_empty() => Some(list.join(" ")),
                _ => object.optional_text("scope").unwrap_or(None),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_000_000_000_000);

    fn app() -> App {
        App::parse(br#"{"client_id":"id","client_secret":"hush","redirect_uri":"https://h/cb"}"#)
            .unwrap()
    }

    fn response(status: u16, body: &str) -> HttpResponse {
        HttpResponse {
            status,
            headers: crate::jira::http::Headers::new(),
            body: body.into(),
            truncated: false,
        }
    }

    fn read_refresh(status: u16, body: &str) -> Result<TokenAnswer> {
        TokenGrant::RefreshToken(&Secret::new("r")).read(&response(status, body), NOW)
    }

    fn body(grant: TokenGrant<'_>) -> String {
        String::from_utf8(grant.to_http(&app()).unwrap().body.unwrap()).unwrap()
    }

    #[test]
    fn requests_are_as_documented() {
        let secret = Secret::new("s\"1");
        assert_eq!(
            body(TokenGrant::AuthorizationCode(&secret)),
            r#"{"client_id":"id","client_secret":"hush","code":"s\"1","grant_type":"authorization_code","redirect_uri":"https://h/cb"}"#
        );
        assert_eq!(
            body(TokenGrant::RefreshToken(&secret)),
            r#"{"client_id":"id","client_secret":"hush","grant_type":"refresh_token","refresh_token":"s\"1"}"#
        );
        let http = TokenGrant::RefreshToken(&secret).to_http(&app()).unwrap();
        assert_eq!(http.url.as_str(), "https://auth.atlassian.com/oauth/token");
        assert_eq!(http.headers.get("content-type"), Some("application/json"));
    }

    #[test]
    fn an_answer_is_read_with_and_without_what_may_be_missing() {
        let full = r#"{"access_token":"a","refresh_token":"r","expires_in":60,"scope":"x","token_type":"bearer"}"#;
        let answer = read_refresh(200, full).unwrap();
        assert!(answer.access_token.matches("a") && answer.refresh_token.unwrap().matches("r"));
        assert_eq!(
            (answer.expires_in, answer.scope.as_deref()),
            (60, Some("x"))
        );
        let bare = read_refresh(200, r#"{"access_token":"a"}"#).unwrap();
        assert!(bare.refresh_token.is_none());
        assert_eq!((bare.expires_in, bare.scope), (3_600, None));
    }

    #[test]
    fn a_pair_is_not_thrown_away_for_what_goes_with_it() {
        for (body, expires_in, scope) in [
            (r#"{"access_token":"a","expires_in":"60"}"#, 60, None),
            (r#"{"access_token":"a","expires_in":60.9}"#, 60, None),
            (
                r#"{"access_token":"a","expires_in":null,"scope":["x","y"]}"#,
                3_600,
                Some("x y"),
            ),
            (
                r#"{"access_token":"a","expires_in":-1,"scope":7,"refresh_token":""}"#,
                3_600,
                None,
            ),
        ] {
            let answer = read_refresh(200, body).unwrap();
            assert!(answer.refresh_token.is_none());
            assert_eq!(
                (answer.expires_in, answer.scope.as_deref()),
                (expires_in, scope),
                "{body}"
            );
        }
    }

    #[track_caller]
    fn assert_kind(error: Error, expected: &str) {
        assert_eq!(format!("{:?}", error.kind()), expected);
    }

    #[test]
    fn refusals_are_told_apart_by_the_error_string_whatever_the_status() {
        for status in [400, 401, 403] {
            let refused =
                |code| read_refresh(status, &format!(r#"{{"error":"{code}"}}"#)).unwrap_err();
            assert_kind(
                refused("invalid_grant"),
                r#"ReauthorizationRequired("invalid_grant")"#,
            );
            assert_kind(
                refused("unauthorized_client"),
                r#"ReauthorizationRequired("unauthorized_client")"#,
            );
            assert_kind(
                refused("access_denied"),
                r#"Configuration("client-secret")"#,
            );
            assert_kind(
                refused("invalid_client"),
                r#"Configuration("client-secret")"#,
            );
            assert_kind(refused("invalid_request"), r#"UnexpectedResponse("token")"#);
        }
        let code = Secret::new("c");
        let used = response(400, r#"{"error":"invalid_request"}"#);
        let error = TokenGrant::AuthorizationCode(&code)
            .read(&used, NOW)
            .unwrap_err();
        assert_kind(error, r#"ReauthorizationRequired("invalid_request")"#);
    }

    #[test]
    fn a_server_in_trouble_is_never_a_dead_grant() {
        for (status, body) in [
            (500, r#"{"error":"invalid_grant"}"#),
            (502, "<html>"),
            (503, ""),
        ] {
            let error = read_refresh(status, body).unwrap_err();
            assert!(
                matches!(error.kind(), Kind::Api(api) if api.status == status),
                "{error:?}"
            );
        }
        let error = read_refresh(429, r#"{"error":"invalid_grant"}"#).unwrap_err();
        assert!(matches!(error.kind(), Kind::RateLimited(_)), "{error:?}");
    }

    #[test]
    fn an_answer_that_is_compressed_is_said_to_be_whatever_it_holds() {
        for (status, expected) in [
            (
                200,
                "the token endpoint answered with success, but it is compressed (gzip), which was not asked for",
            ),
            (
                400,
                "the token endpoint answered 400 (it is compressed (gzip), which was not asked for)",
            ),
        ] {
            let mut answer = response(status, "\u{1f}");
            answer.headers.push("content-encoding", "gzip");
            let secret = Secret::new("r");
            for grant in [
                TokenGrant::RefreshToken(&secret),
                TokenGrant::AuthorizationCode(&secret),
            ] {
                let error = grant.read(&answer, NOW).unwrap_err();
                assert_eq!(error.to_string(), expected);
                assert_kind(error, r#"UnexpectedResponse("token")"#);
            }
        }
    }

    #[test]
    fn an_answer_that_is_not_the_documented_one_shows_nothing_of_itself() {
        for (status, body) in [
            (200, r#"{"access_token":{"hush":1}}"#),
            (200, r#"{"refresh_token":"hush"}"#),
            (200, "hush"),
            (400, r#"{"error":"Hush hush"}"#),
            (418, "hush"),
        ] {
            let error = read_refresh(status, body).unwrap_err();
            assert_kind(error.clone(), r#"UnexpectedResponse("token")"#);
            assert!(
                !format!("{error} {error:?}").to_lowercase().contains("hush"),
                "{error:?}"
            );
        }
    }
}
