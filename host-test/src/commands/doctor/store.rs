use std::sync::Arc;

use jira_host::secrets::{
    KEY_VARIABLE, KeySource, MemoryStore, SealedStore, SealedStoreError, SecretStore, StoreAddress,
};

use super::{Findings, NO_STORE};
use crate::commands::context::Context;
use crate::exit::{Exit, Failure};

const STORE: &str = "store";
const KEY: &str = "key";

/// What to do where an error does not say it.
const MEND: &str = "`jira-host store check` says more";

/// The store, if it can be read. One that is not there yet is empty.
pub(super) async fn check(
    context: &Context,
    findings: &mut Findings,
) -> Option<Arc<dyn SecretStore>> {
    let address = match context.store_address() {
        Ok(address) => address,
        Err(failure) => {
            findings.failure(STORE, &failure, MEND);
            return None;
        }
    };
    match open(&address, findings).await? {
        Some(store) => {
            whole(&*store, findings).await;
            Some(store)
        }
        None => Some(Arc::new(MemoryStore::new())),
    }
}

/// Opens it; nothing inside where it is not there yet, and nothing at all where it
/// cannot be opened.
async fn open(
    address: &StoreAddress,
    findings: &mut Findings,
) -> Option<Option<Arc<dyn SealedStore>>> {
    match address.open_existing().await {
        Ok(store) => {
            findings.ok(KEY, format!("{} opens the store", key(address)));
            return Some(Some(store));
        }
        Err(SealedStoreError::Missing(at)) => {
            findings.warning(
                STORE,
                format!("there is none at `{at}` yet"),
                "`jira-host app set` makes it; or is it elsewhere? Name it with `--store`",
            );
            findings.skipped(KEY, "there is nothing yet that a key would open");
            return Some(None);
        }
        Err(error @ (SealedStoreError::Key(_) | SealedStoreError::WrongKey(_))) => {
            findings.failure(KEY, &Failure::from(error), MEND);
        }
        Err(error) => {
            findings.failure(STORE, &Failure::from(error), MEND);
            findings.skipped(KEY, NO_STORE);
        }
    }
    None
}

/// Where the key is.
fn key(address: &StoreAddress) -> String {
    match address.keys() {
        Ok(KeySource::File(file)) => format!("`{}`", file.path().display()),
        _ => format!("the one in {KEY_VARIABLE}"),
    }
}

async fn whole(store: &dyn SealedStore, findings: &mut Findings) {
    let at = store.at();
    let report = match store.check().await {
        Ok(report) => report,
        Err(error) => return findings.failure(STORE, &Failure::from(error), MEND),
    };
    if report.problems.is_empty() {
        let entries = report.entries;
        findings.ok(STORE, format!("`{at}` is whole; entries: {entries}"));
    } else {
        findings.problem(
            STORE,
            Exit::SecretStore,
            format!("`{at}` is damaged:\n{}", report.problems.join("\n")),
            format!("bring it back from a backup; {MEND}"),
        );
    }
    for warning in report.warnings {
        findings.warning(STORE, warning, "change how the server keeps its data");
    }
}
