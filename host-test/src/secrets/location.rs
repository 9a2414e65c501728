use std::path::PathBuf;

use etcetera::AppStrategy;
use etcetera::app_strategy::{AppStrategyArgs, choose_native_strategy};

/// Where the store is when nothing else is said: in the folder where this
/// platform keeps a user's application data (`~/.local/share/jira-host`,
/// `~/Library/Application Support/jira-host`, `%APPDATA%\jira-host`). `None` for
/// a user without a home.
pub fn default_store_path() -> Option<PathBuf> {
    data_path("secrets.db")
}

/// The path of a file with this name in that folder.
pub(super) fn data_path(name: &str) -> Option<PathBuf> {
    let application = AppStrategyArgs {
        app_name: "jira-host".to_owned(),
        ..AppStrategyArgs::default()
    };
    let folders = choose_native_strategy(application).ok()?;
    Some(folders.in_data_dir(name))
}
