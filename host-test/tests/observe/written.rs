use std::io::{self, Write};
use std::sync::{Arc, Mutex, Once};

use serde_json::Value;
use tracing::Level;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What a log in JSON gets to see on this thread.
pub struct Written {
    text: Shared,
    guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Written {
    pub fn begin() -> Written {
        let text = Shared::default();
        let writer = text.clone();
        let layer = fmt::layer().json().flatten_event(true);
        let layer = layer.with_span_events(FmtSpan::CLOSE);
        let layer = layer.with_writer(move || writer.clone());
        let registry = tracing_subscriber::registry().with(ours()).with(layer);
        Written {
            text,
            guard: registry.set_default(),
        }
    }

    /// The lines.
    pub fn end(self) -> Vec<Value> {
        drop(self.guard);
        let text = self.text.0.lock().unwrap().clone();
        let lines = text.split(|byte| *byte == b'\n');
        let lines = lines.filter(|line| !line.is_empty());
        lines
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }
}

/// Has somebody listen on every thread, from the start. A span that is met first
/// on a thread where nobody listens, while another begins to, may be left out
/// for good.
pub fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| tracing_subscriber::registry().with(ours()).init());
}

fn ours() -> Targets {
    Targets::new().with_target("jira_host", Level::TRACE)
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
