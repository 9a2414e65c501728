use super::{HeldAccount, SweepOptions};

impl SweepOptions {
    /// A sweep by any connection, with the contract's limits.
    pub fn new() -> Self {
        SweepOptions {
            connection: None,
            dry_run: false,
            force: false,
            max_batches: None,
            timeout_ms: None,
            in_flight: None,
            cursor: None,
        }
    }
}

impl Default for SweepOptions {
    fn default() -> Self {
        SweepOptions::new()
    }
}

impl HeldAccount {
    /// An account whose data was retrieved then, and of which no sites are known.
    pub fn new(account_id: impl Into<String>, retrieved_at_unix_ms: u64) -> Self {
        HeldAccount {
            account_id: account_id.into(),
            retrieved_at_unix_ms,
            cloud_ids: Vec::new(),
            may_be_older: false,
        }
    }
}
