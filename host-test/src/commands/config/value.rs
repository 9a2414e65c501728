use serde_json::{Value, json};
use url::Url;

use crate::commands::context::Context;

/// What stands in the place of a password.
const HIDDEN: &str = "hidden";

/// The value of a setting that is in force.
pub(super) fn value(context: &Context, name: &str) -> Value {
    match name {
        "store" => context
            .store_name()
            .map_or(Value::Null, |store| Value::String(without_password(&store))),
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

/// A store's URL may hold a password; a path is what it is.
fn without_password(store: &str) -> String {
    match Url::parse(store) {
        Ok(mut url) if url.has_authority() && url.password().is_some() => {
            // A URL with an authority takes a password.
            let _ = url.set_password(Some(HIDDEN));
            url.into()
        }
        _ => store.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_store_is_not_shown() {
        let shown = without_password("rediss://ada:canary@redis.example:6380/2");
        assert_eq!(shown, "rediss://ada:hidden@redis.example:6380/2");
        assert_eq!(
            without_password("redis://:canary@host"),
            "redis://:hidden@host"
        );
        for other in ["/home/ada/secrets.db", "redis://host/0", "C:\\secrets.db"] {
            assert_eq!(without_password(other), other);
        }
    }
}
