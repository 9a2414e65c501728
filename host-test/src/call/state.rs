use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;
use wasmtime::Store;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use super::Limits;
use super::egress::Egress;
use super::memory::MemoryLimit;
use crate::network::Network;
use crate::observe::Observe;
use crate::secrets::SecretStore;

/// How much a component may hand to the host in one call, in bytes: the longest
/// body that the contract allows, and 16 MiB for all that goes with it.
const MAX_HANDED_OVER_BYTES: usize = (256 + 16) * 1024 * 1024;

/// How many handles to the host's things a component may hold at once. A request
/// takes about ten of them.
const MAX_HANDLES: usize = 1_000;

/// How much room a request's headers have while the component puts them
/// together, measured by the limit they are then held to: in memory a header
/// takes more than that counts, and the limit is what should refuse it.
const HEADER_ROOM: usize = 2;

/// Where the time of day comes from.
pub(crate) type WallClock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// What stands behind the imports during one call.
pub(crate) struct CallState {
    table: ResourceTable,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    egress: Egress,
    secrets: Arc<dyn SecretStore>,
    memory: MemoryLimit,
}

impl CallState {
    pub(crate) fn new(
        secrets: Arc<dyn SecretStore>,
        network: Network,
        wall_clock: WallClock,
        observer: Arc<dyn Observe>,
        limits: &Limits,
    ) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_HANDLES);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(limits.request_header_bytes.saturating_mul(HEADER_ROOM));
        CallState {
            table,
            wasi: WasiCtx::builder()
                .wall_clock(TimeOfDay(wall_clock))
                .monotonic_clock(TimersClock(Instant::now()))
                .build(),
            http,
            egress: Egress::new(network, observer, limits),
            secrets,
            memory: MemoryLimit::new(limits.memory_bytes),
        }
    }

    /// The store of one instance, with its limits set.
    pub(crate) fn into_store(self, engine: &wasmtime::Engine) -> Store<CallState> {
        let mut store = Store::new(engine, self);
        store.limiter(|state| &mut state.memory);
        store.set_hostcall_fuel(MAX_HANDED_OVER_BYTES);
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        store
    }

    pub(crate) fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }

    pub(crate) fn egress(&self) -> &Egress {
        &self.egress
    }

    pub(crate) fn secrets(&self) -> &Arc<dyn SecretStore> {
        &self.secrets
    }
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for CallState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.egress,
        }
    }
}

struct TimeOfDay(WallClock);

impl HostWallClock for TimeOfDay {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        (self.0)()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
    }
}

/// The clock that the host's timers go by, since the call began. So what the
/// component waits for takes as much of its time as it waits, also where a test
/// lets the time of the timers pass.
struct TimersClock(Instant);

impl HostMonotonicClock for TimersClock {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}
