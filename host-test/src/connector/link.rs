//! The imports, one by one. What is not here, a component cannot do.

mod answer;
mod bulk;
mod outgoing;

use std::sync::Arc;

use wasmtime::component::{HasData, Linker, LinkerInstance, ResourceTable};
use wasmtime::{Engine, Result, StoreContextMut};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView};
use wasmtime_wasi::p2::bindings::{clocks, io, random};
use wasmtime_wasi::random::{WasiRandom, WasiRandomView};
use wasmtime_wasi_http::p2::bindings::http;
use wasmtime_wasi_http::{WasiHttp, WasiHttpView};

use self::bulk::MAX_ANSWER_BYTES;
use crate::call::CallState;
use crate::secrets::{Change, Expect, SecretStore};

const SECRET_STORE: &str = "jira:connector/secret-store@0.1.0";

pub(super) fn linker(engine: &Engine) -> Result<Linker<CallState>> {
    let mut linker = Linker::new(engine);
    add_wasi(&mut linker)?;
    add_secret_store(&mut linker.instance(SECRET_STORE)?)?;
    Ok(linker)
}

struct Table;

impl HasData for Table {
    type Data<'a> = &'a mut ResourceTable;
}

fn add_wasi(linker: &mut Linker<CallState>) -> Result<()> {
    io::error::add_to_linker::<_, Table>(linker, CallState::table)?;
    io::poll::add_to_linker::<_, Table>(linker, CallState::table)?;
    io::streams::add_to_linker::<_, Table>(linker, CallState::table)?;
    clocks::wall_clock::add_to_linker::<_, WasiClocks>(linker, CallState::clocks)?;
    clocks::monotonic_clock::add_to_linker::<_, WasiClocks>(linker, CallState::clocks)?;
    random::random::add_to_linker::<_, WasiRandom>(linker, CallState::random)?;
    let no_more = http::types::LinkOptions::default();
    http::types::add_to_linker::<_, WasiHttp>(linker, &no_more, CallState::http)?;
    answer::add_to_linker(linker)?;
    outgoing::add_to_linker(linker)
}

/// The six operations of the store. Its errors are values for the component,
/// so none of them traps.
fn add_secret_store(interface: &mut LinkerInstance<'_, CallState>) -> Result<()> {
    interface.func_wrap_async("get", |call, (key,): (String,)| {
        let store = secrets(&call);
        Box::new(async move { Ok((store.get(&key).await,)) })
    })?;
    interface.func_wrap_async("get-many", |call, (keys,): (Vec<String>,)| {
        let store = secrets(&call);
        Box::new(async move { Ok((bulk::get_many(&*store, &keys, MAX_ANSWER_BYTES).await,)) })
    })?;
    interface.func_wrap_async(
        "put",
        |call, (key, value, expect): (String, Vec<u8>, Expect)| {
            let store = secrets(&call);
            Box::new(async move { Ok((store.put(&key, value, expect).await,)) })
        },
    )?;
    interface.func_wrap_async("put-many", |call, (changes,): (Vec<Change>,)| {
        let store = secrets(&call);
        Box::new(async move { Ok((bulk::put_many(&*store, changes, MAX_ANSWER_BYTES).await,)) })
    })?;
    interface.func_wrap_async("delete", |call, (key, expect): (String, Expect)| {
        let store = secrets(&call);
        Box::new(async move { Ok((store.delete(&key, expect).await,)) })
    })?;
    interface.func_wrap_async(
        "list",
        |call, (prefix, cursor): (String, Option<String>)| {
            let store = secrets(&call);
            Box::new(async move { Ok((store.list(&prefix, cursor).await,)) })
        },
    )
}

fn secrets(call: &StoreContextMut<'_, CallState>) -> Arc<dyn SecretStore> {
    Arc::clone(call.data().secrets())
}

/// What stands behind the imports of a call that does nothing by itself.
#[cfg(test)]
fn idle_call() -> CallState {
    use crate::observe::Nobody;
    use crate::secrets::MemoryStore;
    use crate::{Limits, Network};

    CallState::new(
        Arc::new(MemoryStore::new()),
        Network::atlassian().unwrap(),
        Arc::new(std::time::SystemTime::now),
        Arc::new(Nobody),
        &Limits::default(),
    )
}
