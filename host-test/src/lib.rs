//! A wasmtime host for the component `jira-connector`.
//!
//! The component does the work with Jira; this crate gives it what it may have
//! and nothing else, and calls it.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use jira_host::network::NetworkPolicy;
//! use jira_host::secrets::MemoryStore;
//! use jira_host::types::Request;
//! use jira_host::Loader;
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! // When the service starts.
//! let connector = Loader::new().with_default_cache().load("jira_connector.wasm")?;
//! let network = NetworkPolicy::atlassian().build()?;
//!
//! // For each tenant: a store of its own. This one forgets; write one that does not.
//! let store = MemoryStore::new();
//! store.insert("app", r#"{"client_id": "…", "client_secret": "…", "redirect_uri": "…"}"#)?;
//! let tenant = connector.tenant(Arc::new(store), network.clone());
//!
//! // For each request.
//! let request = Request::get("support", "/issue/DEMO-1").with_query("fields", "summary");
//! match tenant.api_request(&request).await? {
//!     Ok(response) => println!("{} {}", response.status, String::from_utf8_lossy(&response.body)),
//!     Err(error) => println!("{error} (now: {:?})", error.action),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # The exports
//!
//! | export | called by | |
//! |---|---|---|
//! | `api-request` | [`Tenant::api_request`], [`Tenant::api_pages`] | requests to the Jira platform, and its lists |
//! | `servicedesk-request` | [`Tenant::servicedesk_request`], [`Tenant::servicedesk_pages`] | the same of Jira Service Management |
//! | `oauth-exchange` | [`Tenant::oauth_exchange`] | a person's consent, and the connection that it makes |
//! | `gdpr-sweep` | [`Tenant::gdpr_sweep`], with [`schedule`] | reports of stored accounts to Atlassian |
//!
//! Each has an example there, and so have the parts that an embedder replaces or
//! sets: [`secrets::SecretStore`] (a whole store of one's own),
//! [`network::NetworkPolicy`], [`Limits`], [`observe::Observe`] and
//! [`observe::Metrics`]. `examples/service.rs` is a service with many tenants.
//!
//! # Features
//!
//! `cli`, which is on by default, is for the command line: its
//! libraries and the simulated Atlassian. An embedder wants
//! `default-features = false`.
//!
//! # In scope
//!
//! - Compiling the component once, perhaps into a cache on disk, and an instance
//!   for each call ([`Loader`], [`Connector`], [`Tenant`]).
//! - Its imports: a pooled HTTP client behind a list of origins ([`Network`],
//!   [`network::NetworkPolicy`]), clocks, random numbers, a secret store
//!   ([`secrets::SecretStore`]): in memory, in a file, on a Redis server, or one
//!   of your own.
//! - Limits of time, memory, the size of requests ([`Limits`]) and the number of
//!   calls ([`Loader::with_max_concurrent_calls`]), and traps told apart from
//!   what the component answers ([`CallError`]).
//! - Hooks, metrics and `tracing` spans of calls and requests ([`observe`]).
//!
//! # Out of scope
//!
//! - Everything about Jira: paths, tokens, refreshing, retries. That is the
//!   component's.
//! - Stores in other databases; [`secrets::SecretStore`] is what one must do.
//! - Serving: who may call which tenant, and the web page that a person comes
//!   back to.
//! - WASI 0.3, files, sockets, environment, standard output. A component that
//!   imports them is not loaded.
//!
//! # Secrets
//!
//! No `Debug` and no error of this crate shows a body, a header's value, a
//! `state`, a code or a stored value. Libraries beneath it describe what they
//! do at the levels `trace` and `debug` of the `tracing` and `log` crates, URLs
//! included: keep these levels off for `hyper*`, `h2` and `wasmtime*`.

mod bindings;
mod call;
mod connector;
mod environment;
pub mod network;
pub mod observe;
mod pages;
mod redacted;
pub mod schedule;
pub mod secrets;
mod tenant;
pub mod types;

pub use self::call::{CallError, Limits};
pub use self::connector::{Connector, Inspection, LoadError, Loader, default_cache_dir};
pub use self::network::{Network, NetworkError};
pub use self::pages::Pages;
pub use self::tenant::{Outcome, Tenant};

/// The examples of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
