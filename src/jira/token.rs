//! The pair of tokens that a connection holds.

use serde_json::Value;

use super::{
    grant::TokenAnswer,
    instant::{DAY_MS, SECOND_MS, UnixMs},
    json::{self, Broken, FromJson, Object, Texts, ToJson},
    refresh::{RefreshOutcome, RefreshTally},
    secret::Secret,
};

/// A token is renewed this long before it expires, so that it does not expire
/// on the way; or a tenth of its life before, if that is less.
const EXPIRY_MARGIN_MS: u64 = 60 * SECOND_MS;

/// A refusal this long before the end may be the end: by so much the clock of
/// whoever expires a token may be ahead of ours.
const LAST_MINUTES_MS: u64 = 5 * 60 * SECOND_MS;

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
    pub scopes: Texts,
    /// When the access token expires.
    pub expires_at: UnixMs,
    /// When this pair was issued.
    pub refreshed_at: UnixMs,
    /// When the person consented.
    pub consented_at: UnixMs,
    /// Which consent this comes from. A site was chosen for one consent, and
    /// counts for no other.
    pub consent_id: String,
    /// By which word Atlassian has refused the refresh token for good.
    pub refused: Option<String>,
    /// What became of the refreshes since the consent.
    pub refreshes: RefreshTally,
}

impl TokenSet {
    /// Whether this is the same pair. Entries are written for other reasons
    /// too, so that a version alone does not tell.
    #[must_use]
    pub fn is_same_pair(&self, other: &Self) -> bool {
        let same_refresh_token = match (&self.refresh_token, &other.refresh_token) {
            (Some(own), Some(other)) => own.matches(other.expose()),
            (own, other) => own.is_none() && other.is_none(),
        };
        same_refresh_token && self.access_token.matches(other.access_token.expose())
    }

    /// Whether the access token has expired, or will so soon that clocks which
    /// differ may disagree on it.
    #[must_use]
    pub fn may_have_expired(&self, now: UnixMs) -> bool {
        now.plus(LAST_MINUTES_MS) >= self.expires_at
    }

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
            scopes: answer.scope.map_or_else(
                || asked_scopes.to_vec().into(),
                |scope| split_scopes(&scope),
            ),
            expires_at: now.plus(answer.expires_in.saturating_mul(SECOND_MS)),
            refreshed_at: now,
            consented_at: now,
            consent_id,
            refused: None,
            refreshes: RefreshTally::default(),
        }
    }

    /// The pair that follows this one, come by in this way. An answer without a
    /// refresh token or a scope leaves the old one in place.
    #[must_use]
    pub fn rotated(&self, answer: TokenAnswer, outcome: RefreshOutcome, now: UnixMs) -> Self {
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
            refused: None,
            refreshes: self.refreshes.with(outcome, now),
        }
    }

    /// The same pair, marked as refused for good by this word.
    #[must_use]
    pub fn marked(&self, word: &str, now: UnixMs) -> Self {
        Self {
            refused: Some(word.into()),
            refreshes: self.refreshes.with(RefreshOutcome::Reauthorize, now),
            ..self.clone()
        }
    }

    /// By which word Atlassian has refused it.
    #[must_use]
    pub fn refusal(&self) -> Option<&'static str> {
        match self.refused.as_deref()? {
            "unauthorized_client" => Some("unauthorized_client"),
            _ => Some("invalid_grant"),
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

fn split_scopes(scope: &str) -> Texts {
    let scopes: Vec<String> = scope.split_whitespace().map(String::from).collect();
    scopes.into()
}

impl FromJson for TokenSet {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            access_token: Secret::new(object.text("access_token")?),
            refresh_token: object.optional_text("refresh_token")?.map(Secret::new),
            scopes: object.later_texts("scopes")?,
            expires_at: UnixMs(object.number("expires_at")?),
            refreshed_at: UnixMs(object.number("refreshed_at")?),
            consented_at: UnixMs(object.number("consented_at")?),
            consent_id: object.text("consent_id")?,
            refused: object.optional_text("refused")?,
            refreshes: object.optional("refreshes")?.unwrap_or_default(),
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
            ("refused", json::optional_text(self.refused.as_deref())),
            ("refreshes", self.refreshes.to_json()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_000_000_000_000);

    fn answer(access_token: &str) -> TokenAnswer {
        TokenAnswer {
            access_token: Secret::new(access_token),
            refresh_token: None,
            expires_in: 3_600,
            scope: None,
        }
    }

    fn first_pair() -> TokenSet {
        let answer = TokenAnswer {
            refresh_token: Some(Secret::new("r1")),
            scope: Some("x  y".into()),
            ..answer("a1")
        };
        TokenSet::from_consent(answer, &["asked".into()], "c".into(), NOW)
    }

    #[test]
    fn a_consent_whose_answer_names_no_scope_was_granted_what_was_asked() {
        let pair = TokenSet::from_consent(answer("a1"), &["asked".into()], "c".into(), NOW);
        assert_eq!(pair.scopes[..], ["asked"]);
        assert_eq!(first_pair().scopes[..], ["x", "y"]);
    }

    #[test]
    fn a_rotation_replaces_the_pair_and_keeps_what_the_answer_does_not_have() {
        let first = first_pair();
        let later = NOW.plus(5_000);
        let full = TokenAnswer {
            refresh_token: Some(Secret::new("r2")),
            expires_in: 60,
            scope: Some("z".into()),
            ..answer("a2")
        };
        let second = first.rotated(full, RefreshOutcome::Rotated, later);
        assert!(second.access_token.matches("a2"));
        assert!(second.refresh_token.as_ref().unwrap().matches("r2"));
        assert_eq!(second.scopes[..], ["z"]);
        assert_eq!(second.expires_at, later.plus(60_000));
        assert_eq!(second.refreshed_at, later);
        assert_eq!(
            (second.consented_at, second.consent_id.as_str()),
            (NOW, "c")
        );

        let bare = first.rotated(answer("a2"), RefreshOutcome::Rotated, later);
        assert!(bare.refresh_token.unwrap().matches("r1"));
        assert_eq!(bare.scopes[..], ["x", "y"]);
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
}
