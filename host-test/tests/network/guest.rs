//! What the component makes of a network that does not let it out.

use std::sync::Arc;

use atlassian_simulator::CANARY;
use jira_host::network::{Network, NetworkPolicy};
use jira_host::secrets::MemoryStore;
use jira_host::types::{
    Action, Authorize, Callback, ErrorKind, OauthOutcome, OauthStep, TransportError,
};
use jira_host::{Connector, Tenant};
use serde_json::json;

use crate::authority::Authority;
use crate::resolver::Answers;
use crate::support;
use crate::tls_server::TlsServer;

/// A tenant whose Atlassian is at this origin.
fn tenant(origin: &str, network: &Network) -> Tenant {
    let app = json!({
        "client_id": "id",
        "client_secret": CANARY,
        "redirect_uri": "https://a.example/",
        "auth_origin": origin,
        "api_origin": origin,
    });
    let store = MemoryStore::new();
    store.insert("app", app.to_string()).unwrap();
    let connector = Connector::load(support::component()).unwrap();
    connector.tenant(Arc::new(store), network.clone())
}

/// Exchanges a code, which is the first thing that is ever sent, and answers
/// how that fails.
async fn failure(tenant: &Tenant) -> (TransportError, Action) {
    let ask = OauthStep::Authorize(Authorize::new("demo"));
    let asked = tenant.oauth_exchange(&ask).await.unwrap().unwrap();
    let OauthOutcome::Consent(consent) = asked else {
        panic!("{asked:?}");
    };
    let callback = OauthStep::Callback(Callback {
        connection: "demo".to_owned(),
        redirect_url: format!("https://a.example/?code=c&state={}", consent.state),
        state: consent.state,
    });
    let error = tenant.oauth_exchange(&callback).await.unwrap().unwrap_err();
    match error.kind {
        ErrorKind::Transport(transport) => (transport, error.action),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_an_error_of_tls() {
    let authority = Authority::new();
    let server = TlsServer::with(authority.server("localhost", &[])).await;
    let origin = server.origin("localhost");
    let network = Network::allowing([&origin]).unwrap();
    let (failure, _) = failure(&tenant(&origin, &network)).await;
    assert_eq!(
        failure,
        TransportError::TlsFailed("the certificate is not valid".to_owned())
    );
    assert_eq!(server.handshakes(), []);
}

#[tokio::test]
async fn an_address_that_is_not_public_is_an_error_for_the_operator() {
    let origin = "https://auth.atlassian.com";
    let network = NetworkPolicy::none()
        .allow_origin(origin)
        .with_resolver(Answers::with(&["169.254.169.254"]))
        .build()
        .unwrap();
    let (failure, action) = failure(&tenant(origin, &network)).await;
    assert_eq!(
        (failure, action),
        (
            TransportError::Denied("the address is prohibited".to_owned()),
            Action::FixConfiguration
        )
    );
    assert_eq!(
        network.last_denial().unwrap().to_string(),
        "denied `https://auth.atlassian.com`: its address is metadata, which is not allowed"
    );
}
