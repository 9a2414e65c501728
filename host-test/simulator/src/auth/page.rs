//! The pages a person sees.

use crate::{Account, Settings, Site};

/// Marks the reason on an error page, for whoever plays the browser.
pub(crate) const REASON: (&str, &str) = ("<p id=\"reason\">", "</p>");

/// What the pages look like. They have no script and load nothing.
const STYLE: &str = "\
body { margin: 0; background: #f4f5f7; color: #172b4d;
  font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 8vh auto; padding: 2rem 2.5rem; background: #fff;
  border-radius: 6px; box-shadow: 0 1px 4px #0003; }
h1 { font-size: 1.3rem; margin: 0 0 1rem; }
h2 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
ul { margin: 0; padding-left: 1.2rem; columns: 2; font-size: .85rem; }
label { display: block; padding: .2rem 0; }
select { font: inherit; padding: .3rem; width: 100%; }
small { color: #626f86; }
.simulated { background: #fff7d6; border-left: 4px solid #e2b203; padding: .5rem .75rem;
  margin: 0 0 1.5rem; font-size: .85rem; }
.choice { margin-top: 2rem; display: flex; gap: .75rem; }
button { font: inherit; padding: .5rem 1.25rem; border: 0; border-radius: 4px;
  background: #e9ebee; color: inherit; cursor: pointer; }
button[value=allow] { background: #0c66e4; color: #fff; }
@media (prefers-color-scheme: dark) {
  body { background: #161a1d; color: #dee4ea; }
  main { background: #22272b; }
  .simulated { color: #172b4d; }
  button { background: #38414a; }
}
";

/// The page that asks a person. Its form goes to the URL of the page itself.
pub(super) fn consent(settings: &Settings, scopes: &[String]) -> String {
    let scopes: String = scopes
        .iter()
        .map(|scope| format!("<li>{}</li>\n", escaped(scope)))
        .collect();
    let accounts: String = settings.accounts.iter().map(account).collect();
    let sites: String = settings.sites.iter().map(site).collect();
    let app = escaped(&settings.app_name);
    page(
        &format!("{app} wants access"),
        &format!(
            "<h1>{app} wants access to your Atlassian account</h1>\n\
             <form method=\"post\">\n\
             <label for=\"account\">You are</label>\n\
             <select id=\"account\" name=\"account\">\n{accounts}</select>\n\
             <h2>Use it on</h2>\n{sites}\
             <h2>It may</h2>\n<ul>\n{scopes}</ul>\n\
             <div class=\"choice\">\n\
             <button name=\"decision\" value=\"allow\">Accept</button>\n\
             <button name=\"decision\" value=\"deny\">Cancel</button>\n\
             </div>\n</form>\n"
        ),
    )
}

/// The page where a request ends that no person is asked about.
pub(super) fn error(reason: &str) -> String {
    let (open, close) = REASON;
    let reason = escaped(reason);
    page(
        "Something went wrong",
        &format!(
            "<h1>Something went wrong</h1>\n{open}{reason}{close}\n\
             <p><small>As with Atlassian, nobody is sent back from here: the app that \
             asked learns nothing of it.</small></p>\n"
        ),
    )
}

fn page(title: &str, content: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n<main>\n\
         <p class=\"simulated\">This is a simulated Atlassian on this machine. \
         Nobody's data is in it.</p>\n{content}</main>\n</html>\n"
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
        "<label><input type=\"checkbox\" name=\"site\" value=\"{}\" checked> {} <small>{}</small></label>\n",
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
