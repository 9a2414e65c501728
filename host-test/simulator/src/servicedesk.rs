//! Jira Service Management, as far as it is simulated.

mod attachment;
mod desk;
mod page;
mod request;

use crate::answer::Answer;
use crate::request::Request;
use crate::route::{Route, Visit};
use serde_json::json;

const READ: &[&str] = &["read:servicedesk-request"];
const WRITE: &[&str] = &["write:servicedesk-request"];
const CUSTOMERS: &[&str] = &["manage:servicedesk-customer"];
const ALERTS: &[&str] = &["read:ops-alert:jira-service-management"];

/// The service desk API.
pub(crate) const ROUTES: &[Route] = &[
    Route::new("GET", "request", READ, request::list),
    Route::new("POST", "request", WRITE, request::create),
    Route::new("GET", "request/{}", READ, request::read),
    Route::new("GET", "request/{}/status", READ, request::statuses),
    Route::new("GET", "request/{}/comment", READ, request::comments),
    Route::new("POST", "request/{}/comment", WRITE, request::comment),
    Route::new("GET", "request/{}/attachment", READ, attachment::list),
    Route::new("POST", "request/{}/attachment", WRITE, attachment::attach),
    Route::new("GET", "servicedesk", READ, desk::list),
    Route::new(
        "POST",
        "servicedesk/{}/attachTemporaryFile",
        WRITE,
        attachment::take,
    )
    .taking_anything(),
    Route::new("GET", "servicedesk/{}/customer", CUSTOMERS, desk::customers),
    Route::new(
        "DELETE",
        "servicedesk/{}/customer",
        CUSTOMERS,
        desk::remove_customers,
    ),
    Route::new("GET", "organization", CUSTOMERS, desk::organizations),
];

/// The operations API.
pub(crate) const OPERATIONS: &[Route] = &[Route::new("GET", "alerts", ALERTS, alerts)];

/// What keeps an experimental operation from being done.
pub(crate) fn not_opted_in(request: &Request) -> Option<Answer> {
    let opted_in = request.header("x-experimentalapi") == Some("opt-in");
    (!opted_in).then(|| {
        let message = "This API is experimental. Experimental APIs are not guaranteed to be stable \
             within the preview period. You must set the header 'X-ExperimentalApi: opt-in' to \
             opt into using this API.";
        refuse(412, message)
    })
}

/// A refusal in the service desk's words.
pub(crate) fn refuse(status: u16, message: &str) -> Answer {
    Answer::service_desk(status, message, "sd.error", &[])
}

/// A refusal in the words of the operations API.
pub(crate) fn refuse_operation(status: u16, message: &str) -> Answer {
    let body = json!({
        "errors": [{"title": message}],
        "took": 0.001,
        "requestId": "0a1b2c3d-0000-4000-8000-000000000000",
    });
    Answer::json(status, &body)
}

fn alerts(visit: &mut Visit<'_>) -> Answer {
    let alert = json!({
        "id": "a1e47000-0000-4000-8000-000000000001",
        "tinyId": "1",
        "message": "The boiler is cold",
        "status": "open",
        "priority": "P3",
        "createdAt": visit.now.iso(),
    });
    Answer::json(200, &json!({"values": [alert], "count": 1, "links": {}}))
}
