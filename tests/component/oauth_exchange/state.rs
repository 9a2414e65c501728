//! What a browser may bring back, and from whom it is taken.

use atlassian_simulator::{Decision, Settings};
use jira_host::types::{Action, Authorize, Consent, Error};

use crate::clock::MINUTE;
use crate::people::connected;
use crate::stage::{DEMO, Stage, invalid, reauthorize};

const UNKNOWN: &str = "this consent is not known: it was finished already, or begun for another \
                       connection; begin it again";

async fn allowed(stage: &Stage) -> (Consent, String) {
    stage.allowed(Authorize::new(DEMO)).await
}

/// What `callback` refuses, after which the connection does not exist.
async fn refusal(stage: &Stage, state: &str, redirect_url: &str) -> Error {
    let error = stage.callback(DEMO, state, redirect_url).await.unwrap_err();
    let keys = stage.store.keys().await;
    assert!(!keys.contains(&"tokens/demo".to_owned()), "{keys:?}");
    assert!(!keys.contains(&"connections/demo".to_owned()), "{keys:?}");
    error
}

#[tokio::test]
async fn a_state_that_is_not_the_persons_own_is_refused_and_the_consent_stays() {
    let stage = Stage::set(Settings::default()).await;
    let (mine, redirect_url) = allowed(&stage).await;
    let other = stage.authorize(Authorize::new(DEMO)).await;
    let message = "the state in redirect-url is not the one of this person's session; the consent \
                   was not begun there, begin it again";
    let mark = stage.mark();
    for state in [
        other.state.as_str(),
        "",
        &mine.state[..63],
        &mine.state.to_uppercase(),
    ] {
        let refusal = refusal(&stage, state, &redirect_url).await;
        assert_eq!(refusal, invalid("state", message));
    }
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
    connected(stage.callback(DEMO, &mine.state, &redirect_url).await);
}

#[tokio::test]
async fn a_state_that_was_never_given_out_is_unknown() {
    let stage = Stage::set(Settings::default()).await;
    let (mine, redirect_url) = allowed(&stage).await;
    let mark = stage.mark();
    let same_key = format!("{}{}", &mine.state[..32], "0".repeat(32));
    for state in ["0".repeat(64), same_key, "../../app".to_owned()] {
        let redirect_url = redirect_url.replace(&mine.state, &state);
        let refusal = refusal(&stage, &state, &redirect_url).await;
        assert_eq!(refusal, reauthorize("state", UNKNOWN));
    }
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
}

#[tokio::test]
async fn a_consent_begun_for_another_connection_is_unknown() {
    let stage = Stage::set(Settings::default()).await;
    let (mine, redirect_url) = allowed(&stage).await;
    let mark = stage.mark();
    let refused = stage.callback("other", &mine.state, &redirect_url).await;
    assert_eq!(refused.unwrap_err(), reauthorize("state", UNKNOWN));
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
    connected(stage.callback(DEMO, &mine.state, &redirect_url).await);
}

#[tokio::test]
async fn a_consent_works_once() {
    let stage = Stage::set(Settings::default()).await;
    let (mine, redirect_url) = allowed(&stage).await;
    connected(stage.callback(DEMO, &mine.state, &redirect_url).await);
    let mark = stage.mark();
    let again = stage.callback(DEMO, &mine.state, &redirect_url).await;
    assert_eq!(again.unwrap_err(), reauthorize("state", UNKNOWN));
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
}

#[tokio::test]
async fn a_consent_that_took_longer_than_ten_minutes_is_too_old() {
    let stage = Stage::set(Settings::default()).await;
    let (mine, redirect_url) = allowed(&stage).await;
    stage.clock.advance(11 * MINUTE);
    let mark = stage.mark();
    let refusal = refusal(&stage, &mine.state, &redirect_url).await;
    let message = "the consent took longer than 10 minutes; begin it again";
    assert_eq!(refusal, reauthorize("state", message));
    assert_eq!(stage.sent_since(mark), Vec::<String>::new());

    let (mine, redirect_url) = allowed(&stage).await;
    stage.clock.advance(9 * MINUTE);
    connected(stage.callback(DEMO, &mine.state, &redirect_url).await);
}

#[tokio::test]
async fn a_consent_that_was_declined_says_so() {
    let stage = Stage::set(Settings::default()).await;
    let consent = stage.authorize(Authorize::new(DEMO)).await;
    let redirect_url = stage.decide(&consent, Decision::Deny).await;
    let mark = stage.mark();
    let refused = refusal(&stage, &consent.state, &redirect_url).await;
    let message = "the person declined the consent, or may not give it";
    assert_eq!(refused, reauthorize("access_denied", message));
    assert_eq!(stage.sent_since(mark), Vec::<String>::new());
    let again = refusal(&stage, &consent.state, &redirect_url).await;
    assert_eq!(again, reauthorize("state", UNKNOWN));
}

#[tokio::test]
async fn other_errors_of_the_consent_page_are_told_apart() {
    let stage = Stage::set(Settings::default()).await;
    let scopes = "Atlassian refused the scopes asked for; each must have been added to the app in \
                  the developer console";
    let table = [
        ("invalid_scope", Action::FixConfiguration, scopes),
        ("unauthorized_client", Action::FixConfiguration, scopes),
        (
            "server_error",
            Action::Reauthorize,
            "Atlassian could not finish the consent; begin it again",
        ),
        (
            "hush",
            Action::Report,
            "the consent came back with an error that this connector does not know",
        ),
    ];
    for (word, action, message) in table {
        let consent = stage.authorize(Authorize::new(DEMO)).await;
        let redirect_url = format!("https://c.example/?error={word}&state={}", consent.state);
        let refusal = refusal(&stage, &consent.state, &redirect_url).await;
        assert_eq!(
            (refusal.action, refusal.message.as_str()),
            (action, message)
        );
    }
}

#[tokio::test]
async fn a_url_that_says_nothing_or_too_much_is_refused_and_the_consent_stays() {
    let stage = Stage::set(Settings::default()).await;
    let (mine, redirect_url) = allowed(&stage).await;
    let state = &mine.state;
    let table = [
        (String::new(), "it is not a whole URL, with scheme and host"),
        (
            format!("/?code=c&state={state}"),
            "it is not a whole URL, with scheme and host",
        ),
        ("https://c.example/?code=c".to_owned(), "it has no `state`"),
        (
            format!("https://c.example/?state={state}"),
            "it has neither `code` nor `error`",
        ),
        (
            format!("{redirect_url}&error=access_denied"),
            "it has both `code` and `error`",
        ),
        (
            format!("{redirect_url}&state={state}"),
            "`state` comes more than once",
        ),
        (
            format!("{redirect_url}&code=c"),
            "`code` comes more than once",
        ),
    ];
    let mark = stage.mark();
    for (url, why) in table {
        assert_eq!(
            refusal(&stage, state, &url).await,
            invalid("redirect-url", why)
        );
    }
    assert_eq!(stage.timeline_since(mark), Vec::<String>::new());
    connected(stage.callback(DEMO, state, &redirect_url).await);
}
