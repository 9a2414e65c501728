use std::sync::Arc;

use jira_host::secrets::{KEY_VARIABLE, KeySource, SecretStore, SqliteOptions};

use super::Findings;
use crate::commands::context::Context;
use crate::exit::{Exit, Failure};

const STORE: &str = "store";
const KEY: &str = "key";

/// The store, if there is one that can be used.
pub(super) async fn check(
    context: &Context,
    findings: &mut Findings,
) -> Option<Arc<dyn SecretStore>> {
    let checked = try_check(context, findings).await;
    checked.unwrap_or_else(|failure| {
        findings.failure(STORE, &failure, "`jira-host store check` says more");
        None
    })
}

async fn try_check(
    context: &Context,
    findings: &mut Findings,
) -> Result<Option<Arc<dyn SecretStore>>, Failure> {
    let path = context.store_path()?;
    let keys = match KeySource::for_store(&path) {
        Ok(keys) => keys,
        Err(error) => {
            findings.failure(KEY, &Failure::from(error), "mend JIRA_HOST_KEY");
            return Ok(None);
        }
    };
    if let Ok(false) = path.try_exists() {
        let what = format!("`{}` is not there yet", path.display());
        let mend = "`jira-host app set` makes it; or is it elsewhere? Name it with `--store PATH`";
        findings.warning(STORE, what, mend);
        return Ok(None);
    }
    let key = match &keys {
        KeySource::Key(_) => format!("the one in {KEY_VARIABLE}"),
        KeySource::File(file) => format!("`{}`", file.path().display()),
    };
    let store = SqliteOptions::new().existing_only().open(&path, keys)?;
    findings.ok(KEY, format!("{key} opens the store"));
    let report = store.check().await?;
    let shown = path.display();
    if report.problems.is_empty() {
        let entries = report.entries;
        findings.ok(STORE, format!("`{shown}` is whole; entries: {entries}"));
    } else {
        let problems = report.problems.join("\n");
        findings.problem(
            STORE,
            Exit::SecretStore,
            format!("`{shown}` is damaged:\n{problems}"),
            "bring it back from a backup; `jira-host store check` says more",
        );
    }
    Ok(Some(Arc::new(store)))
}
