//! What people do: consent, come back, and choose.

use atlassian_simulator::Decision;
use jira_host::types::{
    Authorize, Callback, ChooseSite, Connected, ConnectionStatus, Consent, Error, OauthOutcome,
    OauthStep,
};

use crate::stage::Stage;

/// Who consents where a test names nobody.
pub const ADA: &str = "712020:7bf10000-0000-4000-8000-00000000000a";

/// The other person.
pub const BJORN: &str = "712020:7bf10000-0000-4000-8000-00000000000b";

/// The first account, with all of its sites.
pub fn allow() -> Decision {
    Decision::Allow { sites: Vec::new() }
}

impl Stage {
    pub async fn authorize(&self, ask: Authorize) -> Consent {
        match self.oauth(OauthStep::Authorize(ask)).await.unwrap() {
            OauthOutcome::Consent(consent) => consent,
            other => panic!("{other:?}"),
        }
    }

    /// Where the browser is sent after the decision.
    pub async fn decide(&self, consent: &Consent, decision: Decision) -> String {
        self.simulator
            .consent(&consent.url, decision)
            .await
            .unwrap()
    }

    pub async fn callback(
        &self,
        connection: &str,
        state: &str,
        redirect_url: &str,
    ) -> Result<OauthOutcome, Error> {
        let callback = Callback {
            connection: connection.to_owned(),
            state: state.to_owned(),
            redirect_url: redirect_url.to_owned(),
        };
        self.oauth(OauthStep::Callback(callback)).await
    }

    /// A consent that a person has allowed, and where the browser was sent.
    pub async fn allowed(&self, ask: Authorize) -> (Consent, String) {
        let consent = self.authorize(ask).await;
        let redirect_url = self.decide(&consent, allow()).await;
        (consent, redirect_url)
    }

    /// A consent from its beginning to what `callback` answers.
    pub async fn consent(&self, ask: Authorize, decision: Decision) -> Result<OauthOutcome, Error> {
        let connection = ask.connection.clone();
        let consent = self.authorize(ask).await;
        let redirect_url = self.decide(&consent, decision).await;
        self.callback(&connection, &consent.state, &redirect_url)
            .await
    }

    /// A consent of the first account that must end in a working connection.
    pub async fn connect(&self, ask: Authorize) -> Connected {
        connected(self.consent(ask, allow()).await)
    }

    pub async fn choose(
        &self,
        connection: &str,
        site: Option<&str>,
    ) -> Result<OauthOutcome, Error> {
        let choice = ChooseSite {
            connection: connection.to_owned(),
            site: site.map(str::to_owned),
        };
        self.oauth(OauthStep::ChooseSite(choice)).await
    }

    pub async fn statuses(&self, connection: Option<&str>) -> Vec<ConnectionStatus> {
        let step = OauthStep::Status(connection.map(str::to_owned));
        match self.oauth(step).await.unwrap() {
            OauthOutcome::Status(statuses) => statuses,
            other => panic!("{other:?}"),
        }
    }

    pub async fn status(&self, connection: &str) -> ConnectionStatus {
        self.statuses(Some(connection)).await.remove(0)
    }
}

#[track_caller]
pub fn connected(outcome: Result<OauthOutcome, Error>) -> Connected {
    match outcome.unwrap() {
        OauthOutcome::Connected(connected) => connected,
        other => panic!("{other:?}"),
    }
}

/// The URLs of the sites to choose from.
#[track_caller]
pub fn site_urls(outcome: Result<OauthOutcome, Error>) -> Vec<String> {
    match outcome.unwrap() {
        OauthOutcome::Sites(sites) => sites.into_iter().map(|site| site.url).collect(),
        other => panic!("{other:?}"),
    }
}
