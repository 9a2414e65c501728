use jira_host::secrets::StoreAddress;
use serde_json::{Value, json};

use crate::commands::context::Context;

/// The value of a setting that is in force.
pub(super) fn value(context: &Context, name: &str) -> Value {
    match name {
        "store" => context
            .store_address()
            .map_or(Value::Null, |address| store(&address).into()),
        "component" => path(context.component_path().ok()),
        "ca" => path(context.ca()),
        "allow_origin" => context.origins_to_allow().into(),
        "allow_address" => context.addresses_to_allow().into(),
        "proxy_from_environment" => context.is_proxy_asked_for().into(),
        "verbosity" => json!(format!("{:?}", context.verbosity()).to_lowercase()),
        "log_format" => json!(format!("{:?}", context.log_format()).to_lowercase()),
        _ => Value::Null,
    }
}

fn path(path: Option<std::path::PathBuf>) -> Value {
    path.map_or(Value::Null, |path| path.display().to_string().into())
}

/// Without a password.
fn store(address: &StoreAddress) -> String {
    match address {
        StoreAddress::File(path) => path.display().to_string(),
        StoreAddress::Redis(address) => address.to_string(),
    }
}
