//! What a component cannot do, however it is made.

use std::sync::Arc;
use std::time::Duration;

use jira_host::secrets::MemoryStore;
use jira_host::types::OauthStep;
use jira_host::{CallError, Connector, Limits, LoadError, Network};
use wasm_encoder::{BlockType, HeapType, Instruction};

use crate::stand_in::{ITSELF, StandIn};

/// What comes of a call to it.
async fn outcome(stand_in: StandIn, limits: Limits) -> CallError {
    let connector = Connector::from_bytes(&stand_in.component()).unwrap();
    let network = Network::allowing([""; 0]).unwrap();
    let tenant = connector.tenant(Arc::new(MemoryStore::new()), network);
    let tenant = tenant.with_limits(limits);
    tenant
        .oauth_exchange(&OauthStep::Status(None))
        .await
        .unwrap_err()
}

fn trap(error: &CallError) -> &str {
    match error {
        CallError::Trap(text) => text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_component_that_computes_for_ever_is_stopped_and_holds_nobody_up() {
    let limits = Limits {
        timeout: Duration::from_millis(100),
        ..Limits::default()
    };
    let stopped = outcome(StandIn::repeating([]), limits).await;
    assert_eq!(stopped, CallError::OutOfTime(limits.timeout));
}

#[tokio::test]
async fn a_component_that_takes_ever_more_memory_is_stopped() {
    let limits = Limits {
        memory_bytes: 32 * 1024 * 1024,
        ..Limits::default()
    };
    let grow = [
        Instruction::I32Const(1),
        Instruction::MemoryGrow(0),
        Instruction::Drop,
    ];
    let stopped = outcome(StandIn::repeating(grow), limits).await;
    assert_eq!(stopped, CallError::OutOfMemory(limits.memory_bytes));
}

#[tokio::test]
async fn a_table_cannot_grow_without_end() {
    let grow = |elements| {
        StandIn::doing([
            Instruction::RefNull(HeapType::FUNC),
            Instruction::I32Const(elements),
            Instruction::TableGrow(0),
            Instruction::I32Const(-1),
            Instruction::I32Eq,
            // Refused: it traps here by a division.
            Instruction::If(BlockType::Empty),
            Instruction::I32Const(1),
            Instruction::I32Const(0),
            Instruction::I32DivU,
            Instruction::Drop,
            Instruction::End,
        ])
    };
    let refused = outcome(grow(200_000), Limits::default()).await;
    assert!(trap(&refused).contains("divide by zero"), "{refused}");
    let allowed = outcome(grow(50_000), Limits::default()).await;
    assert!(trap(&allowed).contains("unreachable"), "{allowed}");
}

#[tokio::test]
async fn a_component_that_calls_itself_for_ever_is_stopped() {
    let stopped = outcome(
        StandIn::doing([Instruction::Call(ITSELF)]),
        Limits::default(),
    )
    .await;
    assert!(trap(&stopped).contains("call stack exhausted"), "{stopped}");
}

#[test]
fn a_component_with_too_many_tables_is_not_loaded() {
    let stand_in = StandIn {
        tables: 9,
        ..StandIn::doing([])
    };
    let refused = Connector::from_bytes(&stand_in.component()).unwrap_err();
    assert!(matches!(refused, LoadError::Compile(_)), "{refused}");
    assert!(refused.to_string().contains("tables"), "{refused}");
}
