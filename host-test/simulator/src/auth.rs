//! The authorisation server.

mod authorize;
mod page;
mod token;

pub(crate) use page::REASON;

use crate::answer::Answer;
use crate::request::Request;
use crate::world::{Shared, World};

/// Answers a request to the auth origin.
pub(crate) fn answer(shared: &Shared, world: &mut World, request: &Request) -> Answer {
    match (request.method.as_str(), request.path()) {
        ("GET", "/authorize") => authorize::ask(shared, world, request),
        ("POST", "/authorize") => authorize::decide(shared, world, request),
        ("POST", "/oauth/token") => token::issue(shared, world, request),
        (_, "/authorize") => Answer::empty(405).with("allow", "GET, POST"),
        (_, "/oauth/token") => Answer::empty(405).with("allow", "POST"),
        (method, path) => Answer::not_simulated(method, path),
    }
}
