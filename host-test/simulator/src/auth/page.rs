//! The pages a person sees.

use crate::{Account, Settings, Site};

/// Marks the reason on an error page, for whoever plays the browser.
pub(crate) const REASON: (&str, &str) = ("<p id=\"reason\">", "</p>");

/// The page that asks a person. Its form goes to the URL of the page itself.
pub(super) fn consent(settings: &Settings, scopes: &[String]) -> String {
    let scopes: String = scopes
        .iter()
        .map(|scope| format!("<li>{}</li>\n", escaped(scope)))
        .collect();
    let accounts: String = settings.accounts.iter().map(account).collect();
    let sites: String = settings.sites.iter().map(site).collect();
    let app = escaped(&settings.app_name);
    format!(
        "<!doctype html>\n<title>{app} wants access</title>\n\
         <h1>{app} wants access to your Atlassian account</h1>\n\
         <ul>\n{scopes}</ul>\n\
         <form method=\"post\">\n\
         <select name=\"account\">\n{accounts}</select>\n{sites}\
         <button name=\"decision\" value=\"allow\">Accept</button>\n\
         <button name=\"decision\" value=\"deny\">Cancel</button>\n\
         </form>\n"
    )
}

/// The page where a request ends that no person is asked about.
pub(super) fn error(reason: &str) -> String {
    let (open, close) = REASON;
    let reason = escaped(reason);
    format!(
        "<!doctype html>\n<title>Something went wrong</title>\n\
         <h1>Something went wrong</h1>\n{open}{reason}{close}\n"
    )
}

fn account(account: &Account) -> String {
    format!(
        "<option value=\"{}\">{}</option>\n",
        escaped(&account.account_id),
        escaped(&account.name)
    )
}

fn site(site: &Site) -> String {
    format!(
        "<label><input type=\"checkbox\" name=\"site\" value=\"{}\"> {} ({})</label>\n",
        escaped(&site.cloud_id),
        escaped(&site.name),
        escaped(&site.url)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
