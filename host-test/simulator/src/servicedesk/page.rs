//! The pages of Jira Service Management.

use crate::answer::Answer;
use crate::jira::Window;
use crate::route::Visit;
use serde_json::{Value, json};

/// The part of these items that was asked for.
pub(super) fn answer(visit: &Visit<'_>, path: &str, items: &[Value]) -> Answer {
    let window = Window::service_desk(visit.request);
    let values = window.cut(items);
    let context = &visit.base;
    let link = |start: usize| {
        let limit = window.size;
        format!("{context}/rest/servicedeskapi/{path}?start={start}&limit={limit}")
    };
    let mut links = json!({"base": visit.site.url, "context": "", "self": link(window.start)});
    if let Some(members) = links.as_object_mut() {
        if !window.is_last(items) {
            members.insert("next".to_owned(), link(window.end()).into());
        }
        if window.start > 0 {
            let before = window.start.saturating_sub(window.size);
            members.insert("prev".to_owned(), link(before).into());
        }
    }
    Answer::json(
        200,
        &json!({
            "_expands": [],
            "size": values.len(),
            "start": window.start,
            "limit": window.size,
            "isLastPage": window.is_last(items),
            "_links": links,
            "values": values,
        }),
    )
}
