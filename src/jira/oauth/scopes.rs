//! Which scopes a consent asks for.

use crate::jira::{
    app::App,
    error::{Error, Result},
};

/// What every connection asks for.
const USUAL: &[&str] = &[
    "read:me",
    "read:jira-user",
    "read:jira-work",
    "write:jira-work",
    "manage:jira-project",
    "manage:jira-configuration",
    "manage:jira-webhook",
];

/// Asks for a refresh token. Not a scope of the developer console: it belongs
/// to the identity provider.
const OFFLINE_ACCESS: &str = "offline_access";

/// For the personal data reports that an app which keeps account ids owes.
pub const REPORT_PERSONAL_DATA: &str = "report:personal-data";

/// With service management.
const SERVICE_MANAGEMENT: &[&str] = &[
    "read:servicedesk-request",
    "write:servicedesk-request",
    "manage:servicedesk-customer",
];

/// The longest list of extra scopes: the consent URL must stay one that
/// browsers and servers accept.
const MAX_EXTRA_BYTES: usize = 4 * 1024;

/// All scopes to ask for, each once.
pub fn to_ask_for(
    app: &App,
    include_service_management: bool,
    extra: &[String],
) -> Result<Vec<String>> {
    if extra.iter().map(String::len).sum::<usize>() > MAX_EXTRA_BYTES {
        let why = format!("together they are longer than {MAX_EXTRA_BYTES} bytes");
        return Err(Error::invalid("extra-scopes", why));
    }
    let mut scopes: Vec<String> = USUAL.iter().map(|scope| (*scope).into()).collect();
    scopes.push(OFFLINE_ACCESS.into());
    if app.report_personal_data {
        scopes.push(REPORT_PERSONAL_DATA.into());
    }
    if include_service_management {
        scopes.extend(SERVICE_MANAGEMENT.iter().map(|scope| (*scope).into()));
    }
    for scope in extra {
        if !is_scope_token(scope) {
            return Err(Error::invalid(
                "extra-scopes",
                format_args!("{scope:?} is not a scope"),
            ));
        }
        if !scopes.contains(scope) {
            scopes.push(scope.clone());
        }
    }
    Ok(scopes)
}

/// RFC 6749 section 3.3.
fn is_scope_token(scope: &str) -> bool {
    let allowed = |byte| matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~');
    !scope.is_empty() && scope.bytes().all(allowed)
}

/// Whether a scope is one that `accessible-resources` lists for a site; the
/// identity provider's own and the app's are not.
#[must_use]
pub fn is_of_a_site(scope: &str) -> bool {
    !matches!(
        scope,
        "read:me" | "read:account" | OFFLINE_ACCESS | REPORT_PERSONAL_DATA
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(more: &str) -> App {
        let record =
            format!(r#"{{"client_id":"i","client_secret":"s","redirect_uri":"https://h/"{more}}}"#);
        App::parse(record.as_bytes()).unwrap()
    }

    #[test]
    fn the_usual_scopes_are_those_that_the_product_promises() {
        assert_eq!(
            to_ask_for(&app(""), false, &[]).unwrap().join(" "),
            "read:me read:jira-user read:jira-work write:jira-work manage:jira-project \
             manage:jira-configuration manage:jira-webhook offline_access report:personal-data"
        );
    }

    #[test]
    fn service_management_and_extra_scopes_are_added_once_and_reporting_only_where_the_app_has_it()
    {
        let extra = [
            "read:jira-work".into(),
            "read:board-scope:jira-software".into(),
        ];
        let scopes = to_ask_for(&app(r#","report_personal_data":false"#), true, &extra).unwrap();
        assert_eq!(
            scopes.join(" "),
            "read:me read:jira-user read:jira-work write:jira-work manage:jira-project \
             manage:jira-configuration manage:jira-webhook offline_access read:servicedesk-request \
             write:servicedesk-request manage:servicedesk-customer read:board-scope:jira-software"
        );
    }

    #[test]
    fn what_is_no_scope_is_refused() {
        for scope in ["", "a b", "a\"b", "a\\b", "ü"] {
            let error = to_ask_for(&app(""), false, &[scope.into()]).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("extra-scopes: {scope:?} is not a scope")
            );
        }
        let error = to_ask_for(&app(""), false, &["x".repeat(5_000)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "extra-scopes: together they are longer than 4096 bytes"
        );
    }
}
