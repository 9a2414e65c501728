//! The connector as a component: the world's exports on one side, its imports
//! behind [`Host`](crate::jira::host::Host) on the other.
//!
//! Nothing here decides anything about Jira.

mod arriving;
mod bindings;
mod convert;
mod executor;
mod http;
mod memory;
mod outside;
mod secrets;

use bindings::{Guest, OauthOutcome, OauthStep, Request, Response, SweepOutcome, SweepStep};

use self::{
    bindings::Error,
    convert::{
        from_wit_request, from_wit_step,
        sweep::{from_wit_sweep_step, to_wit_sweep_outcome},
        to_wit_error, to_wit_outcome, to_wit_response,
    },
    outside::Outside,
};
use crate::jira::{exchange::exchange, oauth::oauth_exchange, path::Api, sweep::gdpr_sweep};

struct Component;

impl Guest for Component {
    fn api_request(request: Request) -> Result<Response, Error> {
        send(Api::Platform, request)
    }

    fn servicedesk_request(request: Request) -> Result<Response, Error> {
        send(Api::ServiceDesk, request)
    }

    fn oauth_exchange(step: OauthStep) -> Result<OauthOutcome, Error> {
        let step = from_wit_step(step);
        let outside = Outside::default();
        let outcome = outside.block_on(oauth_exchange(&outside, step));
        outcome
            .map(to_wit_outcome)
            .map_err(|error| to_wit_error(&error))
    }

    fn gdpr_sweep(step: SweepStep) -> Result<SweepOutcome, Error> {
        let step = from_wit_sweep_step(step);
        let outside = Outside::default();
        let outcome = outside.block_on(gdpr_sweep(&outside, step));
        outcome
            .map(to_wit_sweep_outcome)
            .map_err(|error| to_wit_error(&error))
    }
}

#[expect(
    clippy::result_large_err,
    reason = "the shape is the contract's, and it is made once a call"
)]
fn send(api: Api, request: Request) -> Result<Response, Error> {
    let request = from_wit_request(request);
    let outside = Outside::default();
    let response = outside.block_on(exchange(&outside, api, request));
    response
        .map(to_wit_response)
        .map_err(|error| to_wit_error(&error))
}
