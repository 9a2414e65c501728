use jira_host::types::SweepCounts;

use crate::output::{counted, grouped};

/// A count, to be read.
pub(super) fn number(count: u32) -> String {
    usize::try_from(count).map_or_else(|_| count.to_string(), grouped)
}

/// How many accounts were reported, and in how many batches.
pub(super) fn accounts_in_batches(counts: &SweepCounts) -> String {
    let accounts = counted(counts.reported, "account", "accounts");
    let batches = counted(counts.batches, "batch", "batches");
    format!("{accounts} in {batches}")
}

/// How far a sweep is. How many accounts there are, only the way through all of
/// them would tell.
pub(super) fn so_far(counts: &SweepCounts) -> String {
    let mut words = format!(
        "reported {}, {} closed, {} updated",
        accounts_in_batches(counts),
        number(counts.closed),
        number(counts.updated)
    );
    if counts.failed > 0 {
        words.push_str(&format!(", {} failed", number(counts.failed)));
    }
    words
}
