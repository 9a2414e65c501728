//! A gate that holds a request until a test opens it.

use std::sync::Arc;
use tokio::sync::watch;

/// Holds requests until it is opened, so that tests can order what happens
/// at the same time without sleeping. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Posts>);

#[derive(Debug)]
struct Posts {
    open: watch::Sender<bool>,
    arrived: watch::Sender<usize>,
}

impl Gate {
    /// A gate that is closed.
    #[expect(
        clippy::new_without_default,
        reason = "a gate that nobody else holds would hold a request for ever"
    )]
    pub fn new() -> Gate {
        Gate(Arc::new(Posts {
            open: watch::Sender::new(false),
            arrived: watch::Sender::new(0),
        }))
    }

    /// Lets everything through from now on.
    pub fn open(&self) {
        self.0.open.send_replace(true);
    }

    /// Waits until a request has arrived at it.
    pub async fn reached(&self) {
        self.reached_by(1).await;
    }

    /// Waits until so many requests have arrived at it.
    pub async fn reached_by(&self, requests: usize) {
        let mut arrived = self.0.arrived.subscribe();
        // The sender lives in this gate, so this cannot fail.
        let _ = arrived.wait_for(|count| *count >= requests).await;
    }

    /// Arrives, and waits until it is open.
    pub(crate) async fn pass(&self) {
        self.0.arrived.send_modify(|count| *count += 1);
        let mut open = self.0.open.subscribe();
        // The sender lives in this gate, so this cannot fail.
        let _ = open.wait_for(|open| *open).await;
    }
}
