use crate::client::{App, refresh, token, try_send};
use atlassian_simulator::{Fault, On};
use serde_json::json;

#[tokio::test]
async fn the_transcript_is_one_line_a_request() {
    let app = App::ready().await;
    let site = app.site();
    app.get("/rest/api/3/issue/DEMO-1?fields=summary").await;
    refresh(&app.simulator, &app.refresh).await;
    refresh(&app.simulator, "never issued").await;
    token(&app.simulator, json!({"grant_type": "password"})).await;
    app.simulator.script(On::any(), Fault::status(503, &[]));
    app.get("/rest/api/3/myself").await;
    let attachment = app
        .get("/rest/api/3/issue/DEMO-1?fields=attachment")
        .await
        .json();
    let id = attachment["fields"]["attachment"][0]["id"]
        .as_str()
        .unwrap();
    let download = app
        .get(&format!("/rest/api/3/attachment/content/{id}"))
        .await;
    let target = download
        .header("location")
        .strip_prefix(app.simulator.media_origin());
    let media = app.simulator.media_origin();
    try_send(media, "GET", target.unwrap(), &[], "")
        .await
        .unwrap();
    assert_eq!(
        app.simulator.transcript(),
        [
            "auth GET /authorize -> 200".to_owned(),
            "auth POST /authorize -> 302 code#1".to_owned(),
            "auth POST /oauth/token grant_type=authorization_code code#1 \
             -> 200 access#1 refresh#1"
                .to_owned(),
            format!("api GET {site}/rest/api/3/issue/DEMO-1?fields=summary access#1 -> 200"),
            "auth POST /oauth/token grant_type=refresh_token refresh#1 -> 200 access#2 refresh#2"
                .to_owned(),
            "auth POST /oauth/token grant_type=refresh_token unknown -> 403 invalid_grant"
                .to_owned(),
            "auth POST /oauth/token grant_type=unsupported -> 401 access_denied".to_owned(),
            format!("api GET {site}/rest/api/3/myself access#1 -> 503 (scripted)"),
            format!("api GET {site}/rest/api/3/issue/DEMO-1?fields=attachment access#1 -> 200"),
            format!("api GET {site}/rest/api/3/attachment/content/{id} access#1 -> 303"),
            "media GET /file/f17e0000-0000-4000-8000-000000000001/binary -> 200".to_owned(),
        ]
    );
}

#[tokio::test]
async fn no_secret_is_in_what_is_kept_or_printed() {
    let app = App::ready().await;
    let access = app.access.clone();
    let path = format!("/rest/api/3/echo/{access}?token={access}");
    let headers = [("x-copy", access.as_str()), ("cookie", access.as_str())];
    let echo = app.send("POST", &path, &headers, access.clone()).await;
    let refreshed = refresh(&app.simulator, &app.refresh).await.json();
    let form = format!("refresh_token={}&client_secret=x", app.refresh);
    let origin = app.simulator.auth_origin();
    try_send(origin, "POST", "/oauth/token", &[], form)
        .await
        .unwrap();
    app.simulator.script(On::any(), Fault::json(200, &access));

    let secret = app.simulator.settings().client_secret.clone();
    let mut kept = app.simulator.transcript().join("\n");
    for request in app.simulator.requests() {
        kept += &format!("{request:?}\n{} {:?}\n", request.target, request.headers);
        kept += &String::from_utf8_lossy(&request.body);
    }
    let settings = app.simulator.settings();
    kept += &format!(
        "{:?} {settings:?} {:?}",
        app.simulator,
        app.simulator.unmet_faults()
    );
    for secret in [
        access.as_str(),
        &app.refresh,
        refreshed["access_token"].as_str().unwrap(),
        refreshed["refresh_token"].as_str().unwrap(),
        &secret,
        "state-0123456789",
    ] {
        assert!(!kept.contains(secret), "{kept}");
    }
    assert!(!echo.json()["headers"].to_string().contains(&access));
    assert!(kept.contains("state=state#1"));
    assert!(kept.contains(r#""refresh_token":"refresh#1""#));
    assert!(kept.contains(r#""client_secret":"client-secret""#));
    assert!(kept.contains("Bearer access#1"));
}

#[tokio::test]
async fn a_recorded_request_shows_how_it_was_sent_and_answered() {
    let app = App::ready().await;
    app.send("POST", "/rest/api/3/echo?a=b", &[("x-a", "1")], "body")
        .await;
    let recorded = app.simulator.requests().pop().unwrap();
    assert_eq!(recorded.method, "POST");
    assert_eq!(recorded.origin.as_str(), "api");
    assert_eq!(
        recorded.target,
        format!("{}/rest/api/3/echo?a=b", app.site())
    );
    assert_eq!(recorded.header("X-A"), Some("1"));
    assert_eq!(recorded.header("Authorization"), Some("Bearer access#1"));
    assert_eq!(recorded.body, b"body");
    assert_eq!((recorded.status, recorded.violation), (Some(200), None));
}
