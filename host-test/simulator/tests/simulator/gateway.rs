use crate::client::{ALL, App, try_send};
use atlassian_simulator::{Decision, Settings};
use serde_json::json;

#[tokio::test]
async fn no_token_and_an_unknown_token_are_unauthorized() {
    let app = App::ready().await;
    let target = format!("{}/rest/api/3/myself", app.site());
    let origin = app.simulator.api_origin();
    for headers in [
        vec![],
        vec![("authorization", "Bearer unheard-of")],
        vec![("authorization", "Basic YTpi")],
    ] {
        let reply = try_send(origin, "GET", &target, &headers, "")
            .await
            .unwrap();
        assert_eq!(reply.status, 401);
        assert_eq!(reply.header("atl-traceid").len(), 32);
        assert_eq!(reply.header("x-ratelimit-limit"), "350");
        assert_eq!(
            reply.json(),
            json!({"code": 401, "message": "Unauthorized"})
        );
    }
}

#[tokio::test]
async fn a_missing_scope_is_a_401_of_its_own() {
    let app = App::with_scope("read:jira-work").await;
    let refused = app.get("/rest/api/3/myself").await;
    assert_eq!(refused.status, 401);
    assert_eq!(
        refused.json(),
        json!({"code": 401, "message": "Unauthorized; scope does not match"})
    );
    assert_eq!(
        refused.header("x-failure-category"),
        "FAILURE_CLIENT_SCOPE_CHECK"
    );
}

#[tokio::test]
async fn a_board_needs_both_of_its_scopes() {
    let one = App::with_scope("read:board-scope:jira-software").await;
    assert_eq!(one.get("/rest/agile/1.0/board").await.status, 401);
    let both = App::ready().await;
    let boards = both.get("/rest/agile/1.0/board").await.json();
    assert_eq!(boards["values"][0]["name"], "DEMO board");
}

#[tokio::test]
async fn a_site_outside_the_grant_is_forbidden_and_no_site_is_not_found() {
    let settings = Settings::two_sites();
    let (first, second) = (&settings.sites[0].cloud_id, &settings.sites[1].cloud_id);
    let mut app = App::with(settings.clone(), ALL).await;
    app.simulator.revoke_grants();
    let url = crate::client::authorize_url(&app.simulator, ALL, "a-state-of-mine");
    let only = Decision::Allow {
        sites: vec![first.clone()],
    };
    let back = app.simulator.consent(&url, only).await.unwrap();
    let tokens = crate::client::exchange(&app.simulator, &crate::client::code(&back)).await;
    app.access = tokens.json()["access_token"].as_str().unwrap().to_owned();

    let refused = app
        .get(&format!("!/ex/jira/{second}/rest/api/3/myself"))
        .await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.json(),
        json!({"code": 403, "message": "The app is not installed on this instance"})
    );
    let path = "/ex/jira/33333333-aaaa-4bbb-8ccc-000000000003/rest/api/3/myself";
    let missing = app.get(&format!("!{path}")).await;
    assert_eq!(missing.status, 404);
    assert_eq!(missing.json()["error"], "Not Found");
    assert_eq!(missing.json()["path"], path);
}

#[tokio::test]
async fn resources_are_a_bare_array_with_the_scopes_of_the_site() {
    let app = App::with(
        Settings::default(),
        "read:me read:jira-work read:servicedesk-request report:personal-data offline_access",
    )
    .await;
    let resources = app.get("!/oauth/token/accessible-resources").await.json();
    let resources = resources.as_array().unwrap();
    assert_eq!(resources.len(), 1);
    assert_eq!(resources[0]["url"], "https://example.atlassian.net");
    assert_eq!(
        resources[0]["scopes"],
        json!(["read:jira-work", "read:servicedesk-request"])
    );
    assert!(resources[0]["avatarUrl"].is_string());
}

#[tokio::test]
async fn confluence_is_a_second_resource_of_the_same_id() {
    let mut settings = Settings::default();
    settings.sites[0].confluence = true;
    let app = App::with(settings, ALL).await;
    let resources = app.get("!/oauth/token/accessible-resources").await.json();
    assert_eq!(resources[0]["id"], resources[1]["id"]);
    assert_eq!(resources[0]["scopes"][0], "read:confluence-content.all");
    assert_eq!(resources[1]["scopes"][0], "read:jira-user");
}

#[tokio::test]
async fn the_profile_needs_its_scope() {
    let app = App::ready().await;
    let me = app.get("!/me").await;
    assert_eq!(
        me.json()["account_id"],
        "712020:7bf10000-0000-4000-8000-00000000000a"
    );
    assert_eq!(me.json()["name"], "Ada Ohm");
    let without = App::with_scope("read:jira-work").await;
    assert_eq!(without.get("!/me").await.status, 403);
}

#[tokio::test]
async fn every_answer_carries_a_trace_id_the_limits_and_the_account() {
    let app = App::ready().await;
    let first = app.get("/rest/api/3/myself").await;
    let second = app.get("/rest/api/3/issue/NONE-1").await;
    assert_ne!(first.header("atl-traceid"), second.header("atl-traceid"));
    for reply in [first, second] {
        assert_eq!(reply.header("atl-traceid").len(), 32);
        assert_eq!(reply.header("x-ratelimit-limit"), "350");
        assert_eq!(reply.header("x-ratelimit-remaining"), "349");
        assert_eq!(
            reply.header("x-aaccountid"),
            "712020%3A7bf10000-0000-4000-8000-00000000000a"
        );
    }
}

#[tokio::test]
async fn what_is_not_simulated_says_so() {
    let app = App::ready().await;
    for path in [
        "/rest/api/3/issueLinkType",
        "/rest/other/1/x",
        "/jsm/assets/v1/x",
    ] {
        let reply = app.get(path).await;
        assert_eq!(reply.status, 501, "{path}");
        assert!(reply.text().contains(path));
    }
    assert_eq!(app.get("!/unheard-of").await.status, 501);
    let auth = try_send(app.simulator.auth_origin(), "GET", "/login", &[], "").await;
    assert_eq!(auth.unwrap().status, 501);
}

#[tokio::test]
async fn a_known_path_with_another_method_names_its_methods() {
    let app = App::ready().await;
    let reply = app.send("PATCH", "/rest/api/3/issue/DEMO-1", &[], "").await;
    assert_eq!(reply.status, 405);
    assert_eq!(reply.header("allow"), "GET, PUT, DELETE");
    let reply = try_send(app.simulator.auth_origin(), "GET", "/oauth/token", &[], "").await;
    assert_eq!(reply.unwrap().status, 405);
}

#[tokio::test]
async fn the_echo_answers_what_arrived_without_the_token() {
    let app = App::ready().await;
    for api in ["/rest/api/3", "/rest/api/2", "/rest/servicedeskapi"] {
        let path = format!("{api}/echo/a%20b/c?x=1&x=2&y=%2B");
        let headers = [("X-Two", "1"), ("X-Two", "2"), ("cookie", "a=b")];
        let echo = app.send("PURGE", &path, &headers, "text").await.json();
        assert_eq!(echo["method"], "PURGE");
        assert_eq!(echo["target"], format!("{}{path}", app.site()));
        assert_eq!(echo["body"], "text");
        let fields = echo["headers"].as_array().unwrap();
        for field in [
            json!(["authorization", "Bearer access#1"]),
            json!(["x-two", "1"]),
            json!(["x-two", "2"]),
            json!(["cookie", "a=b"]),
        ] {
            assert!(fields.contains(&field), "{field} in {echo}");
        }
    }
    let head = app.send("HEAD", "/rest/api/3/echo", &[], "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}
