//! One request and its answer: record, fault, act.

use crate::answer::{Answer, Content};
use crate::body::{AnswerBody, Closed, Interruption};
use crate::refusal::refusal;
use crate::request::{Head, Request};
use crate::secrets::mixed;
use crate::transcript::Ticket;
use crate::wire::Tap;
use crate::world::{Shared, World};
use crate::{Fault, Origin, auth, control, gateway, media, strict};
use bytes::Bytes;
use http::{Response, Version};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use std::sync::Arc;
use std::time::Duration;

/// The longest body of a request that is read, which is longer than what the
/// host lets out: what a client sends is answered, and the connection not broken
/// off. It is held in memory and kept in the transcript.
const LONGEST_REQUEST: usize = 257 * 1024 * 1024;

/// What the transcript says beside an answer that was ordered.
const SCRIPTED: &str = "(scripted)";

/// What the gateway says of its limit. Nothing is ever refused for it but by a
/// fault, so it does not move.
const RATE_LIMIT: &str = "350";
const RATE_REMAINING: &str = "349";

/// A request that has arrived and is not answered yet.
struct Exchange {
    shared: Arc<Shared>,
    tap: Tap,
    request: Request,
    /// It shares its connection with others at the same time.
    in_streams: bool,
    violation: Option<String>,
    ticket: Ticket,
}

/// Answers a request, or gives the connection up.
pub(crate) async fn answer(
    shared: Arc<Shared>,
    origin: Origin,
    tap: Tap,
    incoming: http::Request<Incoming>,
) -> Result<Response<AnswerBody>, Closed> {
    let in_streams = incoming.version() == Version::HTTP_2;
    let request = receive(origin, &tap, incoming).await?;
    let violation = strict::violation(&request, shared.origins.authority(origin));
    if violation.is_none()
        && let Some(answer) = control::answer(&shared, &request)
    {
        return Ok(answer.response(AnswerBody::whole));
    }
    let (ticket, fault) = arrive(&shared, &request, violation.clone());
    pause(shared.settings.latency.of(ticket.place())).await;
    let fault = held(fault).await;
    let exchange = Exchange {
        shared,
        tap,
        request,
        in_streams,
        violation,
        ticket,
    };
    exchange.meet(fault).await
}

impl Exchange {
    async fn meet(mut self, fault: Option<Fault>) -> Result<Response<AnswerBody>, Closed> {
        match fault {
            None | Some(Fault::Hold(_) | Fault::Delay { .. }) => Ok(self.send(self.act())),
            Some(Fault::Headers(headers)) => Ok(self.send(self.act().saying(headers))),
            Some(Fault::IgnoreRange) => {
                self.request.forget("range");
                Ok(self.send(self.act()))
            }
            Some(Fault::BrokenJson) => Ok(self.send(self.act().halved())),
            Some(Fault::Answer {
                status,
                headers,
                body,
            }) => {
                let answer = Answer::scripted(status, headers, body);
                Ok(self.send(answer.noting(SCRIPTED)))
            }
            Some(Fault::Refuse { status, waits }) => {
                let answer = refusal(&self.request, status, &waits);
                let answer = marked(&mut self.shared.world(), self.request.origin, answer);
                Ok(self.send(answer.noting(SCRIPTED)))
            }
            Some(Fault::Raw(bytes)) => {
                self.note(vec!["raw".to_owned()]);
                self.tap.say_instead(bytes);
                Ok(Response::new(AnswerBody::whole(Answer::empty(200).content)))
            }
            Some(Fault::CutBeforeAnswer) => {
                self.note(vec!["cut before answer".to_owned()]);
                Err(self.close())
            }
            Some(Fault::CutAfterDoing) => Err(self.cut_after(self.act())),
            Some(Fault::CutInBody) => {
                let interruption = if self.in_streams {
                    Interruption::Close(self.tap.clone())
                } else {
                    Interruption::Fail
                };
                self.half(self.act(), interruption, "(cut in body)")
            }
            Some(Fault::StallInBody) => {
                self.half(self.act(), Interruption::Stall, "(stalled in body)")
            }
            Some(Fault::Stall) => {
                self.note(vec!["stalled".to_owned()]);
                std::future::pending().await
            }
        }
    }

    /// Carries the request out, unless no client should have sent it.
    fn act(&self) -> Answer {
        let (shared, request) = (&*self.shared, &self.request);
        let world = &mut *shared.world();
        let answer = match (&self.violation, request.origin) {
            (Some(violation), origin) => refuse(origin, violation),
            (None, Origin::Auth) => auth::answer(shared, world, request),
            (None, Origin::Api) => gateway::answer(shared, world, request),
            (None, Origin::Media) => world.downloads.answer(request, world.now),
        };
        marked(world, request.origin, answer)
    }

    fn send(&self, answer: Answer) -> Response<AnswerBody> {
        self.send_as(answer, AnswerBody::whole)
    }

    fn send_as(
        &self,
        answer: Answer,
        body: impl FnOnce(Content) -> AnswerBody,
    ) -> Response<AnswerBody> {
        let world = &mut *self.shared.world();
        world
            .transcript
            .answer(self.ticket, Some(answer.status), &answer.notes);
        answer.response(body)
    }

    /// Sends the head and half of the body, or nothing where there is no half.
    fn half(
        &self,
        answer: Answer,
        interruption: Interruption,
        note: &str,
    ) -> Result<Response<AnswerBody>, Closed> {
        if answer.length() < 2 {
            return Err(self.cut_after(answer));
        }
        let body = |content| AnswerBody::half(content, interruption);
        Ok(self.send_as(answer.noting(note), body))
    }

    /// Records what the request came to, which its sender will not learn.
    fn cut_after(&self, answer: Answer) -> Closed {
        let mut words = vec![answer.status.to_string()];
        words.extend(answer.notes);
        words.push("(cut after doing)".to_owned());
        self.note(words);
        self.close()
    }

    fn close(&self) -> Closed {
        self.tap.hang_up();
        Closed
    }

    fn note(&self, words: Vec<String>) {
        let world = &mut *self.shared.world();
        world.transcript.answer(self.ticket, None, &words);
    }
}

/// Waits for what holds a request up, and answers what it meets after that.
async fn held(mut fault: Option<Fault>) -> Option<Fault> {
    loop {
        fault = match fault {
            Some(Fault::Hold(gate)) => {
                gate.pass().await;
                None
            }
            Some(Fault::Delay { by, then }) => {
                pause(by).await;
                then.map(|then| *then)
            }
            other => return other,
        };
    }
}

async fn pause(by: Duration) {
    if !by.is_zero() {
        tokio::time::sleep(by).await;
    }
}

/// Reads the whole request.
async fn receive(
    origin: Origin,
    tap: &Tap,
    incoming: http::Request<Incoming>,
) -> Result<Request, Closed> {
    let in_streams = incoming.version() == Version::HTTP_2;
    let head = if in_streams { None } else { tap.head() };
    let (parts, body) = incoming.into_parts();
    let body = Limited::new(body, LONGEST_REQUEST).collect().await;
    let body: Bytes = body.map_err(|_| Closed)?.to_bytes();
    if !in_streams {
        tap.listen();
    }
    let pipelined = head.is_none() && !in_streams;
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

/// With what Atlassian's edge adds to every answer. The trace ids are the same
/// in every run.
fn marked(world: &mut World, origin: Origin, answer: Answer) -> Answer {
    world.traces += 1;
    let (high, low) = (mixed(("high", world.traces)), mixed(("low", world.traces)));
    let remaining = match answer.status {
        429 => "0",
        _ => RATE_REMAINING,
    };
    let answer = answer
        .with("atl-traceid", &format!("{high:016x}{low:016x}"))
        .with("server", "AtlassianEdge");
    match origin {
        Origin::Api => answer
            .with("x-ratelimit-limit", RATE_LIMIT)
            .with("x-ratelimit-remaining", remaining),
        Origin::Auth | Origin::Media => answer,
    }
}
