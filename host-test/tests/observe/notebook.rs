use std::sync::Mutex;

use jira_host::observe::{EndedCall, EndedRequest, Observe};
use tokio::sync::Notify;

/// Notes what it is told, a line for each.
#[derive(Default)]
pub struct Notebook {
    lines: Mutex<Vec<String>>,
    grown: Notify,
}

impl Notebook {
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    /// Waits until a request and a call have ended.
    pub async fn ended(&self) {
        while self.lines().len() < 3 {
            self.grown.notified().await;
        }
    }

    fn note(&self, line: String) {
        self.lines.lock().unwrap().push(line);
        self.grown.notify_one();
    }
}

impl Observe for Notebook {
    fn call_began(&self, export: &'static str) {
        self.note(format!("{export} begins"));
    }

    fn call_ended(&self, call: &EndedCall<'_>) {
        let connection = call.connection.unwrap_or("all");
        let (export, error) = (call.export, call.error_type);
        self.note(format!("{export} of {connection} ends: {error:?}"));
    }

    fn request_ended(&self, request: &EndedRequest<'_>) {
        let EndedRequest {
            method,
            scheme,
            path,
            status,
            error_type,
            is_denied,
            ..
        } = request;
        let status = status.map_or("none".to_owned(), |status| status.to_string());
        let denied = if *is_denied { ", denied" } else { "" };
        self.note(format!(
            "{method} {scheme} {path}: {status}, {error_type:?}{denied}"
        ));
    }
}
