//! The answer to a request, which may still have to come.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use wasmtime::component::{Linker, Resource, ResourceType};
use wasmtime::{Error, Result, StoreContextMut};
use wasmtime_wasi::p2::bindings::io::error::Error as IoError;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};
use wasmtime_wasi_http::p2::bindings::http::types::{
    ErrorCode, FutureIncomingResponse, HostFutureIncomingResponse as _, IncomingResponse,
};
use wasmtime_wasi_http::p2::body::HostIncomingBody;
use wasmtime_wasi_http::{FieldMap, WasiHttpCtxView, WasiHttpView};

use crate::call::{CallState, Sending};
use crate::network::{Body, SendError};

/// The version that the other types of HTTP are linked with.
const TYPES: &str = "wasi:http/types@0.2.12";

/// What stands behind `future-incoming-response`.
pub(super) enum Answer {
    Awaited(Sending),
    Here(Here),
    Taken,
}

type Here = std::result::Result<http::Response<Body>, SendError>;

/// What `get` answers: nothing yet, or nothing any more, or the answer.
type Got = Option<std::result::Result<Told, ()>>;
type Told = std::result::Result<Resource<IncomingResponse>, ErrorCode>;

/// Puts it in the place of the one that is linked already.
pub(super) fn add_to_linker(linker: &mut Linker<CallState>) -> Result<()> {
    linker.allow_shadowing(true);
    let mut types = linker.instance(TYPES)?;
    types.resource(
        "future-incoming-response",
        ResourceType::host::<Answer>(),
        |mut call: StoreContextMut<'_, CallState>, answer| {
            call.data_mut()
                .table()
                .delete(Resource::<Answer>::new_own(answer))?;
            Ok(())
        },
    )?;
    types.func_wrap(
        "[method]future-incoming-response.subscribe",
        |mut call: StoreContextMut<'_, CallState>, (answer,): (Resource<Answer>,)| {
            let pollable: Resource<DynPollable> = subscribe(call.data_mut().table(), answer)?;
            Ok((pollable,))
        },
    )?;
    types.func_wrap(
        "[method]future-incoming-response.get",
        |mut call: StoreContextMut<'_, CallState>, (answer,): (Resource<Answer>,)| {
            Ok((get(&mut call.data_mut().http(), &answer)?,))
        },
    )?;
    types.func_wrap(
        "http-error-code",
        |mut call: StoreContextMut<'_, CallState>, (failure,): (Resource<IoError>,)| {
            Ok((code_of_body(&mut call.data_mut().http(), &failure)?,))
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

impl Answer {
    /// The answer to a request that is sent now. It goes out at once: who makes
    /// several requests waits for them later, and for all together.
    pub(super) fn to(sending: Sending) -> Answer {
        let mut answer = Answer::Awaited(sending);
        answer.look();
        answer
    }

    /// Goes on as far as that is possible without waiting. Nobody is woken for
    /// it: who waits polls it again first.
    fn look(&mut self) {
        let mut nobody = Context::from_waker(Waker::noop());
        if let Answer::Awaited(sending) = self
            && let Poll::Ready(here) = sending.as_mut().poll(&mut nobody)
        {
            *self = Answer::Here(here);
        }
    }
}

#[async_trait]
impl Pollable for Answer {
    async fn ready(&mut self) {
        if let Answer::Awaited(sending) = self {
            *self = Answer::Here(Pin::new(sending).await);
        }
    }
}

fn get(http: &mut WasiHttpCtxView<'_>, answer: &Resource<Answer>) -> Result<Got> {
    let answer = http.table.get_mut(answer)?;
    // A component may ask again and again, and never wait.
    answer.look();
    if matches!(answer, Answer::Awaited(_)) {
        return Ok(None);
    }
    match std::mem::replace(answer, Answer::Taken) {
        Answer::Here(Ok(response)) => Ok(Some(Ok(Ok(incoming(http, response)?)))),
        Answer::Here(Err(error)) => Ok(Some(Ok(Err(code(http, error)?)))),
        Answer::Awaited(_) | Answer::Taken => Ok(Some(Err(()))),
    }
}

fn incoming(
    http: &mut WasiHttpCtxView<'_>,
    response: http::Response<Body>,
) -> Result<Resource<IncomingResponse>> {
    let (head, body) = response.into_parts();
    Ok(http.table.push(IncomingResponse {
        status: head.status.as_u16(),
        headers: FieldMap::new_immutable(http.hooks, head.headers),
        body: Some(HostIncomingBody::new(body)),
    })?)
}

/// Why a body broke off; nothing where it is a failure of another stream. The
/// library knows this of the bodies that a component sends only.
fn code_of_body(
    http: &mut WasiHttpCtxView<'_>,
    failure: &Resource<IoError>,
) -> Result<Option<ErrorCode>> {
    let told = std::mem::replace(http.table.get_mut(failure)?, Error::msg("told"));
    let (code, failed) = match told.downcast::<SendError>() {
        Ok(error) => {
            let code = code(http, error)?;
            (Some(code.clone()), code.into())
        }
        Err(other) => (other.downcast_ref::<ErrorCode>().cloned(), other),
    };
    *http.table.get_mut(failure)? = failed;
    Ok(code)
}

/// The code that a failure has in the contract of HTTP. The library that knows
/// them all answers one for a response of its own only.
fn code(http: &mut WasiHttpCtxView<'_>, error: SendError) -> Result<ErrorCode> {
    let failed = http.table.push(FutureIncomingResponse::Ready(Err(error)))?;
    let told = http.get(Resource::new_borrow(failed.rep()))?;
    http.table.delete(failed)?;
    match told {
        Some(Ok(Err(code))) => Ok(code),
        _ => Ok(ErrorCode::InternalError(None)),
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, Empty};
    use tokio::sync::oneshot;

    use super::*;
    use crate::connector::link::idle_call;

    /// An answer that comes when it is sent, and where it stands.
    fn coming(call: &mut CallState) -> (oneshot::Sender<Here>, Resource<Answer>) {
        let (sender, here) = oneshot::channel();
        let answer = Answer::to(Box::pin(async { here.await.unwrap() }));
        (sender, call.table().push(answer).unwrap())
    }

    fn empty() -> http::Response<Body> {
        let body = Empty::new().map_err(|never| match never {});
        http::Response::new(body.boxed_unsync())
    }

    #[test]
    fn an_answer_is_there_also_for_who_asks_and_never_waits() {
        let mut call = idle_call();
        let (sender, answer) = coming(&mut call);
        assert!(get(&mut call.http(), &answer).unwrap().is_none());
        sender.send(Ok(empty())).ok().unwrap();
        let got = get(&mut call.http(), &answer).unwrap();
        assert!(matches!(got, Some(Ok(Ok(_)))));
    }

    #[tokio::test]
    async fn who_waits_is_woken_though_somebody_has_looked_before() {
        let mut call = idle_call();
        let (sender, answer) = coming(&mut call);
        assert!(get(&mut call.http(), &answer).unwrap().is_none());
        let answer = call.table().get_mut(&answer).unwrap();
        let waiting = answer.ready();
        let sending = async {
            tokio::task::yield_now().await;
            sender.send(Ok(empty())).ok().unwrap();
        };
        tokio::join!(waiting, sending);
        assert!(matches!(answer, Answer::Here(Ok(_))));
    }

    #[test]
    fn a_body_that_breaks_off_keeps_its_code_and_tells_it_again_and_again() {
        let mut call = idle_call();
        let failure = Error::from(SendError::ConnectionReadTimeout);
        let failure = call.table().push(failure).unwrap();
        for _ in 0..2 {
            let code = code_of_body(&mut call.http(), &failure).unwrap();
            assert!(matches!(code, Some(ErrorCode::ConnectionReadTimeout)));
        }
    }

    #[test]
    fn what_fails_otherwise_has_no_code_of_http() {
        let mut call = idle_call();
        let failure = call.table().push(Error::msg("full")).unwrap();
        let code = code_of_body(&mut call.http(), &failure).unwrap();
        assert!(code.is_none());
        assert_eq!(call.table().get(&failure).unwrap().to_string(), "full");
    }

    #[test]
    fn a_failure_keeps_its_code_and_is_told_once() {
        let mut call = idle_call();
        let (sender, answer) = coming(&mut call);
        sender.send(Err(SendError::HttpRequestDenied)).ok().unwrap();
        let got = get(&mut call.http(), &answer).unwrap();
        assert!(matches!(got, Some(Ok(Err(ErrorCode::HttpRequestDenied)))));
        let again = get(&mut call.http(), &answer).unwrap();
        assert!(matches!(again, Some(Err(()))));
    }
}
