//! A component that does what none should: the host says what happened, and
//! other calls go on.

use std::sync::Arc;

use jira_host::secrets::MemoryStore;
use jira_host::types::OauthStep;
use jira_host::{CallError, Connector, Limits, Loader, Network, Tenant};
use wasm_encoder::{Instruction, MemArg};

use crate::stand_in::{DATA, Import, StandIn};
use crate::support;

const NEW_HEADERS: Import = ("wasi:http/types@0.2.0", "[constructor]fields", 0, 1);
const NEW_REQUEST: Import = (
    "wasi:http/types@0.2.0",
    "[constructor]outgoing-request",
    1,
    1,
);
/// Take a request, that there is a text, and the text.
const SET_SERVER: Import = (
    "wasi:http/types@0.2.0",
    "[method]outgoing-request.set-authority",
    4,
    1,
);
const SET_PATH: Import = (
    "wasi:http/types@0.2.0",
    "[method]outgoing-request.set-path-with-query",
    4,
    1,
);
/// Takes a request, no options, and where to write what comes of it.
const SEND: Import = ("wasi:http/outgoing-handler@0.2.0", "handle", 4, 0);

fn tenant(connector: &Connector) -> Tenant {
    let network = Network::allowing([""; 0]).unwrap();
    connector.tenant(Arc::new(MemoryStore::new()), network)
}

fn loaded(stand_in: &StandIn) -> Connector {
    Connector::from_bytes(&stand_in.component()).unwrap()
}

/// What comes of a call that hands it a text.
async fn outcome(tenant: &Tenant) -> CallError {
    let status = OauthStep::Status(Some("demo".to_owned()));
    tenant.oauth_exchange(&status).await.unwrap_err()
}

/// The host names this as what happened, again and again: no call leaves
/// anything behind that the next one would miss.
async fn assert_traps(stand_in: StandIn, what: &str) {
    let loader = Loader::new().with_max_concurrent_calls(1);
    let tenant = tenant(&loader.load_bytes(&stand_in.component()).unwrap());
    for _ in 0..3 {
        match outcome(&tenant).await {
            CallError::Trap(text) => {
                assert!(text.contains(what), "{text}");
                assert_eq!(text.lines().count(), 1, "{text}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_component_that_traps_is_told_by_its_trap() {
    assert_traps(StandIn::doing([]), "`unreachable` instruction executed").await;
    let divide = [
        Instruction::I32Const(1),
        Instruction::I32Const(0),
        Instruction::I32DivU,
        Instruction::Drop,
    ];
    assert_traps(StandIn::doing(divide), "integer divide by zero").await;
    let beyond = [
        Instruction::I32Const(-1),
        Instruction::I32Const(0),
        Instruction::I32Const(1),
        Instruction::MemoryFill(0),
    ];
    assert_traps(StandIn::doing(beyond), "out of bounds memory access").await;
}

#[tokio::test]
async fn a_component_that_traps_while_it_starts_is_told_the_same() {
    let stand_in = StandIn {
        starts: true,
        ..StandIn::doing([Instruction::Unreachable])
    };
    assert_traps(stand_in, "`unreachable` instruction executed").await;
}

#[tokio::test]
async fn a_component_that_takes_ever_more_handles_is_stopped() {
    let take = [Instruction::Call(0), Instruction::Drop];
    let stand_in = StandIn {
        imports: vec![NEW_HEADERS],
        ..StandIn::repeating(take)
    };
    assert_traps(stand_in, "resource table has no free keys").await;
}

/// Where a component keeps the request that it is about to send.
const REQUEST: i32 = DATA + 64;

const AT: MemArg = MemArg {
    offset: 0,
    align: 2,
    memory_index: 0,
};

/// Calls this with the request and a text in the data.
fn set(function: u32, place: i32, length: i32) -> [Instruction<'static>; 7] {
    [
        Instruction::I32Const(REQUEST),
        Instruction::I32Load(AT),
        Instruction::I32Const(1),
        Instruction::I32Const(place),
        Instruction::I32Const(length),
        Instruction::Call(function),
        Instruction::Drop,
    ]
}

#[tokio::test]
async fn a_component_that_opens_too_many_requests_is_stopped() {
    let make = [
        Instruction::I32Const(REQUEST),
        Instruction::Call(0),
        Instruction::Call(1),
        Instruction::I32Store(AT),
    ];
    let send = [
        Instruction::I32Const(REQUEST),
        Instruction::I32Load(AT),
        Instruction::I32Const(0),
        Instruction::I32Const(0),
        Instruction::I32Const(DATA + 128),
        Instruction::Call(4),
    ];
    let open = make
        .into_iter()
        .chain(set(2, DATA, 9))
        .chain(set(3, DATA + 9, 1))
        .chain(send);
    let stand_in = StandIn {
        imports: vec![NEW_HEADERS, NEW_REQUEST, SET_SERVER, SET_PATH, SEND],
        data: b"a.example/".to_vec(),
        ..StandIn::repeating(open)
    };
    assert_traps(stand_in, "resource table has no free keys").await;
}

/// One whose answer is at a place in its memory.
fn answering(place: i32, data: &[u8]) -> StandIn {
    StandIn {
        answers: Some(place),
        data: data.to_vec(),
        ..StandIn::doing([])
    }
}

/// That it is a success, and a consent whose URL has so many bytes at a place.
fn consent(place: i32, length: i32) -> Vec<u8> {
    let mut data = vec![0; 16];
    data.extend(place.to_le_bytes());
    data.extend(length.to_le_bytes());
    data.extend([0; 64]);
    data
}

#[tokio::test]
async fn a_component_that_answers_garbage_is_found_out() {
    assert_traps(answering(-8, &[]), "pointer out of bounds").await;
    assert_traps(answering(DATA + 1, &[]), "pointer not aligned").await;
    assert_traps(answering(DATA, &[0xff; 256]), "discriminant").await;
    let beyond = answering(DATA, &consent(DATA, i32::MAX));
    assert_traps(beyond, "out of bounds").await;
    let mut not_utf8 = consent(DATA + 32, 2);
    not_utf8[32] = 0xc0;
    assert_traps(answering(DATA, &not_utf8), "invalid utf-8").await;
}

#[tokio::test]
async fn a_component_that_lies_about_the_room_for_its_arguments_is_found_out() {
    let stand_in = StandIn {
        room: Some(-8),
        ..StandIn::doing([])
    };
    assert_traps(stand_in, "realloc return: beyond end of memory").await;
}

#[tokio::test]
async fn other_calls_go_on_while_a_component_computes_for_ever() {
    let forever = tenant(&loaded(&StandIn::repeating([])));
    let good = tenant(&Connector::load(support::component()).unwrap());
    let call = async {
        for _ in 0..10 {
            let status = OauthStep::Status(None);
            good.oauth_exchange(&status).await.unwrap().unwrap();
        }
    };
    // One thread for both: who computes has to let the other in.
    tokio::select! {
        stopped = outcome(&forever) => panic!("{stopped}"),
        () = call => {}
    }
}

#[tokio::test]
async fn a_call_that_ends_badly_takes_none_of_the_others_with_it() {
    let narrow = Limits {
        memory_bytes: 64 * 1024,
        ..Limits::default()
    };
    let good = tenant(&Connector::load(support::component()).unwrap());
    let bad = good.clone().with_limits(narrow);
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..40 {
        let tenant = if number % 2 == 0 { &good } else { &bad }.clone();
        calls.spawn(async move {
            let outcome = tenant.oauth_exchange(&OauthStep::Status(None)).await;
            (number % 2 == 0, outcome.map(|answer| answer.is_ok()))
        });
    }
    while let Some(call) = calls.join_next().await {
        let (is_good, outcome) = call.unwrap();
        let expected = match is_good {
            true => Ok(true),
            false => Err(CallError::OutOfMemory(narrow.memory_bytes)),
        };
        assert_eq!(outcome, expected);
    }
}
