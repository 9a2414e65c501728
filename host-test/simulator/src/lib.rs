//! Atlassian, as far as a Jira Cloud integration meets it, on loopback.
//!
//! A [`Simulator`] serves three origins, each on a port of its own: the
//! authorisation server (`auth`), the API gateway with Jira and Jira Service
//! Management behind it (`api`), and the store of attachments (`media`). It has
//! a clock that only [`Simulator::advance`] moves, makes the same tokens in
//! every run, and keeps a transcript that tests compare as lines. It is strict:
//! what Atlassian would refuse is refused, and what no client should send is
//! answered 400 and recorded as a violation.
//!
//! It speaks plain HTTP/1.1, or by [`Settings::tls`] HTTP/2 and HTTP/1.1 over
//! TLS, with a certificate of an authority that is made for the run
//! ([`Simulator::ca_pem`]). For people there is [`Settings::company`], where
//! time passes, and `jira-host simulate`.
//!
//! # In scope
//!
//! - OAuth 2.0 authorization code grant with rotating refresh tokens, their
//!   leeway, their families, and one grant for an app and an account
//! - the gateway's refusals, in its own error bodies
//! - issues, comments, search, attachments and tasks of a small company, and
//!   its service desk
//! - lists of any length in every style that Atlassian's pages have, with
//!   their caps, and quirks on demand ([`List`])
//! - reports of personal data: closed accounts, changed profiles, and how often
//!   each account was reported
//! - faults on demand: scripted answers, refusals with every form of waiting
//!   time, delays, cut and stalled connections, broken JSON, gates; ordered by
//!   [`Simulator::script`], in words ([`Order`]), or from outside the process
//! - control from outside, by whoever is on this machine and no web page:
//!   `GET /_simulator` at the auth origin tells what there is
//!
//! # Out of scope
//!
//! - permissions of people within Jira, and everything else of its API: such a
//!   path is answered 501, with its name
//! - JQL beyond `project = KEY`, but for a list that was set
//!
//! # Secrets
//!
//! Tokens, codes and the client secret appear in no transcript, record or
//! `Debug` output. They are shown as labels that count their kind: `access#2`,
//! `refresh#1`, `code#1`, `state#1`, or `unknown`.
//!
//! # Over HTTP/2
//!
//! Heads are what the HTTP library makes of them: the library refuses some of
//! what a strict server must see over HTTP/1.1, and hides a fragment. A cut ends
//! the connection for all of its streams.
//!
//! # The way of a request
//!
//! ```text
//! wire (raw head) -> exchange -> strict -> script (fault?) -> auth    -> grant
//!                       |          |                       -> gateway -> jira, servicedesk,
//!                       |          +-> control             |            list, reporting
//!                       |                                  -> media
//!                       +-> transcript
//! ```

mod answer;
mod auth;
mod body;
mod browser;
mod clock;
mod closed_port;
mod company;
mod control;
mod exchange;
mod fault;
mod gate;
mod gateway;
mod grant;
mod jira;
mod latency;
mod list;
mod media;
mod order;
mod origin;
mod range;
mod refusal;
mod reporting;
mod request;
mod route;
mod script;
mod secrets;
mod server;
mod servicedesk;
mod settings;
mod simulator;
mod strict;
mod tls;
mod transcript;
mod upload;
mod wire;
mod world;

pub use browser::{ConsentError, Decision};
pub use closed_port::ClosedPort;
pub use fault::{Fault, On, Wait};
pub use gate::Gate;
pub use latency::Latency;
pub use list::{Links, List, ListError, Quirk};
pub use order::{Order, OrderError};
pub use origin::Origin;
pub use reporting::{Reported, Reporting};
pub use secrets::CANARY;
pub use settings::{Account, Settings, Site};
pub use simulator::Simulator;
pub use transcript::Recorded;
