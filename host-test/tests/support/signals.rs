//! Signals that this process ignores, because it was started so: by `nohup`, or in
//! the background of a script.

use std::sync::Once;

use tokio::signal::unix::{SignalKind, signal};

/// Lets programs that are started from now on hear the signals that end one. They
/// would ignore what this process ignores, and not what it listens to.
pub fn let_be_heard() {
    static ONCE: Once = Once::new();
    // On a thread of its own, as a runtime may not end within another.
    ONCE.call_once(|| std::thread::spawn(listen_to_the_ignored).join().unwrap());
}

fn listen_to_the_ignored() {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    let _within = runtime.enter();
    let ending = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ];
    for kind in ending.into_iter().filter(is_ignored) {
        drop(signal(kind).unwrap());
    }
}

fn is_ignored(kind: &SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.map_or(0, |mask| u64::from_str_radix(mask.trim(), 16).unwrap());
    mask >> (kind.as_raw_value() - 1) & 1 == 1
}
