#[cfg(unix)]
mod ignored;

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
/// goes on to end the program; and what was to be ignored stays so.
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
fn signals() -> Vec<io::Result<tokio::signal::unix::Signal>> {
    use tokio::signal::unix::{SignalKind, signal};
    let ignored = ignored::Ignored::now();
    let ending = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ];
    let heard = ending.into_iter();
    let heard = heard.filter(|kind| !ignored.has(kind.as_raw_value()));
    heard.map(signal).collect()
}

#[cfg(windows)]
fn signals() -> [io::Result<tokio::signal::windows::CtrlC>; 1] {
    [tokio::signal::windows::ctrl_c()]
}
