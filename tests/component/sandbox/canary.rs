use atlassian_simulator::{Fault, On, Settings};
use jira_host::types::{
    Authorize, Callback, Error, OauthOutcome, OauthStep, RedirectMode, Request, Response,
};

use crate::clock::{HOUR, hurried};
use crate::people::allow;
use crate::stage::{DEMO, Stage};

/// Everything that was shown to anybody, as text.
#[derive(Default)]
struct Shown(Vec<String>);

impl Shown {
    fn call(&mut self, request: &Request, outcome: &Result<Response, Error>) {
        self.0.push(format!("{request:?} {outcome:?} {outcome:#?}"));
        if let Err(error) = outcome {
            self.0.push(error.to_string());
        }
    }

    fn step(&mut self, step: &OauthStep, outcome: &Result<OauthOutcome, Error>) {
        self.0.push(format!("{step:?} {outcome:?} {outcome:#?}"));
        if let Err(error) = outcome {
            self.0.push(error.to_string());
        }
    }

    fn stage(&mut self, stage: &Stage, entries: &[(String, jira_host::secrets::Entry)]) {
        let simulator = &stage.simulator;
        self.0.push(format!(
            "{:?} {:?} {simulator:?}",
            stage.tenant,
            simulator.settings()
        ));
        self.0
            .push(format!("{entries:?} {:?}", crate::stage::connector()));
        self.0.extend(simulator.transcript());
        for request in simulator.requests() {
            self.0.push(format!(
                "{request:?} {} {:?}",
                request.target, request.headers
            ));
            self.0
                .push(String::from_utf8_lossy(&request.body).into_owned());
        }
    }
}

async fn step(stage: &Stage, shown: &mut Shown, step: OauthStep) -> Result<OauthOutcome, Error> {
    let outcome = stage.oauth(step.clone()).await;
    shown.step(&step, &outcome);
    outcome
}

async fn call(stage: &Stage, shown: &mut Shown, request: Request) -> Result<Response, Error> {
    let outcome = hurried(stage.api(&request)).await;
    shown.call(&request, &outcome);
    outcome
}

/// A consent that fails and one that works: their states and codes.
async fn consents(stage: &Stage, shown: &mut Shown) -> Vec<String> {
    let mut secrets = Vec::new();
    for fault in [Some(Fault::status(500, &[])), None] {
        let ask = OauthStep::Authorize(Authorize::new(DEMO).with_service_management());
        let OauthOutcome::Consent(consent) = step(stage, shown, ask).await.unwrap() else {
            panic!("it is not a consent");
        };
        let redirect_url = stage.decide(&consent, allow()).await;
        let code = redirect_url.split("code=").nth(1).unwrap();
        secrets.push(code.split('&').next().unwrap().to_owned());
        secrets.push(consent.state.clone());
        if let Some(fault) = fault {
            stage.simulator.script(On::token_endpoint(), fault);
        }
        let callback = Callback {
            connection: DEMO.to_owned(),
            state: consent.state,
            redirect_url,
        };
        let again = OauthStep::Callback(callback.clone());
        step(stage, shown, OauthStep::Callback(callback)).await.ok();
        step(stage, shown, again).await.ok();
    }
    secrets
}

/// Requests that work, and that fail in every way; the signed URL of one.
async fn requests(stage: &Stage, shown: &mut Shown) -> String {
    let read = Request::get(DEMO, "/issue/DEMO-1");
    let issue = crate::stage::json(&call(stage, shown, read).await.unwrap().body);
    let id = issue["fields"]["attachment"][0]["id"].as_str().unwrap();
    let followed = Request::get(DEMO, format!("/attachment/content/{id}"));
    let manual = followed.clone().with_redirect(RedirectMode::Manual);
    let redirect = call(stage, shown, manual).await.unwrap();
    let location = redirect
        .headers
        .into_iter()
        .find(|(name, _)| name == "location");
    let location = location.unwrap().1;
    let token = location.split("token=").nth(1).unwrap();
    let signed = token.split('&').next().unwrap().to_owned();
    call(stage, shown, followed.clone()).await.unwrap();
    stage.script("GET", "/binary", Fault::CutBeforeAnswer);
    call(stage, shown, followed.without_retries())
        .await
        .unwrap_err();
    for fault in [
        Fault::CutInBody,
        Fault::status(500, &[]),
        Fault::Raw(b"no\r\n\r\n".to_vec()),
    ] {
        stage.script("GET", "/myself", fault);
        call(
            stage,
            shown,
            Request::get(DEMO, "/myself").without_retries(),
        )
        .await
        .unwrap_err();
    }
    signed
}

/// Refreshes that work, and that fail.
async fn refreshes(stage: &Stage, shown: &mut Shown) {
    stage.simulator.expire_access_tokens();
    call(stage, shown, Request::get(DEMO, "/myself"))
        .await
        .unwrap();
    stage.advance(HOUR);
    for (fault, times) in [
        (Fault::CutAfterDoing, 3),
        (Fault::json(400, "{\"error\":\"x\"}"), 1),
        (Fault::json(200, "[]"), 3),
    ] {
        for _ in 0..times {
            stage.simulator.script(On::token_endpoint(), fault.clone());
        }
        call(stage, shown, Request::get(DEMO, "/myself"))
            .await
            .unwrap_err();
    }
    step(stage, shown, OauthStep::Refresh(DEMO.to_owned()))
        .await
        .unwrap();
    step(stage, shown, OauthStep::Status(None)).await.unwrap();
    stage.simulator.revoke_grants();
    call(stage, shown, Request::get(DEMO, "/myself"))
        .await
        .unwrap_err();
}

#[tokio::test]
async fn no_secret_is_in_anything_that_is_shown() {
    let stage = Stage::set(Settings::default()).await;
    let mut shown = Shown::default();
    let mut secrets = consents(&stage, &mut shown).await;
    secrets.push(requests(&stage, &mut shown).await);
    refreshes(&stage, &mut shown).await;
    shown.stage(&stage, &stage.store.entries().await);
    step(&stage, &mut shown, OauthStep::Disconnect(DEMO.to_owned()))
        .await
        .unwrap();

    let tokens = stage
        .store
        .texts()
        .into_iter()
        .filter(|text| text.len() >= 700);
    secrets.extend(tokens);
    secrets.push(stage.simulator.settings().client_secret.clone());
    secrets.sort_unstable();
    secrets.dedup();
    // Two codes, two states, a signed URL, four pairs of tokens, the client secret.
    assert_eq!(secrets.len(), 2 + 2 + 1 + 8 + 1);
    for text in &shown.0 {
        for secret in &secrets {
            assert!(
                !text.contains(secret.as_str()),
                "{} characters: {text}",
                secret.len()
            );
        }
    }
    assert!(shown.0.len() > 40, "{}", shown.0.len());
}
