use std::io::{self, IsTerminal};

use jira_host::types::Site;

use super::typed_line::line;
use crate::commands::context::{Context, interruption};
use crate::exit::{Exit, Failure};
use crate::log;
use crate::output::printable;

/// Lets the person choose among several sites, on a terminal; otherwise, or where
/// a machine reads what is told, says what to type.
pub(super) async fn ask(
    context: &Context,
    connection: &str,
    sites: &[Site],
) -> Result<String, Failure> {
    log::request(listed(sites));
    let is_person = io::stdin().is_terminal() && io::stderr().is_terminal();
    if !is_person || log::is_json() {
        let first = sites.first().map_or("URL", |site| site.url.as_str());
        let command = context.command_line(&["connect", connection, "--site", first]);
        return Err(Failure::new(
            Exit::Configuration,
            "the consent is saved, and the site is not chosen yet",
        )
        .with_hint(format!("choose one, without another consent: `{command}`")));
    }
    loop {
        log::question(format_args!("Which one (1 to {})? ", sites.len()));
        let line = tokio::select! {
            line = line() => line?,
            () = interruption() => return Err(Failure::silent(Exit::Interrupted)),
        };
        if let Some(site) = chosen(&line, sites) {
            return Ok(site.cloud_id.clone());
        }
    }
}

fn listed(sites: &[Site]) -> String {
    let mut text = "This consent reaches several sites:".to_owned();
    for (place, site) in sites.iter().enumerate() {
        let (place, url, name) = (place + 1, printable(&site.url), printable(&site.name));
        text.push_str(&format!("\n  {place}  {url}  ({name})"));
    }
    text
}

fn chosen<'a>(line: &str, sites: &'a [Site]) -> Option<&'a Site> {
    let line = line.trim();
    let by_place = line
        .parse()
        .ok()
        .and_then(|place: usize| sites.get(place.checked_sub(1)?));
    by_place.or_else(|| {
        sites
            .iter()
            .find(|site| site.url == line || site.name == line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(name: &str) -> Site {
        Site {
            cloud_id: format!("id-of-{name}"),
            url: format!("https://{name}.atlassian.net"),
            name: name.to_owned(),
            scopes: Vec::new(),
        }
    }

    #[test]
    fn a_site_is_chosen_by_its_place_name_or_url_and_never_guessed() {
        let sites = [site("one"), site("two")];
        let name = |line| chosen(line, &sites).map(|site| site.name.as_str());
        assert_eq!(name("2\n"), Some("two"));
        assert_eq!(name(" one "), Some("one"));
        assert_eq!(name("https://two.atlassian.net"), Some("two"));
        for line in ["", "0", "3", "-1", "on", "99999999999999999999"] {
            assert_eq!(name(line), None, "{line:?}");
        }
    }
}
