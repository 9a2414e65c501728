use std::io;
use std::sync::Once;

use tokio::sync::Semaphore;

/// A permit for each time that Ctrl-C was pressed and nobody has acted on it
/// yet. So a press between two waits is not lost.
static PRESSES: Semaphore = Semaphore::const_new(0);

static LISTENING: Once = Once::new();

/// From now on Ctrl-C does not end the program by itself; whoever awaits
/// [`interruption`] does what is needed first. Where it cannot be noticed, it
/// goes on to end the program.
pub(crate) fn listen() {
    LISTENING.call_once(|| {
        let Ok(mut signals) = signals() else {
            return;
        };
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                PRESSES.add_permits(1);
            }
        });
    });
}

/// Ends when the person presses Ctrl-C, or has done so since the last time.
pub(crate) async fn interruption() {
    listen();
    match PRESSES.acquire().await {
        Ok(press) => press.forget(),
        // Nobody closes it.
        Err(_) => std::future::pending().await,
    }
}

#[cfg(unix)]
fn signals() -> io::Result<tokio::signal::unix::Signal> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::interrupt())
}

#[cfg(windows)]
fn signals() -> io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}
