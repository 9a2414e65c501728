use std::io;
use std::sync::Once;

use tokio::sync::Semaphore;

/// A permit for each time that Ctrl-C was pressed and nobody has acted on it
/// yet. So a press between two waits is not lost. A signal that asks the program
/// to end is a press too: tokens may be rotated then as well.
static PRESSES: Semaphore = Semaphore::const_new(0);

static LISTENING: Once = Once::new();

/// From now on Ctrl-C does not end the program by itself; whoever awaits
/// [`interruption`] does what is needed first. Where it cannot be noticed, it
/// goes on to end the program.
pub(crate) fn listen() {
    LISTENING.call_once(|| {
        for signal in signals() {
            let Ok(mut signal) = signal else { continue };
            tokio::spawn(async move {
                while signal.recv().await.is_some() {
                    PRESSES.add_permits(1);
                }
            });
        }
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
fn signals() -> [io::Result<tokio::signal::unix::Signal>; 3] {
    use tokio::signal::unix::{SignalKind, signal};
    [
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
        signal(SignalKind::hangup()),
    ]
}

#[cfg(windows)]
fn signals() -> [io::Result<tokio::signal::windows::CtrlC>; 1] {
    [tokio::signal::windows::ctrl_c()]
}
