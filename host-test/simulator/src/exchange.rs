//! One request and its answer: record, fault, act.

use crate::answer::{Answer, Content};
use crate::body::{AnswerBody, Closed, Interruption};
use crate::request::{Head, Request};
use crate::secrets::mixed;
use crate::transcript::Ticket;
use crate::wire::Tap;
use crate::world::{Shared, World};
use crate::{Fault, Origin, auth, gateway, media, strict};
use bytes::Bytes;
use http::Response;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use std::sync::Arc;

/// The longest body of a request that is read. It is held in memory and kept
/// in the transcript.
const LONGEST_REQUEST: usize = 64 * 1024 * 1024;

/// What the gateway says of its limit. Nothing is ever refused for it but by a
/// scripted answer, so it does not move.
const RATE_LIMIT: &str = "350";
const RATE_REMAINING: &str = "349";

/// Answers a request, or gives the connection up.
pub(crate) async fn answer(
    shared: Arc<Shared>,
    origin: Origin,
    tap: Tap,
    incoming: http::Request<Incoming>,
) -> Result<Response<AnswerBody>, Closed> {
    let request = receive(origin, &tap, incoming).await?;
    let authority = shared.origins.authority(origin);
    let violation = strict::violation(&request, authority);
    let (ticket, fault) = arrive(&shared, &request, violation.clone());
    let fault = match fault {
        Some(Fault::Hold(gate)) => {
            gate.pass().await;
            None
        }
        other => other,
    };
    let carry_out = || act(&shared, &mut shared.world(), &request, violation.as_deref());
    match fault {
        None | Some(Fault::Hold(_)) => {
            let answer = carry_out();
            Ok(send(&shared, ticket, answer, AnswerBody::whole))
        }
        Some(Fault::Answer {
            status,
            headers,
            body,
        }) => {
            let answer = Answer::scripted(status, headers, body).noting("(scripted)");
            Ok(send(&shared, ticket, answer, AnswerBody::whole))
        }
        Some(Fault::Raw(bytes)) => {
            note(&shared, ticket, vec!["raw".to_owned()]);
            tap.say_instead(bytes);
            Ok(Response::new(AnswerBody::whole(Answer::empty(200).content)))
        }
        Some(Fault::CutBeforeAnswer) => {
            note(&shared, ticket, vec!["cut before answer".to_owned()]);
            Err(Closed)
        }
        Some(Fault::CutAfterDoing) => {
            cut_after(&shared, ticket, carry_out());
            Err(Closed)
        }
        Some(Fault::CutInBody) => half(&shared, ticket, carry_out(), Interruption::Close),
        Some(Fault::StallInBody) => half(&shared, ticket, carry_out(), Interruption::Stall),
        Some(Fault::Stall) => {
            note(&shared, ticket, vec!["stalled".to_owned()]);
            std::future::pending().await
        }
    }
}

/// Reads the whole request.
async fn receive(
    origin: Origin,
    tap: &Tap,
    incoming: http::Request<Incoming>,
) -> Result<Request, Closed> {
    let head = tap.head();
    let (parts, body) = incoming.into_parts();
    let body = Limited::new(body, LONGEST_REQUEST).collect().await;
    let body: Bytes = body.map_err(|_| Closed)?.to_bytes();
    tap.listen();
    let pipelined = head.is_none();
    let head = head.unwrap_or_else(|| Head::of(&parts));
    Ok(Request {
        origin,
        method: head.method,
        target: head.target,
        fields: head.fields,
        body,
        pipelined,
    })
}

fn arrive(
    shared: &Shared,
    request: &Request,
    violation: Option<String>,
) -> (Ticket, Option<Fault>) {
    let world = &mut *shared.world();
    let fault = world.script.take(request);
    let ticket = world.transcript.arrive(request, violation, &world.secrets);
    (ticket, fault)
}

fn refuse(origin: Origin, violation: &str) -> Answer {
    let answer = match origin {
        Origin::Media => media::refused(violation),
        Origin::Auth => Answer::oauth(400, "invalid_request", violation),
        Origin::Api => Answer::gateway(400, violation),
    };
    answer.noting(&format!("violation: {violation}"))
}

/// Carries a request out, unless no client should have sent it.
fn act(shared: &Shared, world: &mut World, request: &Request, violation: Option<&str>) -> Answer {
    let answer = match (violation, request.origin) {
        (Some(violation), origin) => refuse(origin, violation),
        (None, Origin::Auth) => auth::answer(shared, world, request),
        (None, Origin::Api) => gateway::answer(shared, world, request),
        (None, Origin::Media) => world.downloads.answer(request, world.now),
    };
    marked(world, request.origin, answer)
}

/// With what Atlassian's edge adds to every answer. The trace ids are the same
/// in every run.
fn marked(world: &mut World, origin: Origin, answer: Answer) -> Answer {
    world.traces += 1;
    let (high, low) = (mixed(("high", world.traces)), mixed(("low", world.traces)));
    let answer = answer
        .with("atl-traceid", &format!("{high:016x}{low:016x}"))
        .with("server", "AtlassianEdge");
    match origin {
        Origin::Api => answer
            .with("x-ratelimit-limit", RATE_LIMIT)
            .with("x-ratelimit-remaining", RATE_REMAINING),
        Origin::Auth | Origin::Media => answer,
    }
}

fn send(
    shared: &Shared,
    ticket: Ticket,
    answer: Answer,
    body: impl FnOnce(Content) -> AnswerBody,
) -> Response<AnswerBody> {
    let world = &mut *shared.world();
    world
        .transcript
        .answer(ticket, Some(answer.status), &answer.notes);
    answer.response(body)
}

/// Sends the head and half of the body, or nothing where there is no half.
fn half(
    shared: &Shared,
    ticket: Ticket,
    answer: Answer,
    interruption: Interruption,
) -> Result<Response<AnswerBody>, Closed> {
    if answer.length() < 2 {
        cut_after(shared, ticket, answer);
        return Err(Closed);
    }
    let answer = answer.noting(match interruption {
        Interruption::Close => "(cut in body)",
        Interruption::Stall => "(stalled in body)",
    });
    let body = |content| AnswerBody::half(content, interruption);
    Ok(send(shared, ticket, answer, body))
}

/// Records what the request came to, which its sender will not learn.
fn cut_after(shared: &Shared, ticket: Ticket, answer: Answer) {
    let mut words = vec![answer.status.to_string()];
    words.extend(answer.notes);
    words.push("(cut after doing)".to_owned());
    note(shared, ticket, words);
}

fn note(shared: &Shared, ticket: Ticket, words: Vec<String>) {
    shared.world().transcript.answer(ticket, None, &words);
}
