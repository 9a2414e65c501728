//! The first step: the URL at which a person consents.

use super::{
    Consent,
    consent::{self, CONSENT_LIFE_MS, PendingConsent},
    scopes,
};
use crate::jira::{
    app::App,
    connection::Connection,
    error::{Error, Result},
    host::{Expect, Host},
    name::{APP_KEY, ConnectionName},
    query::encode_component,
    store::{self, SAVE_ATTEMPTS},
    token::TokenSet,
};

/// Shown in lists; longer ones are descriptions.
const MAX_DISPLAY_NAME_BYTES: usize = 256;
/// A paragraph.
const MAX_DESCRIPTION_BYTES: usize = 1_024;

/// Begins a consent; wit/types.wit describes the fields.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "wit/types.wit describes the fields")]
pub struct Authorize {
    pub connection: String,
    pub display_name: Option<String>,
    pub description: Option<String>,
    pub include_service_management: bool,
    pub extra_scopes: Vec<String>,
}

impl Authorize {
    pub(super) async fn take(self, host: &impl Host) -> Result<Consent> {
        let name = ConnectionName::parse(&self.connection)?;
        at_most(
            "display-name",
            self.display_name.as_deref(),
            MAX_DISPLAY_NAME_BYTES,
        )?;
        at_most(
            "description",
            self.description.as_deref(),
            MAX_DESCRIPTION_BYTES,
        )?;
        let app = load_app(host).await?;
        let asked_scopes =
            scopes::to_ask_for(&app, self.include_service_management, &self.extra_scopes)?;
        // What a newer connector wrote is refused, better now than when a person has
        // consented.
        store::find::<Connection>(host, &name.connection_key()).await?;
        store::find::<TokenSet>(host, &name.tokens_key()).await?;
        consent::forget_expired(host, &name).await?;

        let state = consent::new_state(host);
        let expires_at = host.now().plus(CONSENT_LIFE_MS);
        let url = consent_url(&app, &asked_scopes, state.expose())?;
        let key = consent::key(&name, state.expose());
        let pending = PendingConsent {
            state: state.clone(),
            expires_at,
            asked_scopes,
            display_name: self.display_name,
            description: self.description,
            service_management: self.include_service_management,
        };
        store::save(
            host,
            &key,
            &store::encode(&pending),
            Expect::Any,
            SAVE_ATTEMPTS,
        )
        .await?;
        Ok(Consent {
            url,
            state: state.expose().into(),
            expires_at,
        })
    }
}

/// Reads the application record.
pub(super) async fn load_app(host: &impl Host) -> Result<App> {
    App::parse(&host.get(APP_KEY).await?.ok_or_else(App::absent)?.value)
}

fn at_most(field: &'static str, text: Option<&str>, max: usize) -> Result<()> {
    match text.map_or(0, str::len) {
        length if length > max => Err(Error::invalid(
            field,
            format_args!("it has {length} bytes; at most {max} are kept"),
        )),
        _ => Ok(()),
    }
}

/// <https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/>,
/// step 1. Scopes are separated by `%20`, which a form encoding would not do.
fn consent_url(app: &App, scopes: &[String], state: &str) -> Result<String> {
    let mut url = app.auth_origin()?.at("/authorize");
    let query = [
        ("audience", "api.atlassian.com"),
        ("client_id", &app.client_id),
        ("scope", &scopes.join(" ")),
        ("redirect_uri", &app.redirect_uri),
        ("state", state),
        ("response_type", "code"),
        ("prompt", "consent"),
    ]
    .map(|(name, value)| format!("{name}={}", encode_component(value)));
    url.set_query(Some(&query.join("&")));
    Ok(url.into())
}
