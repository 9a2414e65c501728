//! Signals that this program is to ignore, as whoever started it has said: `nohup`
//! does so with SIGHUP, and a shell without job control with the Ctrl-C of what
//! runs in the background.

/// The line of `/proc/self/status` with a bit for each signal that is ignored.
const IGNORED: &str = "SigIgn:";

/// The signals that are ignored.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ignored(u64);

impl Ignored {
    /// As it is now. Who listens to a signal ignores it no more, so this is asked
    /// before. Where it cannot be told, none is: but for Linux, only unsafe code
    /// could ask.
    pub(super) fn now() -> Self {
        let status = std::fs::read_to_string("/proc/self/status");
        let ignored = status.ok().and_then(|status| Ignored::read(&status));
        ignored.unwrap_or(Ignored(0))
    }

    fn read(status: &str) -> Option<Self> {
        let mask = status.lines().find_map(|line| line.strip_prefix(IGNORED))?;
        u64::from_str_radix(mask.trim(), 16).ok().map(Ignored)
    }

    /// Whether a signal is among them.
    pub(super) fn has(&self, signal: i32) -> bool {
        let bit = u32::try_from(signal - 1).ok();
        bit.and_then(|bit| self.0.checked_shr(bit))
            .is_some_and(|mask| mask & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_signal_has_its_bit() {
        let status = "SigBlk:\t0000000000000006\nSigIgn:\t0000000000001001\nSigCgt:\t0\n";
        let ignored = Ignored::read(status).unwrap();
        let which: Vec<_> = (-1..=65).filter(|signal| ignored.has(*signal)).collect();
        assert_eq!(which, [1, 13]);
    }

    #[test]
    fn what_is_no_status_tells_nothing() {
        for text in ["", "SigIgn:", "SigIgn:\tnone", "Name:\tSigIgn: 1"] {
            assert_eq!(Ignored::read(text), None, "{text}");
        }
    }
}
