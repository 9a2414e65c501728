//! What the system knows of this process.

use std::fs;

/// Memory, in bytes.
#[derive(Clone, Copy)]
pub(crate) enum Resident {
    /// What it has now.
    Now,
    /// The most it ever had.
    Peak,
}

/// Only Linux tells.
pub(crate) fn resident(which: Resident) -> Option<u64> {
    let name = match which {
        Resident::Now => "VmRSS:",
        Resident::Peak => "VmHWM:",
    };
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// Allows as many open files as the system lets this process have: a thousand
/// calls are a thousand connections.
pub(crate) fn allow_open_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};

        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        // Where that is too few, connections will fail and say so.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}
