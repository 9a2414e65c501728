//! Accounts in the register, and data under them.

use jira_host::types::{
    Error, HeldAccount, RegisteredAccount, StatusQuery, Summary, SweepEnd, SweepOptions,
    SweepOutcome, SweepReport, SweepStep, SweepStop,
};

use crate::clock::START_UNIX_MS;
use crate::stage::Stage;

/// When all data was retrieved: a minute before a test begins.
pub const RETRIEVED: u64 = START_UNIX_MS - 60_000;

/// Where reports go.
pub const REPORTS: &str = "/app/report-accounts/";

/// One batch at a time, so that their order is known.
pub fn one_by_one() -> SweepOptions {
    SweepOptions {
        in_flight: Some(1),
        ..SweepOptions::new()
    }
}

impl Stage {
    /// Connected, with these accounts in the register beside the one that
    /// consented.
    pub async fn with_accounts(ids: &[&str]) -> Stage {
        let stage = Stage::connected().await;
        stage.enter(ids).await;
        stage
    }

    pub async fn gdpr(&self, step: SweepStep) -> Result<SweepOutcome, Error> {
        self.tenant.gdpr_sweep(&step).await.unwrap()
    }

    pub async fn enter(&self, ids: &[&str]) {
        let held = |id: &&str| HeldAccount::new(*id, RETRIEVED);
        let accounts: Vec<_> = ids.iter().map(held).collect();
        for accounts in accounts.chunks(1_000) {
            match self.gdpr(SweepStep::Enter(accounts.to_vec())).await {
                Ok(SweepOutcome::Entered(entered)) => assert_eq!(entered.refused, []),
                other => panic!("{other:?}"),
            }
        }
    }

    /// Something of each kind that a host keeps.
    pub fn keep(&self, id: &str) {
        let escaped = id.replace(':', "=3A");
        for kind in ["pack-configurations", "action-options", "user-data"] {
            self.store
                .write_directly(&format!("{kind}/{escaped}/x"), "{}");
        }
    }

    /// What there is of the three kinds, and in the register.
    pub async fn kept(&self) -> Vec<String> {
        let mut keys = self.store.keys().await;
        let kinds = [
            "accounts/",
            "action-options/",
            "pack-configurations/",
            "user-data/",
        ];
        keys.retain(|key| kinds.iter().any(|kind| key.starts_with(kind)));
        keys.sort();
        keys
    }

    pub async fn sweep(&self) -> SweepReport {
        self.sweep_with(SweepOptions::new()).await
    }

    pub async fn sweep_with(&self, options: SweepOptions) -> SweepReport {
        match self.gdpr(SweepStep::Sweep(options)).await {
            Ok(SweepOutcome::Swept(report)) => report,
            other => panic!("{other:?}"),
        }
    }

    pub async fn account(&self, id: &str) -> Option<RegisteredAccount> {
        let query = StatusQuery::Account(id.to_owned());
        match self.gdpr(SweepStep::Status(query)).await {
            Ok(SweepOutcome::Account(account)) => account,
            other => panic!("{other:?}"),
        }
    }

    pub async fn summary(&self) -> Summary {
        match self.gdpr(SweepStep::Status(StatusQuery::Summary)).await {
            Ok(SweepOutcome::Summary(summary)) => summary,
            other => panic!("{other:?}"),
        }
    }

    /// How often an account was reported.
    pub fn reports(&self, id: &str) -> u32 {
        self.simulator
            .reported(id)
            .map_or(0, |reported| reported.times)
    }
}

/// Ids that nobody else has.
pub fn ids(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("account-{number:06}"))
        .collect()
}

pub fn as_strs(ids: &[String]) -> Vec<&str> {
    ids.iter().map(String::as_str).collect()
}

#[track_caller]
pub fn stopped(report: &SweepReport) -> &SweepStop {
    match &report.end {
        SweepEnd::Stopped(stop) => stop,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub fn cursor(report: &SweepReport) -> String {
    match &report.end {
        SweepEnd::More(cursor) => cursor.clone(),
        other => panic!("{other:?}"),
    }
}
