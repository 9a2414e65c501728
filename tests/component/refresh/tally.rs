use atlassian_simulator::{Fault, On};
use jira_host::types::{LastRefresh, OauthStep, RefreshOutcome, Refreshes, Request};

use crate::clock::{HOUR, hurried, millis};
use crate::stage::{DEMO, Stage};

#[tokio::test]
async fn a_status_tells_how_refreshes_ended_since_the_consent_and_when() {
    let stage = Stage::connected().await;
    let consented = stage.clock.unix_ms();
    let refreshes = || async { stage.status(DEMO).await.refreshes };
    let none = Refreshes {
        rotated: 0,
        recovered: 0,
        last: None,
    };
    assert_eq!(refreshes().await, none);
    let myself = Request::get(DEMO, "/myself");
    assert_eq!(stage.api(&myself).await.unwrap().refresh, None);
    assert_eq!(refreshes().await, none, "a good token is not counted");

    stage.advance(HOUR);
    stage.api(&myself).await.unwrap();
    let rotated = refreshes().await;
    assert_eq!((rotated.rotated, rotated.recovered), (1, 0));
    assert_eq!(
        rotated.last,
        Some(LastRefresh {
            outcome: RefreshOutcome::Rotated,
            at_unix_ms: consented + millis(HOUR),
        })
    );

    stage
        .simulator
        .script(On::token_endpoint(), Fault::CutAfterDoing);
    let step = OauthStep::Refresh(DEMO.to_owned());
    hurried(stage.oauth(step.clone())).await.unwrap();
    let recovered = refreshes().await;
    assert_eq!((recovered.rotated, recovered.recovered), (1, 1));

    stage.simulator.revoke_grants();
    stage.oauth(step).await.unwrap_err();
    let refused = refreshes().await;
    assert_eq!((refused.rotated, refused.recovered), (1, 1));
    let last = refused.last.unwrap().outcome;
    assert_eq!(last, RefreshOutcome::Reauthorize);
}
