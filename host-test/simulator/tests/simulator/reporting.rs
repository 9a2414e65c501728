use crate::client::{ALL, App, Reply, refresh, try_send};
use atlassian_simulator::{Reported, Reporting, Settings};
use serde_json::{Value, json};
use std::time::Duration;

const REPORT: &str = "!/app/report-accounts/";
const THEN: &str = "2017-05-27T16:22:09.000Z";
const THEN_MS: i64 = 1_495_902_129_000;
const ACTIVE: &str = "5be24ad8b1653240376955d2";
const CLOSED: &str = "5be24ba3f91c106033269289";

fn body(accounts: &[(&str, &str)]) -> Value {
    let accounts = accounts.iter();
    let accounts: Vec<Value> = accounts
        .map(|(id, at)| json!({"accountId": id, "updatedAt": at}))
        .collect();
    json!({ "accounts": accounts })
}

async fn report(app: &App, ids: &[&str]) -> Reply {
    let accounts: Vec<_> = ids.iter().map(|id| (*id, THEN)).collect();
    app.post(REPORT, body(&accounts)).await
}

async fn with(reporting: Reporting) -> App {
    let settings = Settings {
        reporting,
        ..Settings::default()
    };
    App::with(settings, ALL).await
}

#[tokio::test]
async fn nothing_to_do_is_said_without_a_body() {
    let app = App::ready().await;
    let reply = report(
        &app,
        &[ACTIVE, "712020:7bf10000-0000-4000-8000-00000000000b"],
    )
    .await;
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    assert!(reply.headers.get("content-type").is_none());
    assert!(reply.headers.get("cycle-period").is_none());
    assert_eq!(
        reply.header("x-aaccountid"),
        "712020%3A7bf10000-0000-4000-8000-00000000000a"
    );
    let line = app.simulator.transcript().pop().unwrap();
    let expected = "api POST /app/report-accounts/ access#1 -> 204 2 reported, 0 closed, 0 updated";
    assert_eq!(line, expected);
}

#[tokio::test]
async fn what_is_closed_or_has_changed_since_is_named_and_nothing_else() {
    let app = App::ready().await;
    app.simulator.close_account("12");
    app.simulator.change_profile("123", THEN_MS + 1);
    app.simulator.change_profile("1234", THEN_MS);
    let reply = report(&app, &["1", "12", "123", "1234", CLOSED, ACTIVE]).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.json(),
        json!({"accounts": [
            {"accountId": "12", "status": "closed"},
            {"accountId": "123", "status": "updated"},
            {"accountId": CLOSED, "status": "closed"},
        ]})
    );
    let fresh = body(&[("123", "2017-05-27T18:22:09.001+02:00")]);
    assert_eq!(app.post(REPORT, fresh).await.status, 204);
}

#[tokio::test]
async fn a_report_that_is_not_as_documented_is_refused() {
    let app = App::ready().await;
    let ids: Vec<String> = (0..91).map(|n| format!("id-{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(report(&app, &ids[..90]).await.status, 204);
    let too_long = "a".repeat(129);
    for refused in [
        report(&app, &ids).await,
        report(&app, &[]).await,
        report(&app, &["a", "a"]).await,
        report(&app, &["unknown"]).await,
        report(&app, &[""]).await,
        report(&app, &[too_long.as_str()]).await,
        report(&app, &["712020%3Aabc"]).await,
        app.post(REPORT, body(&[("a", "2019-06-01T12:42:30.000+0000")]))
            .await,
        app.post(REPORT, body(&[("a", "yesterday")])).await,
        app.post(REPORT, json!({"accountIds": ["a"]})).await,
        app.post(REPORT, json!({"accounts": [{"accountId": "a"}]}))
            .await,
        app.send("POST", REPORT, &[], "{}").await,
    ] {
        assert_eq!(refused.status, 400, "{}", refused.text());
        assert!(refused.json()["errorType"].is_string());
        assert!(refused.json()["errorMessage"].is_string());
    }
    assert!(app.simulator.reported("a").is_none());
}

#[tokio::test]
async fn the_address_the_method_and_the_scope_must_be_right() {
    let app = App::ready().await;
    let no_slash = app
        .post("!/app/report-accounts", body(&[("a", THEN)]))
        .await;
    assert_eq!(no_slash.status, 501);
    let of_a_site = app
        .post("/app/report-accounts/", body(&[("a", THEN)]))
        .await;
    assert_eq!(of_a_site.status, 501);
    let read = app.get(REPORT).await;
    assert_eq!((read.status, read.header("allow")), (405, "POST"));
    let app = App::with_scope("read:me").await;
    assert_eq!(report(&app, &["a"]).await.status, 403);
    app.simulator.expire_access_tokens();
    assert_eq!(report(&app, &["a"]).await.status, 401);
}

#[tokio::test]
async fn an_account_is_not_reported_too_often_within_its_cycle() {
    let app = with(Reporting {
        reports_per_cycle: 1,
        cycle: Duration::from_secs(3000),
        ..Reporting::default()
    })
    .await;
    assert_eq!(report(&app, &["a"]).await.status, 204);
    app.simulator.advance(Duration::from_secs(1000));
    let refused = report(&app, &["a", "b"]).await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (429, "2000")
    );
    assert_eq!(report(&app, &["b"]).await.status, 204);
    app.simulator.advance(Duration::from_secs(2000));
    assert_eq!(report(&app, &["a"]).await.status, 204);
    let reported = Reported {
        times: 2,
        updated_at_unix_ms: THEN_MS,
    };
    assert_eq!(app.simulator.reported("a"), Some(reported));
    assert_eq!(app.simulator.all_reported()["b"].times, 1);
    assert!(app.simulator.reported("c").is_none());
}

#[tokio::test]
async fn the_cycle_is_said_in_any_form() {
    let app = with(Reporting {
        cycle_period: Some("604800".to_owned()),
        ..Reporting::default()
    })
    .await;
    assert_eq!(report(&app, &["a"]).await.header("cycle-period"), "604800");
    app.simulator.say_cycle_period("7 Days");
    assert_eq!(
        report(&app, &[CLOSED]).await.header("cycle-period"),
        "7 Days"
    );
}

#[tokio::test]
async fn a_person_whose_account_is_closed_renews_nothing() {
    let app = App::ready().await;
    let id = app.simulator.settings().accounts[0].account_id.clone();
    app.simulator.close_account(&id);
    let reply = report(&app, &[&id]).await.json();
    assert_eq!(reply["accounts"][0]["status"], "closed");
    assert_eq!(refresh(&app.simulator, &app.refresh).await.status, 403);
}

#[tokio::test]
async fn faults_are_met_in_the_words_of_the_api() {
    let app = App::ready().await;
    let order = |words: &str| app.simulator.order(words.parse().unwrap());
    order("POST /app/report-accounts status=503 retry-after=5");
    let reply = report(&app, &["a"]).await;
    assert_eq!((reply.status, reply.header("retry-after")), (503, "5"));
    assert_eq!(reply.json()["errorType"], "SERVICE_UNAVAILABLE");
    assert!(app.simulator.reported("a").is_none());
    order("POST /app/report-accounts cut=after");
    let bearer = format!("Bearer {}", app.access);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let sent = body(&[("a", THEN)]).to_string();
    let origin = app.simulator.api_origin();
    let cut = try_send(origin, "POST", "/app/report-accounts/", &headers, sent).await;
    assert!(cut.is_err());
    assert_eq!(app.simulator.reported("a").unwrap().times, 1);
}

#[tokio::test]
async fn the_header_of_the_account_can_be_plain() {
    let settings = Settings {
        plain_account_header: true,
        ..Settings::default()
    };
    let app = App::with(settings, ALL).await;
    let me = app.get("!/me").await;
    assert_eq!(me.header("x-aaccountid"), me.json()["account_id"]);
}

#[tokio::test]
async fn accounts_are_moved_and_looked_at_from_outside() {
    let app = App::ready().await;
    let auth = app.simulator.auth_origin();
    let control = async |method: &str, path: &str, body: Value| {
        let target = format!("/_simulator{path}");
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        try_send(auth, method, &target, &[], body).await.unwrap()
    };
    for change in [
        json!({"account_id": "712020:a", "closed": true}),
        json!({"account_id": "b", "changed_at_unix_ms": THEN_MS + 1}),
    ] {
        assert_eq!(control("POST", "/accounts", change).await.status, 204);
    }
    let said = control("POST", "/cycle-period", json!({"text": "P7D"})).await;
    assert_eq!(said.status, 204);
    let reply = report(&app, &["712020:a", "b"]).await;
    assert_eq!(reply.header("cycle-period"), "P7D");
    assert_eq!(reply.json()["accounts"].as_array().unwrap().len(), 2);
    assert_eq!(
        control("GET", "/accounts", Value::Null).await.json(),
        json!({
            "closed": ["712020:a"],
            "changed": {"b": THEN_MS + 1},
            "reported": {"accounts": 2, "reports": 2, "most_times": 1},
        })
    );
    let one = control("GET", "/accounts/712020%3Aa", Value::Null).await;
    assert_eq!(
        one.json(),
        json!({"times": 1, "updated_at_unix_ms": THEN_MS})
    );
    assert_eq!(control("GET", "/accounts/c", Value::Null).await.status, 404);
    assert_eq!(
        control("POST", "/accounts", json!({"id": "c"}))
            .await
            .status,
        400
    );
    assert_eq!(
        control("POST", "/cycle-period", json!({"text": 7}))
            .await
            .status,
        400
    );
}
