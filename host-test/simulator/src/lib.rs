//! Atlassian, as far as a Jira Cloud integration meets it, on loopback.
//!
//! A [`Simulator`] serves three origins over plain HTTP/1.1, each on a port of
//! its own: the authorisation server (`auth`), the API gateway with Jira and
//! Jira Service Management behind it (`api`), and the store of attachments
//! (`media`). It has a clock that only [`Simulator::advance`] moves, makes the
//! same tokens in every run, and keeps a transcript that tests compare as
//! lines. It is strict: what Atlassian would refuse is refused, and what no
//! client should send is answered 400 and recorded as a violation.
//!
//! # In scope
//!
//! - OAuth 2.0 authorization code grant with rotating refresh tokens, their
//!   leeway, their families, and one grant for an app and an account
//! - the gateway's refusals, in its own error bodies
//! - issues, comments, search, attachments and tasks of a small company, and
//!   its service desk
//! - faults on demand: scripted answers, cut and stalled connections, gates
//!
//! # Out of scope
//!
//! - TLS, HTTP/2, and the personal data reporting API
//! - permissions of people within Jira, and everything else of its API: such a
//!   path is answered 501, with its name
//! - JQL beyond `project = KEY`
//!
//! # Secrets
//!
//! Tokens, codes and the client secret appear in no transcript, record or
//! `Debug` output. They are shown as labels that count their kind: `access#2`,
//! `refresh#1`, `code#1`, `state#1`, or `unknown`.
//!
//! # The way of a request
//!
//! ```text
//! wire (raw head) -> exchange -> strict -> script (fault?) -> auth    -> grant
//!                       |                                  -> gateway -> jira, servicedesk
//!                       +-> transcript                     -> media
//! ```

mod answer;
mod auth;
mod body;
mod browser;
mod clock;
mod company;
mod exchange;
mod fault;
mod gate;
mod gateway;
mod grant;
mod jira;
mod media;
mod origin;
mod range;
mod request;
mod route;
mod script;
mod secrets;
mod server;
mod servicedesk;
mod settings;
mod simulator;
mod strict;
mod transcript;
mod wire;
mod world;

pub use browser::{ConsentError, Decision};
pub use fault::{Fault, On};
pub use gate::Gate;
pub use origin::Origin;
pub use settings::{Account, Settings, Site};
pub use simulator::Simulator;
pub use transcript::Recorded;
