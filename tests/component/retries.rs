//! What is sent again, when, and how often, through the built component. The
//! waits pass at once, but for the one that shows that time passes by itself.

mod budget;
mod deadline;
mod methods;
mod narrowed;
mod waits;

use atlassian_simulator::Fault;
use jira_host::types::{Error, Method, Request, Response};

use crate::clock::hurried;
use crate::stage::{DEMO, Stage};

/// A path that answers every method.
const ECHO: &str = "/echo/thing";

const METHODS: [Method; 9] = [
    Method::Get,
    Method::Head,
    Method::Post,
    Method::Put,
    Method::Patch,
    Method::Delete,
    Method::Options,
    Method::Trace,
    Method::Purge,
];

fn echo(method: Method) -> Request {
    Request::new(method, DEMO, ECHO)
}

async fn send(stage: &Stage, request: &Request) -> Result<Response, Error> {
    hurried(stage.api(request)).await
}

/// The next requests of this method meet this.
fn script(stage: &Stage, method: Method, faults: impl IntoIterator<Item = Fault>) {
    let name = format!("{method:?}").to_uppercase();
    let name = name.rsplit(':').next().unwrap();
    for fault in faults {
        stage.script(name, ECHO, fault);
    }
}

fn status(status: u16) -> Fault {
    Fault::status(status, &[])
}
