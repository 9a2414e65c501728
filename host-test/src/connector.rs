//! A component, compiled once and linked to the little that it may do.

mod cache;
mod engine;
mod exports;
mod inspection;
mod link;
mod loader;
mod ticker;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};
use wasmtime::Engine;
use wasmtime::component::Component;

pub use self::cache::default_cache_dir;
pub(crate) use self::exports::{Exports, TypedExport};
pub use self::inspection::Inspection;
pub use self::loader::Loader;
use self::ticker::Ticker;
use crate::call::CallError;
use crate::network::Network;
use crate::secrets::SecretStore;
use crate::tenant::Tenant;

/// A compiled component. A clone is the same one.
///
/// Compiling takes a good part of a second, so a service does it once, when it
/// starts. It holds no tenant's data: every call gets an instance of its own.
#[derive(Clone)]
pub struct Connector {
    compiled: Arc<Compiled>,
}

struct Compiled {
    exports: Exports,
    inspection: Inspection,
    calls: Semaphore,
    max_concurrent_calls: u32,
    /// Dropped with the last clone, and stops then.
    _ticker: Ticker,
}

/// What a component begins with, but for the version of the format, which the
/// engine checks.
const MAGIC: &[u8] = b"\0asm";

/// What follows the version in a component; in a module there is nought.
const LAYER: &[u8] = &[1, 0];

/// Why a component cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read the component `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file holds something else than a component.
    #[error("`{}` is not a WebAssembly component", .0.display())]
    NotAComponent(PathBuf),
    /// It is not a component that this engine compiles.
    #[error("not a usable component: {0}")]
    Compile(String),
    /// It wants to do what it is not allowed to do.
    #[error(
        "the component imports {}, which this host does not give it; build it for world \
         `jira:connector/jira-connector`",
        .0.join(", ")
    )]
    ForeignImports(Vec<String>),
    /// Its imports or exports have another shape than the contract.
    #[error("the component does not fit world `jira:connector/jira-connector`: {0}")]
    Mismatch(String),
    /// The thread that keeps the time of the engine cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
}

impl Connector {
    /// Compiles a component from a file.
    pub fn load(path: impl AsRef<Path>) -> Result<Connector, LoadError> {
        Loader::new().load(path)
    }

    /// Compiles a component.
    pub fn from_bytes(bytes: &[u8]) -> Result<Connector, LoadError> {
        Loader::new().load_bytes(bytes)
    }

    fn linked(
        component: &Component,
        size: usize,
        max_concurrent_calls: u32,
    ) -> Result<Connector, LoadError> {
        let engine = component.engine();
        let inspection = Inspection::of(component, size);
        let foreign = inspection.foreign_imports();
        if !foreign.is_empty() {
            return Err(LoadError::ForeignImports(foreign));
        }
        let mismatch = |error: wasmtime::Error| LoadError::Mismatch(format!("{error:#}"));
        let exports = link::linker(engine)
            .and_then(|linker| linker.instantiate_pre(component))
            .and_then(Exports::of)
            .map_err(mismatch)?;
        let ticker = Ticker::start(engine.weak()).map_err(LoadError::Thread)?;
        let permits = usize::try_from(max_concurrent_calls).unwrap_or(Semaphore::MAX_PERMITS);
        Ok(Connector {
            compiled: Arc::new(Compiled {
                exports,
                inspection,
                calls: Semaphore::new(permits.min(Semaphore::MAX_PERMITS)),
                max_concurrent_calls,
                _ticker: ticker,
            }),
        })
    }

    /// What the component imports and exports, and its size.
    pub fn inspection(&self) -> &Inspection {
        &self.compiled.inspection
    }

    /// A tenant: the component with a store of its own, and a way out.
    pub fn tenant(&self, store: Arc<dyn SecretStore>, network: Network) -> Tenant {
        Tenant::new(self.clone(), store, network)
    }

    /// Leave to make one call, for as long as it is held.
    pub(crate) fn admit(&self) -> Result<SemaphorePermit<'_>, CallError> {
        let compiled = &self.compiled;
        let busy = |_| CallError::Busy(compiled.max_concurrent_calls);
        compiled.calls.try_acquire().map_err(busy)
    }

    pub(crate) fn exports(&self) -> &Exports {
        &self.compiled.exports
    }
}

impl Inspection {
    /// Looks into a file, whatever the component in it imports.
    pub fn load(path: impl AsRef<Path>) -> Result<Inspection, LoadError> {
        let path = path.as_ref();
        let bytes = read(path)?;
        let compiled = compile(&engine::on_demand()?, &bytes);
        let component = compiled.map_err(|error| error.of_file(path))?;
        Ok(Inspection::of(&component, bytes.len()))
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connector").field(self.inspection()).finish()
    }
}

impl LoadError {
    /// The same, with the file where it does not name it.
    fn of_file(self, path: &Path) -> Self {
        match self {
            LoadError::Compile(why) => LoadError::Compile(format!("`{}`: {why}", path.display())),
            error => error,
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let bytes = std::fs::read(path).map_err(|source| LoadError::Read {
        path: path.to_owned(),
        source,
    })?;
    match is_component(&bytes) {
        true => Ok(bytes),
        false => Err(LoadError::NotAComponent(path.to_owned())),
    }
}

fn is_component(bytes: &[u8]) -> bool {
    let layer = bytes.get(MAGIC.len() + 2..);
    bytes.starts_with(MAGIC) && layer.is_some_and(|rest| rest.starts_with(LAYER))
}

fn compile(engine: &Engine, bytes: &[u8]) -> Result<Component, LoadError> {
    Component::from_binary(engine, bytes).map_err(not_usable)
}

fn not_usable(error: wasmtime::Error) -> LoadError {
    LoadError::Compile(format!("{error:#}"))
}
