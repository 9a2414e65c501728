//! The second step: what the browser brought back becomes tokens.

use core::{cell::Cell, fmt};

use url::Url;

use super::{
    OauthOutcome,
    authorize::load_app,
    consent::{self, PendingConsent},
    setup::Setup,
};
use crate::jira::{
    access::Access,
    connection::Connection,
    error::{Action, Error, Result},
    grant::{TokenAnswer, TokenGrant},
    host::{Deadline, DeleteOutcome, Expect, Host, PutOutcome, StoreError, random_hex},
    name::ConnectionName,
    secret::Secret,
    store::{self, PATIENT_SAVE_ATTEMPTS, SAVE_ATTEMPTS, Stored},
    token::TokenSet,
};

/// Finishes a consent; wit/types.wit describes the fields.
#[derive(Clone)]
#[expect(missing_docs, reason = "wit/types.wit describes the fields")]
pub struct Callback {
    pub connection: String,
    pub state: String,
    pub redirect_url: String,
}

/// State and URL are secrets for as long as they work.
impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callback(for {:?})", self.connection)
    }
}

impl Callback {
    pub(super) async fn take(self, host: &impl Host, deadline: Deadline) -> Result<OauthOutcome> {
        let name = ConnectionName::parse(&self.connection)?;
        let reply = Reply::parse(&self.redirect_url)?;
        if !reply.state.matches(&self.state) {
            return Err(Error::invalid(
                "state",
                "the state in redirect-url is not the one of this person's session; the consent was not begun there, begin it again",
            ));
        }
        let app = load_app(host).await?;
        let pending = claim(host, &name, &self.state).await?;
        let code = reply.answer?;
        let mut waited_ms = 0;
        let redeemed = TokenGrant::AuthorizationCode(&code)
            .redeem_once(host, &app, &mut waited_ms)
            .await;
        let waited = |error: Error| error.add_waited(waited_ms);
        let answer = match redeemed.map_err(waited) {
            Ok(answer) => answer,
            Err(error) => return Err(put_back(host, &name, &pending, error).await),
        };
        let tokens = save(host, &name, answer, &pending).await.map_err(waited)?;
        let finished = async {
            let consent_id = &tokens.value.consent_id;
            let (connection, replaced) = remember(host, &name, pending, consent_id).await?;
            let access = Access::new(app, name, connection, tokens);
            Setup {
                host,
                deadline,
                access,
                wanted: None,
                replaced,
            }
            .finish()
            .await
        };
        finished.await.map_err(|error| {
            // This callback has done its part and cannot be repeated.
            waited(error)
                .instead_of_retry(Action::FixRequest)
                .context("the consent is saved, choose-site goes on from here")
        })
    }
}

/// What the redirect URL says.
struct Reply {
    state: Secret,
    answer: Result<Secret>,
}

impl Reply {
    fn parse(redirect_url: &str) -> Result<Self> {
        let invalid = |why: &str| Error::invalid("redirect-url", why);
        let url = Url::parse(redirect_url)
            .map_err(|_| invalid("it is not a whole URL, with scheme and host"))?;
        let one = |name: &str| {
            let mut values = url
                .query_pairs()
                .filter(|(key, _)| key == name)
                .map(|(_, value)| value);
            let first = values.next();
            match values.next() {
                Some(_) => Err(invalid(&format!("`{name}` comes more than once"))),
                None => Ok(first.map(Secret::new)),
            }
        };
        let state = one("state")?.ok_or_else(|| invalid("it has no `state`"))?;
        let answer = match (one("code")?, one("error")?) {
            (Some(code), None) => Ok(code),
            (None, Some(error)) => Err(declined(error.expose())),
            (Some(_), Some(_)) => return Err(invalid("it has both `code` and `error`")),
            (None, None) => return Err(invalid("it has neither `code` nor `error`")),
        };
        Ok(Self { state, answer })
    }
}

/// RFC 6749 section 4.1.2.1.
fn declined(error: &str) -> Error {
    match error {
        "access_denied" => Error::reauthorize(
            "access_denied",
            "the person declined the consent, or may not give it",
        ),
        "invalid_scope" | "unauthorized_client" => Error::configuration(
            "scope",
            "Atlassian refused the scopes asked for; each must have been added to the app in the developer console",
        ),
        "server_error" | "temporarily_unavailable" => Error::reauthorize(
            "server_error",
            "Atlassian could not finish the consent; begin it again",
        ),
        _ => Error::unexpected(
            "redirect-url",
            "the consent came back with an error that this connector does not know",
        ),
    }
}

/// Takes the pending consent out of the store, so that it works once.
async fn claim(host: &impl Host, name: &ConnectionName, state: &str) -> Result<PendingConsent> {
    let unknown = || {
        Error::reauthorize(
            "state",
            "this consent is not known: it was finished already, or begun for another connection; begin it again",
        )
    };
    let key = consent::key(name, state);
    let Stored {
        value: pending,
        version,
    } = store::read::<PendingConsent>(host, &key)
        .await?
        .ok_or_else(unknown)?;
    if !pending.state.matches(state) {
        return Err(unknown());
    }
    match host.delete(&key, Expect::Version(version)).await? {
        DeleteOutcome::Deleted if pending.expires_at > host.now() => Ok(pending),
        DeleteOutcome::Deleted => Err(Error::reauthorize(
            "state",
            "the consent took longer than 10 minutes; begin it again",
        )),
        DeleteOutcome::Stale(_) => Err(unknown()),
    }
}

/// Leaves the consent as it was where the same callback may succeed later: the
/// token endpoint was not able, or was not reached, whoever has to mend that.
/// Whether the code was used meanwhile is for Atlassian to say then.
async fn put_back(
    host: &impl Host,
    name: &ConnectionName,
    pending: &PendingConsent,
    error: Error,
) -> Error {
    let error = error.context("exchanging the code");
    if error.action() != Action::Retry && !error.surely_not_sent() {
        return error;
    }
    let key = consent::key(name, pending.state.expose());
    let value = store::encode(pending);
    match store::save(host, &key, &value, Expect::Absent, SAVE_ATTEMPTS).await {
        Ok(_) => error,
        Err(_) => error.instead_of_retry(Action::Reauthorize),
    }
}

/// Saves the tokens, before anything else happens.
async fn save(
    host: &impl Host,
    name: &ConnectionName,
    answer: TokenAnswer,
    pending: &PendingConsent,
) -> Result<Stored<TokenSet>> {
    let consent_id = random_hex(host);
    let value = TokenSet::from_consent(answer, &pending.asked_scopes, consent_id, host.now());
    let entry = store::encode(&value);
    let key = name.tokens_key();
    match store::save(host, &key, &entry, Expect::Any, PATIENT_SAVE_ATTEMPTS).await {
        Ok(PutOutcome::Stored(version)) => Ok(Stored { value, version }),
        Ok(PutOutcome::Stale(_)) => {
            let why = "it compared where nothing was to be compared";
            Err(StoreError::Other(why.into()).into())
        }
        Err(error) => Err(error
            .instead_of_retry(Action::Reauthorize)
            .context("saving the tokens; begin the consent again")),
    }
}

/// Writes down how the connection was set up, whatever damage it replaces. The
/// site that was chosen before stays, and counts again once it is confirmed; the
/// account does not. Whom it was set up with is answered too.
async fn remember(
    host: &impl Host,
    name: &ConnectionName,
    pending: PendingConsent,
    consent_id: &str,
) -> Result<(Connection, Vec<String>)> {
    let replaced = Cell::new(Vec::new());
    let set_up = |before: Connection| {
        replaced.set(before.accounts());
        Connection {
            consent_id: consent_id.into(),
            display_name: pending.display_name.clone(),
            description: pending.description.clone(),
            service_management: pending.service_management,
            asked_scopes: pending.asked_scopes.clone().into(),
            account: None,
            choice: before.choice,
        }
    };
    let key = name.connection_key();
    let connection = store::renew(host, &key, Connection::default(), set_up).await?;
    Ok((connection, replaced.take()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_refused(redirect_url: &str, expected: &str) {
        let error = Reply::parse(redirect_url).err().unwrap();
        assert_eq!(error.to_string(), format!("redirect-url: {expected}"));
    }

    #[test]
    fn code_and_state_are_decoded() {
        let reply = Reply::parse("https://h/cb?code=a%2Bb+c&state=s&other=1#x").unwrap();
        assert!(reply.state.matches("s") && reply.answer.unwrap().matches("a+b c"));
    }

    #[test]
    fn a_redirect_url_that_says_nothing_or_too_much_is_refused() {
        assert_refused("", "it is not a whole URL, with scheme and host");
        assert_refused(
            "/cb?code=c&state=s",
            "it is not a whole URL, with scheme and host",
        );
        assert_refused("https://h/?code=c", "it has no `state`");
        assert_refused("https://h/?state=s", "it has neither `code` nor `error`");
        assert_refused(
            "https://h/?state=s&code=c&error=e",
            "it has both `code` and `error`",
        );
        assert_refused(
            "https://h/?state=s&state=t&code=c",
            "`state` comes more than once",
        );
        assert_refused(
            "https://h/?state=s&code=c&code=d",
            "`code` comes more than once",
        );
    }

    #[test]
    fn an_error_in_the_redirect_url_is_told_apart() {
        for (error, expected) in [
            (
                "access_denied",
                r#"ReauthorizationRequired("access_denied")"#,
            ),
            ("unauthorized_client", r#"Configuration("scope")"#),
            ("invalid_scope", r#"Configuration("scope")"#),
            ("server_error", r#"ReauthorizationRequired("server_error")"#),
            ("hush", r#"UnexpectedResponse("redirect-url")"#),
        ] {
            let reply = Reply::parse(&format!("https://h/?state=s&error={error}")).unwrap();
            let refusal = reply.answer.unwrap_err();
            assert_eq!(format!("{:?}", refusal.kind()), expected);
            assert!(!refusal.to_string().contains("hush"));
        }
    }
}
