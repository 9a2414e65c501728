//! Looking whether a store is whole.

use std::collections::BTreeSet;

use super::super::error::SealedStoreError;
use super::super::sealed_store::StoreReport;
use super::desk::Desk;
use super::entries::{self, Fields, is_entry};
use super::scripts;

/// Opens every value, compares the entries with the index, and asks the server
/// about its disk.
pub(super) async fn inspect(desk: &Desk) -> Result<StoreReport, SealedStoreError> {
    desk.server.leave_warnings();
    let ran = desk.run_unlocked(&scripts::INSPECT, |_, _| Ok(())).await?;
    let (fields, index): (Fields, BTreeSet<String>) = ran.answer;
    let sealer = &ran.unlocked.sealer;
    let mut report = StoreReport::default();
    let mut unindexed = 0;
    let fields = fields.iter().filter(|(field, _)| is_entry(field));
    for (key, field) in fields {
        if entries::open(sealer, key, field).is_none() {
            report.problems.push(entries::problem(key));
        }
        if !index.contains(key) {
            unindexed += 1;
            report.problems.push(format!("`{key}` is not in the index"));
        }
        report.count(key);
    }
    if index.len() + unindexed != report.entries {
        let problem = "there are keys in the index that have no entry";
        report.problems.push(problem.to_owned());
    }
    report.warnings = ran.live.durability.warnings;
    Ok(report)
}
