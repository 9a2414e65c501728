//! What the exports take and give.
//!
//! These are the types of the contract (`wit/types.wit`, `wit/sweep.wit`), which
//! says what each of them means. A `Debug` here never shows a body, a `state`, a
//! redirect URL or the value of a header.

mod list;
mod oauth;
mod outcome;
mod request;
mod sweep;

pub use self::list::{ListEnd, ListReport, Truncation, TruncationReason};
pub use self::oauth::{Callback, Consent, OauthOutcome, OauthStep};
pub use self::outcome::{ApiError, Error, ErrorKind, Response};
pub use self::request::Request;
pub use crate::bindings::plain::types::{
    Account, Action, AffectedConnection, Authorize, ChooseSite, Connected, ConnectionState,
    ConnectionStatus, Disconnected, Field, LastRefresh, Limit, Method, Paginate, PagingStyle,
    RateLimit, RedirectMode, RefreshOutcome, Refreshes, RequestOptions, RequestTraits, Retry,
    RetryClass, Site, StoreError, TransportError,
};
pub use crate::bindings::sweep::{
    AccountAction, AccountPage, AccountState, ActionPage, BatchEvidence, Entered, Erased,
    EvidencePage, EvidenceQuery, FailedBatch, Forgotten, HeldAccount, OwnCopy, Refusal,
    RefusedAccount, RegisteredAccount, StatusQuery, Summary, SweepCounts, SweepEnd, SweepOptions,
    SweepOutcome, SweepReport, SweepStep, SweepStop, SweepSummary,
};
