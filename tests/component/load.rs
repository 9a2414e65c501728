//! Many calls at once while one answer in twenty goes wrong.

use std::collections::BTreeMap;
use std::sync::Arc;

use atlassian_simulator::{Fault, On, Settings};
use jira_host::types::{Error, Method, Request, Response};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::clock::{HOUR, hurried};
use crate::stage::{DEMO, Stage, json};

/// How many calls there are, in each of two rounds.
const CALLS: usize = 400;

/// How many of them at once.
const AT_ONCE: usize = 64;

/// One answer in so many goes wrong.
const EVERY: u32 = 20;

const COMMENTS: &str = "/rest/api/2/issue/DEMO-1/comment";

/// Everything that can happen to an answer, one after the other.
fn faults() -> impl Iterator<Item = Fault> {
    let faults = [
        Fault::status(429, &[("retry-after", "3")]),
        Fault::status(502, &[]),
        Fault::CutBeforeAnswer,
        Fault::status(503, &[("retry-after", "1")]),
        Fault::CutAfterDoing,
        Fault::status(504, &[]),
        Fault::Raw(b"nonsense\r\n\r\n".to_vec()),
        Fault::CutInBody,
        Fault::status(500, &[]),
        Fault::status(429, &[]),
    ];
    faults.into_iter().cycle()
}

/// Orders that one answer in twenty goes wrong: each fault counts the requests
/// that have met none.
fn spoil(stage: &Stage, calls: usize) {
    let count = u32::try_from(calls).unwrap() / EVERY;
    for (nth, fault) in (0..count).zip(faults()) {
        let on = On::under(None, "/rest").after(nth * (EVERY - 1));
        stage.simulator.script(on, fault);
    }
}

/// Every second call adds a comment of its own.
fn request(nth: usize) -> Request {
    if nth.is_multiple_of(2) {
        return Request::get(DEMO, "/myself");
    }
    Request::post(DEMO, COMMENTS).with_json(serde_json::json!({ "body": text(nth) }))
}

fn text(nth: usize) -> String {
    format!("comment {nth}")
}

type Outcome = Result<Response, Error>;

async fn send_all(stage: &Stage, calls: std::ops::Range<usize>) -> Vec<(usize, Outcome)> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for nth in calls {
        let (tenant, places) = (stage.tenant.clone(), places.clone());
        running.spawn(async move {
            let _place = places.acquire().await.unwrap();
            (nth, tenant.api_request(&request(nth)).await.unwrap())
        });
    }
    hurried(running.join_all()).await
}

/// How often each comment is there.
async fn comments(stage: &Stage) -> BTreeMap<String, usize> {
    let all = Request::get(DEMO, COMMENTS).with_paginate(Default::default());
    let body = json(&stage.api(&all).await.unwrap().body);
    let mut counts = BTreeMap::new();
    for comment in body.as_array().unwrap() {
        let text = comment["body"].as_str().unwrap().to_owned();
        *counts.entry(text).or_default() += 1;
    }
    counts
}

async fn under_load(settings: Settings) {
    let stage = Stage::connected_to(settings).await;
    let mut outcomes = Vec::new();
    for round in 0..2 {
        stage.advance(HOUR);
        stage
            .simulator
            .script(On::token_endpoint(), Fault::CutAfterDoing);
        spoil(&stage, CALLS);
        let calls = round * CALLS..(round + 1) * CALLS;
        outcomes.extend(send_all(&stage, calls).await);
    }
    assert_eq!(outcomes.len(), 2 * CALLS);
    let there = comments(&stage).await;
    let (mut retried, mut failed) = (0, 0);
    for (nth, outcome) in &outcomes {
        let is_post = request(*nth).method == Method::Post;
        let count = there.get(&text(*nth)).copied().unwrap_or(0);
        match outcome {
            Ok(response) => {
                retried += usize::from(response.attempts > 1);
                assert_eq!(count, usize::from(is_post), "{nth}: {response:?}");
            }
            // Of these the caller learns that somebody must look.
            Err(error) if is_post && error.may_have_been_done => {
                failed += 1;
                assert!(count <= 1, "{nth}: it was done twice, {error:?}");
            }
            Err(error) => {
                failed += 1;
                assert!(matches!(error.attempts, 1..), "{nth}: {error:?}");
                assert_eq!(count, 0, "{nth}: it was done, {error:?}");
                let status_500 = error.message.starts_with("Jira answered 500");
                assert!(status_500, "{nth} is lost: {error:?}");
            }
        }
    }
    assert!(
        retried > 0 && failed > 0,
        "{retried} retried, {failed} failed"
    );
    let refreshes = stage.simulator.transcript();
    let refreshes = refreshes
        .iter()
        .filter(|line| line.contains("grant_type=refresh_token"));
    assert_eq!(refreshes.count(), 4, "each was sent again, and no more");
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_is_done_twice_while_one_answer_in_twenty_goes_wrong() {
    under_load(Settings::default()).await;
}

/// Here all calls share a connection, and what cuts it cuts them all.
#[tokio::test]
async fn nothing_is_lost_and_nothing_is_done_twice_on_a_connection_that_all_calls_share() {
    let settings = Settings {
        tls: true,
        ..Settings::default()
    };
    under_load(settings).await;
}
