//! The pair of tokens, and the endpoint that issues it.
//!
//! <https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/>

use serde_json::Value;

use super::{
    api_error::ApiError,
    app::App,
    error::{Error, Kind, Result},
    http::{Headers, HttpRequest, HttpResponse},
    instant::{DAY_MS, SECOND_MS, UnixMs},
    json::{self, Broken, FromJson, Object, ToJson},
    rate_limit::RateLimit,
    secret::Secret,
};

/// A token is renewed this long before it expires, so that it does not expire
/// on the way; or a tenth of its life before, if that is less.
const EXPIRY_MARGIN_MS: u64 = 60 * SECOND_MS;

/// What access tokens live for where the answer does not say. Atlassian's live
/// an hour.
const DEFAULT_EXPIRES_IN: u64 = 3_600;

/// A refresh token that is not used for so long expires.
const IDLE_LIFE_MS: u64 = 90 * DAY_MS;

/// A grant ends so long after consent, however often it is refreshed: announced
/// by Atlassian in 2022, absent from the page today. We count with it.
const GRANT_LIFE_MS: u64 = 365 * DAY_MS;

/// What a connection holds after consent. All tokens are opaque and of any
/// length.
#[derive(Debug, Clone)]
pub struct TokenSet {
    /// What requests carry.
    pub access_token: Secret,
    /// What renews the pair, once; absent where Atlassian gave none.
    pub refresh_token: Option<Secret>,
    /// What was granted.
    pub scopes: Vec<String>,
    /// When the access token expires.
    pub expires_at: UnixMs,
    /// When this pair was issued.
    pub refreshed_at: UnixMs,
    /// When the person consented.
    pub consented_at: UnixMs,
    /// Which consent this comes from. A site was chosen for one consent, and
    /// counts for no other.
    pub consent_id: String,
}

impl TokenSet {
    /// The first pair of a consent.
    #[must_use]
    pub fn from_consent(
        answer: TokenAnswer,
        asked_scopes: &[String],
        consent_id: String,
        now: UnixMs,
    ) -> Self {
        Self {
            access_token: answer.access_token,
            refresh_token: answer.refresh_token,
            scopes: answer
                .scope
                .map_or_else(|| asked_scopes.to_vec(), |scope| split_scopes(&scope)),
            expires_at: now.plus(answer.expires_in.saturating_mul(SECOND_MS)),
            refreshed_at: now,
            consented_at: now,
            consent_id,
        }
    }

    /// The pair that follows this one. An answer without a refresh token or a
    /// scope leaves the old one in place.
    #[must_use]
    pub fn rotated(&self, answer: TokenAnswer, now: UnixMs) -> Self {
        Self {
            access_token: answer.access_token,
            refresh_token: answer.refresh_token.or_else(|| self.refresh_token.clone()),
            scopes: answer
                .scope
                .map_or_else(|| self.scopes.clone(), |scope| split_scopes(&scope)),
            expires_at: now.plus(answer.expires_in.saturating_mul(SECOND_MS)),
            refreshed_at: now,
            consented_at: self.consented_at,
            consent_id: self.consent_id.clone(),
        }
    }

    /// Whether the access token has expired or is about to.
    #[must_use]
    pub fn is_due(&self, now: UnixMs) -> bool {
        let life = self.expires_at.since(self.refreshed_at);
        now.plus(EXPIRY_MARGIN_MS.min(life / 10)) >= self.expires_at
    }

    /// When a person must consent again at the latest.
    #[must_use]
    pub fn reauthorize_by(&self) -> UnixMs {
        let idle_end = if self.refresh_token.is_some() {
            self.refreshed_at.plus(IDLE_LIFE_MS)
        } else {
            self.expires_at
        };
        idle_end.min(self.consented_at.plus(GRANT_LIFE_MS))
    }
}

fn split_scopes(scope: &str) -> Vec<String> {
    scope.split_whitespace().map(String::from).collect()
}

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
    #[must_use]
    pub fn to_http(self, app: &App) -> HttpRequest {
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
        HttpRequest::post_json(
            app.auth_origin.at("/oauth/token"),
            body.to_string().into_bytes(),
        )
    }

    /// Reads the answer of the token endpoint.
    pub fn read(self, response: &HttpResponse, now: UnixMs) -> Result<TokenAnswer> {
        if response.is_success() {
            let answer =
                Object::parse(&response.body).and_then(|answer| TokenAnswer::from_json(&answer));
            return answer.map_err(|broken| {
                let message = format!("the token endpoint answered with success, but {broken}");
                Error::unexpected("token", message).with_trace(response.trace_id())
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
        if status >= 500 {
            let error = ApiError {
                status,
                headers: Headers::new(),
                ..ApiError::default()
            };
            return Error::new(
                Kind::Api(error),
                format!("the token endpoint answered {status}: try again later"),
            );
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
            (code, _) => Error::unexpected(
                "token",
                format!(
                    "the token endpoint answered {status} ({})",
                    code.unwrap_or("no error code")
                ),
            ),
        }
    }
}

fn dead(code: &'static str) -> Error {
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
    access_token: Secret,
    refresh_token: Option<Secret>,
    expires_in: u64,
    scope: Option<String>,
}

impl FromJson for TokenAnswer {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            access_token: Secret::new(object.text("access_token")?),
            refresh_token: object.optional_text("refresh_token")?.map(Secret::new),
            expires_in: object
                .optional_number("expires_in")?
                .unwrap_or(DEFAULT_EXPIRES_IN),
            scope: object.optional_text("scope")?,
        })
    }
}

impl FromJson for TokenSet {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            access_token: Secret::new(object.text("access_token")?),
            refresh_token: object.optional_text("refresh_token")?.map(Secret::new),
            scopes: object.texts("scopes")?,
            expires_at: UnixMs(object.number("expires_at")?),
            refreshed_at: UnixMs(object.number("refreshed_at")?),
            consented_at: UnixMs(object.number("consented_at")?),
            consent_id: object.text("consent_id")?,
        })
    }
}

impl ToJson for TokenSet {
    fn to_json(&self) -> Value {
        json::object(vec![
            ("access_token", self.access_token.expose().into()),
            (
                "refresh_token",
                json::optional_text(self.refresh_token.as_ref().map(Secret::expose)),
            ),
            ("scopes", json::texts(&self.scopes)),
            ("expires_at", self.expires_at.0.into()),
            ("refreshed_at", self.refreshed_at.0.into()),
            ("consented_at", self.consented_at.0.into()),
            ("consent_id", self.consent_id.as_str().into()),
        ])
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
            headers: Headers::new(),
            body: body.into(),
            truncated: false,
        }
    }

    fn read_refresh(status: u16, body: &str) -> Result<TokenAnswer> {
        TokenGrant::RefreshToken(&Secret::new("r")).read(&response(status, body), NOW)
    }

    fn first_pair() -> TokenSet {
        let body = r#"{"access_token":"a1","refresh_token":"r1","expires_in":3600,"scope":"x y","token_type":"bearer"}"#;
        TokenSet::from_consent(read_refresh(200, body).unwrap(), &[], "c".into(), NOW)
    }

    fn body(grant: TokenGrant<'_>) -> String {
        String::from_utf8(grant.to_http(&app()).body.unwrap()).unwrap()
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
        let http = TokenGrant::RefreshToken(&secret).to_http(&app());
        assert_eq!(http.url.as_str(), "https://auth.atlassian.com/oauth/token");
        assert_eq!(http.headers.get("content-type"), Some("application/json"));
    }

    #[test]
    fn a_rotation_replaces_the_pair_and_keeps_what_the_answer_does_not_have() {
        let first = first_pair();
        let later = NOW.plus(5_000);
        let full = read_refresh(
            200,
            r#"{"access_token":"a2","refresh_token":"r2","expires_in":60,"scope":"z"}"#,
        );
        let second = first.rotated(full.unwrap(), later);
        assert!(
            second.access_token.matches("a2")
                && second.refresh_token.as_ref().unwrap().matches("r2")
        );
        assert_eq!(second.scopes, ["z"]);
        assert_eq!(
            (second.expires_at, second.refreshed_at),
            (later.plus(60_000), later)
        );
        assert_eq!(
            (second.consented_at, second.consent_id.as_str()),
            (NOW, "c")
        );

        let bare = first.rotated(
            read_refresh(200, r#"{"access_token":"a2"}"#).unwrap(),
            later,
        );
        assert!(bare.refresh_token.unwrap().matches("r1"));
        assert_eq!(bare.scopes, ["x", "y"]);
        assert_eq!(bare.expires_at, later.plus(3_600_000));
    }

    #[test]
    fn a_token_is_due_a_minute_or_a_tenth_of_its_life_before_it_expires() {
        let hour = first_pair();
        assert!(!hour.is_due(NOW.plus(3_539_999)));
        assert!(hour.is_due(NOW.plus(3_540_000)));
        let ten_seconds = TokenSet {
            expires_at: NOW.plus(10_000),
            ..first_pair()
        };
        assert!(!ten_seconds.is_due(NOW.plus(8_999)));
        assert!(ten_seconds.is_due(NOW.plus(9_000)));
        let stillborn = TokenSet {
            expires_at: NOW,
            ..first_pair()
        };
        assert!(stillborn.is_due(NOW));
    }

    #[test]
    fn the_grant_ends_90_days_after_the_last_use_and_a_year_after_consent() {
        let mut pair = first_pair();
        assert_eq!(pair.reauthorize_by(), NOW.plus(90 * DAY_MS));
        pair.refreshed_at = NOW.plus(300 * DAY_MS);
        assert_eq!(pair.reauthorize_by(), NOW.plus(365 * DAY_MS));
        pair.refresh_token = None;
        assert_eq!(pair.reauthorize_by(), pair.expires_at);
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
    fn an_answer_that_is_not_the_documented_one_shows_nothing_of_itself() {
        for (status, body) in [
            (200, r#"{"access_token":{"hush":1}}"#),
            (200, r#"{"access_token":"hush","expires_in":"hush"}"#),
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
