//! The connector itself: everything about Jira, nothing about WebAssembly.
//!
//! Three functions are called from outside: [`exchange::exchange`] behind
//! `api-request` and `servicedesk-request`, [`oauth::oauth_exchange`] behind
//! `oauth-exchange`, and [`sweep::gdpr_sweep`] behind `gdpr-sweep`. They are
//! straight-line async code over the one trait [`host::Host`]; every decision they
//! take is a pure function in the module that is named after its noun.
//!
//! | a request | a connection | plain data |
//! |---|---|---|
//! | [`request`]: checked before anything happens | [`app`]: the application record | [`http`]: requests and answers |
//! | [`path`], [`query`], [`fields`], [`body`]: where it may go, what it may carry | [`connection`], [`site`]: what was granted and chosen | [`secret`]: never shown |
//! | [`exchange`]: sent, followed, answered | [`token`], [`grant`]: the pair and the token endpoint | [`instant`]: points in time |
//! | [`redirect`]: where an answer points | [`refresh`]: the rotation | [`error`]: what happened and what to do |
//! | [`failure`], [`api_error`], [`rate_limit`], [`traits`]: what an error says | [`access`], [`identity`]: sending with a token, and asking whose it is | [`name`], [`store`]: keys and entries |
//! | [`paging`]: sent again and again, for a list | [`oauth`]: the steps of a consent | [`json`]: objects, member by member |
//! | [`retry`], [`safety`], [`send`]: sent again after a setback | [`sweep`]: the reports of personal data | [`lease`], [`beside`], [`flight`]: one at a time, two at once, several |

pub mod access;
pub mod api_error;
pub mod app;
pub mod beside;
pub mod body;
pub mod connection;
pub mod error;
pub mod exchange;
pub mod failure;
pub mod fields;
pub mod flight;
pub mod grant;
pub mod host;
pub mod http;
pub mod identity;
pub mod instant;
pub mod json;
pub mod lease;
pub mod name;
pub mod oauth;
pub mod paging;
pub mod path;
pub mod query;
pub mod rate_limit;
pub mod redirect;
pub mod refresh;
pub mod request;
pub mod retry;
pub mod safety;
pub mod secret;
pub mod send;
pub mod site;
pub mod store;
pub mod sweep;
pub mod token;
pub mod traits;

#[cfg(test)]
mod tests;
