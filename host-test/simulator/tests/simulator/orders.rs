use crate::client::{App, try_send};
use atlassian_simulator::{Order, Settings, Simulator};
use http::StatusCode;
use std::time::{Duration, SystemTime};

const ISSUE: &str = "/rest/api/3/issue/DEMO-1";

fn order(app: &App, words: &str) {
    app.simulator.order(words.parse().unwrap());
}

#[tokio::test]
async fn an_ordered_status_is_met_as_often_as_ordered_and_in_the_words_of_the_api() {
    let app = App::ready().await;
    order(&app, "GET /issue status=503 times=2");
    assert_eq!(
        app.simulator.unmet_faults(),
        ["GET /issue: Refuse(503), 2 times"]
    );
    for _ in 0..2 {
        let reply = app.get(ISSUE).await;
        assert_eq!(reply.status, 503);
        assert_eq!(reply.json()["errorMessages"][0], "Service Unavailable");
        assert_eq!(reply.header("atl-traceid").len(), 32);
        assert_eq!(app.get("/rest/api/3/issuetype").await.status, 501);
    }
    assert_eq!(app.get(ISSUE).await.status, 200);

    order(&app, "* /servicedeskapi status=500");
    let desk = app.get("/rest/servicedeskapi/request").await;
    assert_eq!(desk.json()["errorMessage"], "Internal Server Error");
    order(&app, "status=429 GET /me");
    let gateway = app.get("!/me").await;
    assert_eq!(gateway.json()["code"], 429);
    assert_eq!(gateway.header("x-ratelimit-remaining"), "0");
    order(&app, "POST /oauth/token status=503");
    let token = crate::client::refresh(&app.simulator, &app.refresh).await;
    assert_eq!(
        (token.status, &token.json()["error"]),
        (503, &"temporarily_unavailable".into())
    );
    assert_eq!(app.simulator.unmet_faults(), Vec::<String>::new());
}

#[tokio::test]
async fn a_fault_for_always_is_met_always_and_never_unmet() {
    let app = App::ready().await;
    order(&app, "GET * status=502 times=always");
    for _ in 0..3 {
        assert_eq!(app.get(ISSUE).await.status, 502);
    }
    assert_eq!(app.simulator.unmet_faults(), Vec::<String>::new());
}

#[tokio::test]
async fn when_to_come_again_is_told_in_every_form() {
    let app = App::ready().await;
    let before = SystemTime::now();
    order(&app, "GET /issue retry-after=5");
    let reply = app.get(ISSUE).await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, "5"));

    order(&app, "GET /issue status=503 retry-after=date:3600");
    let reply = app.get(ISSUE).await;
    assert_eq!(reply.status, 503);
    let date = httpdate::parse_http_date(reply.header("retry-after")).unwrap();
    let ahead = date.duration_since(before).unwrap();
    assert!(ahead > Duration::from_secs(3590), "{ahead:?}");

    order(&app, "GET /issue reset=epoch:60 retry-after=1");
    let reply = app.get(ISSUE).await;
    assert_eq!(reply.header("retry-after"), "1");
    let reset: u64 = reply.header("x-ratelimit-reset").parse().unwrap();
    let now = before.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    assert!(reset >= now.as_secs() + 60);

    for (form, length) in [("60", 17), ("minute", 17), ("second:60", 20)] {
        order(&app, &format!("GET /issue reset={form}"));
        let reply = app.get(ISSUE).await;
        let reset = reply.header("x-ratelimit-reset");
        assert_eq!(reset.len(), length, "{reset}");
        assert!(reset.ends_with('Z'), "{reset}");
    }
}

#[tokio::test]
async fn broken_json_is_sent_after_the_request_was_carried_out() {
    let app = App::ready().await;
    order(&app, "POST /comment broken-json");
    let path = "/rest/api/2/issue/DEMO-5/comment";
    let reply = app.post(path, serde_json::json!({"body": "once"})).await;
    assert_eq!(reply.status, 201);
    assert!(serde_json::from_slice::<serde_json::Value>(&reply.body).is_err());
    assert_eq!(app.get(path).await.json()["total"], 1);
    order(&app, "DELETE /issue broken-json");
    let path = "/rest/api/3/issue/DEMO-4";
    assert_eq!(app.send("DELETE", path, &[], "").await.status, 204);
}

#[tokio::test]
async fn cuts_are_ordered_by_where_they_come() {
    let app = App::ready().await;
    let bearer = format!("Bearer {}", app.access);
    let headers = [("authorization", bearer.as_str())];
    let target = format!("{}{ISSUE}", app.site());
    for (words, told) in [
        ("cut", "-> cut before answer"),
        ("cut=after", "-> 200 (cut after doing)"),
        ("cut=body", "-> 200 (cut in body)"),
    ] {
        order(&app, &format!("GET /issue {words}"));
        let reply = try_send(app.simulator.api_origin(), "GET", &target, &headers, "").await;
        assert!(reply.is_err());
        let line = app.simulator.transcript().pop().unwrap();
        assert!(line.ends_with(told), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_delay_and_the_latency_are_waited_for() {
    let mut settings = Settings::default();
    settings.latency.fixed = Duration::from_secs(2);
    let simulator = Simulator::start(settings).await.unwrap();
    let ask = async || {
        let began = tokio::time::Instant::now();
        let reply = try_send(simulator.api_origin(), "GET", "/me", &[], "").await;
        (reply.unwrap().status, began.elapsed().as_secs())
    };
    assert_eq!(ask().await, (401, 2));
    simulator.order("GET /me delay=60000 status=502".parse().unwrap());
    assert_eq!(ask().await, (502, 62));
    simulator.order("GET /me delay=1000".parse().unwrap());
    assert_eq!(ask().await, (401, 3));
}

#[test]
fn an_order_that_makes_no_sense_is_refused_with_a_reason() {
    let refused = |words: &str| words.parse::<Order>().unwrap_err().to_string();
    assert_eq!(refused("GET /issue"), "nothing happens in it");
    assert_eq!(
        refused("GET /issue status=99"),
        "99 is not the status of an answer"
    );
    assert_eq!(
        refused("GET /issue cut stall"),
        "only one of `status`, `cut`, `broken-json`, `ignore-range`, `stall` and `near-limit` \
         can happen"
    );
    assert_eq!(
        refused("GET /issue status=500 status=501"),
        "`status` is there twice"
    );
    assert_eq!(
        refused("GET /issue retry-after=week:5"),
        "`retry-after` has no form `week`"
    );
    assert_eq!(
        refused("GET /issue stall times=-1"),
        "`times` is not a number that can be"
    );
    assert!(refused("GET /issue explode").contains("unknown field `explode`"));
    assert!(refused("GET /issue explode").contains("`retry-after`"));
    assert!(refused("GET /issue cut=sideways").contains("unknown variant `sideways`"));
    let json = br#"{"method": "GET", "fault": {"status": 503}, "colour": "red"}"#;
    let unknown = Order::from_json(json).unwrap_err().to_string();
    assert!(unknown.contains("unknown field `colour`"));
}

#[test]
fn an_order_is_the_same_in_words_and_in_json() {
    let status = StatusCode::TOO_MANY_REQUESTS.as_u16();
    let words = format!("GET /issue status={status} retry-after=date delay=10");
    let json = format!(
        r#"{{"method": "get", "path": "/issue",
             "fault": {{"status": {status}, "retry_after": "date", "delay": 10}}}}"#
    );
    let read: Order = words.parse().unwrap();
    let same = Order::from_json(json.as_bytes()).unwrap();
    assert_eq!(format!("{read:?}"), format!("{same:?}"));
    assert_eq!(
        read.to_string(),
        "GET /issue: delay 10ms, Refuse(429, [RetryAfterDate(5)])"
    );
}
