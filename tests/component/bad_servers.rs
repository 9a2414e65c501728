//! Servers that cut, stall, lie and flood, over TCP, TLS and HTTP/2. Whatever
//! they do, a call ends within its time, with an answer or with an error that
//! says what happened, and leaves nothing behind for the next one.

mod bodies;
mod compressed;
mod contents;
mod cuts;
mod documents;
mod fault;
mod frames;
mod handshakes;
mod heads;
mod refreshes;
mod server;
mod stalls;
mod streams;
mod tls;
mod trial;

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::OnceLock;

use self::fault::Fault;
use self::trial::Trial;

/// Every fault that there is here. Each is met by a request that reads and by
/// one that changes.
fn all() -> Vec<Fault> {
    [
        cuts::all(),
        stalls::all(),
        bodies::all(),
        heads::all(),
        contents::all(),
        handshakes::all(),
        streams::all(),
    ]
    .concat()
}

#[tokio::test]
async fn no_server_makes_a_call_trap_or_hang_or_end_with_anything_but_a_typed_error() {
    let faults = all();
    let names: BTreeSet<_> = faults.iter().map(|fault| &fault.name).collect();
    assert_eq!(names.len(), faults.len(), "a fault is there twice");
    let mut failures = Trial::of(&faults).await.run().await;
    let (documents, more) = documents::run().await;
    failures.extend(more);
    let (compressed, more) = compressed::run().await;
    failures.extend(more);
    let (refreshes, more) = refreshes::run().await;
    failures.extend(more);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    // Past the test runner, which shows nothing of a test that passes.
    writeln!(
        std::io::stderr().lock(),
        "\nfaults: {}",
        faults.len() + documents + compressed + refreshes
    )
    .unwrap();
}

/// One authority for all servers of these tests.
fn authority() -> &'static tls::Authority {
    static AUTHORITY: OnceLock<tls::Authority> = OnceLock::new();
    AUTHORITY.get_or_init(tls::Authority::new)
}
