use serde_json::Value;
use url::Url;

use super::{HUSH, outside::Outside};
use crate::jira::oauth::{Authorize, Callback, OauthOutcome, OauthStep, oauth_exchange};

/// Stands in a redirect URL for the state that was really given out.
pub const STATE: &str = "STATE";

/// A code is spent only where the redirect URL has it and the state that was
/// given out, once each; and nothing of the URL is in an error.
pub fn only_the_state_given_out_spends_a_code(redirect_url: &str, state: &str) {
    let outside = Outside::new();
    let given_out = begin(&outside);
    let redirect_url = redirect_url.replace(STATE, &given_out);
    let step = OauthStep::Callback(Callback {
        connection: "main".into(),
        state: state.replace(STATE, &given_out),
        redirect_url: redirect_url.clone(),
    });
    let shown = format!("{step:?}");
    let result = outside.run(oauth_exchange(&outside, step));
    let told = match &result {
        Ok(outcome) => format!("{shown} {outcome:?}"),
        Err(error) => format!("{shown} {error} {error:?}"),
    };
    assert!(!told.contains(HUSH) && !told.contains(&given_out), "{told}");
    let sent = outside.sent();
    let Some(first) = sent.first() else { return };
    assert_eq!(one(&redirect_url, "state"), Some(given_out));
    assert_eq!(first.url.path(), "/oauth/token");
    let body: Option<Value> =
        serde_json::from_slice(first.body.as_deref().unwrap_or_default()).ok();
    let code = body.as_ref().and_then(|body| body.get("code")?.as_str());
    assert_eq!(code.map(String::from), one(&redirect_url, "code"));
    assert!(
        sent.iter()
            .all(|request| request.url.path() == "/oauth/token"),
        "it is answered by a 404"
    );
}

fn begin(outside: &Outside) -> String {
    let step = OauthStep::Authorize(Authorize {
        connection: "main".into(),
        display_name: None,
        description: None,
        include_service_management: false,
        extra_scopes: Vec::new(),
    });
    match outside.run(oauth_exchange(outside, step)) {
        Ok(OauthOutcome::Consent(consent)) => consent.state,
        other => panic!("{other:?}"),
    }
}

/// The value of a parameter that comes once.
fn one(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let values: Vec<_> = url.query_pairs().filter(|(key, _)| key == name).collect();
    match values.as_slice() {
        [(_, value)] => Some(value.to_string()),
        _ => None,
    }
}
