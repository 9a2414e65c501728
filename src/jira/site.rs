//! Sites, and the gateway behind which they are reached.

use serde_json::Value;
use url::Url;

use super::{
    app::Origin,
    error::{Error, Result},
    http::HttpResponse,
    json::{self, Broken, FromJson, Object, Texts, ToJson},
    path::{self, Target},
    query::encode_component,
};

/// A Jira Cloud tenant that a grant reaches, written as Atlassian lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its cloud id.
    pub cloud_id: String,
    /// Its URL.
    pub url: String,
    /// Its name.
    pub name: String,
    /// What the grant may do there.
    pub scopes: Texts,
}

impl Site {
    /// Whether this is the site that a person means: by cloud id, or by URL
    /// with or without a slash at the end.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let same_url =
            |url: &Url| Url::parse(&self.url).is_ok_and(|own| own.origin() == url.origin());
        self.cloud_id == name || Url::parse(name).as_ref().is_ok_and(same_url)
    }

    fn add_scopes(&mut self, scopes: Texts) {
        let mut all = core::mem::take(&mut self.scopes).into_vec();
        for scope in scopes.into_vec() {
            if !all.contains(&scope) {
                all.push(scope);
            }
        }
        self.scopes = all.into();
    }

    /// The path of this site on the gateway.
    fn gateway_path(&self) -> String {
        ["/ex/jira/", &encode_component(&self.cloud_id)].concat()
    }

    /// The URL of a target on the gateway.
    #[must_use]
    pub fn gateway_url(&self, api_origin: &Origin, target: &Target) -> Url {
        let mut url = api_origin.at(&[&self.gateway_path(), target.path.as_str()].concat());
        url.set_query(target.query.as_deref());
        url
    }

    /// Whether a link leads to the site itself, past the gateway.
    #[must_use]
    pub fn is_at(&self, link: &Url) -> bool {
        Url::parse(&self.url).is_ok_and(|own| own.origin() == link.origin())
    }

    /// Where a link in an answer leads: Jira writes links to itself in the
    /// gateway's form or in the site's, and both mean the gateway's.
    ///
    /// `None` is a link to anywhere else, where no credential may go.
    #[must_use]
    pub fn re_root(&self, api_origin: &Origin, link: &Url) -> Option<Url> {
        let below_the_site = if api_origin.has(link) {
            link.path().strip_prefix(&self.gateway_path())?
        } else if self.is_at(link) {
            link.path()
        } else {
            return None;
        };
        let is_api = below_the_site.starts_with("/rest/") || below_the_site.starts_with("/jsm/");
        (is_api && path::check(below_the_site).is_ok()).then(|| {
            let target = Target {
                path: below_the_site.into(),
                query: link.query().map(String::from),
            };
            self.gateway_url(api_origin, &target)
        })
    }
}

impl FromJson for Site {
    fn from_json(object: &Object) -> Result<Self, Broken> {
        Ok(Self {
            cloud_id: object.text("id")?,
            url: object.text("url")?,
            name: object.optional_text("name")?.unwrap_or_default(),
            scopes: object.later_texts("scopes")?,
        })
    }
}

impl ToJson for Site {
    fn to_json(&self) -> Value {
        json::object(vec![
            ("id", self.cloud_id.as_str().into()),
            ("url", self.url.as_str().into()),
            ("name", self.name.as_str().into()),
            ("scopes", json::texts(&self.scopes)),
        ])
    }
}

/// Reads the answer of `accessible-resources`: the Jira sites, each once.
///
/// Jira and Confluence of one site share an id and are listed apart, told
/// apart by their scopes only.
pub fn read_accessible_resources(response: &HttpResponse) -> Result<Vec<Site>> {
    let unexpected = |broken: Broken| {
        let message = format!("the list of sites is not the documented one: {broken}");
        Error::unexpected("accessible-resources", message).with_trace(response.trace_id())
    };
    // What other products list is none of our business, whatever it looks like.
    let read = |resource: &Object<'_>| match resource.texts("scopes") {
        Ok(scopes) if is_jira(&scopes) => Site::from_json(resource).map(Some),
        _ => Ok(None),
    };
    let listed = json::parse_list(&response.body, read)
        .map_err(|broken| unexpected(response.headers.explain(broken)))?;
    let mut sites: Vec<Site> = Vec::new();
    for site in listed.into_iter().flatten() {
        match sites
            .iter_mut()
            .find(|known| known.cloud_id == site.cloud_id)
        {
            Some(known) => known.add_scopes(site.scopes),
            None => sites.push(site),
        }
    }
    Ok(sites)
}

/// Whether any of these scopes is one of Jira's: `read:jira-work`,
/// `read:servicedesk-request`, `read:issue:jira`, `read:sprint:jira-software` …
fn is_jira(scopes: &[String]) -> bool {
    let names_jira = |part: &str| part.starts_with("jira") || part.starts_with("servicedesk");
    scopes
        .iter()
        .any(|scope| scope.split(':').skip(1).any(names_jira))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jira::{app::App, http::Headers};

    fn site() -> Site {
        Site {
            cloud_id: "11-22".into(),
            url: "https://acme.atlassian.net".into(),
            name: "Acme".into(),
            scopes: vec![].into(),
        }
    }

    fn api_origin() -> Origin {
        let record = br#"{"client_id":"i","client_secret":"s","redirect_uri":"https://h/"}"#;
        App::parse(record).unwrap().api_origin
    }

    #[track_caller]
    fn assert_re_rooted(link: &str, expected: Option<&str>) {
        let url = site().re_root(&api_origin(), &Url::parse(link).unwrap());
        assert_eq!(url.as_ref().map(Url::as_str), expected, "{link}");
    }

    #[test]
    fn links_in_gateway_and_site_form_lead_to_the_gateway() {
        let expected = Some("https://api.atlassian.com/ex/jira/11-22/rest/api/3/task/1?a=b");
        assert_re_rooted(
            "https://api.atlassian.com/ex/jira/11-22/rest/api/3/task/1?a=b",
            expected,
        );
        assert_re_rooted("https://acme.atlassian.net/rest/api/3/task/1?a=b", expected);
        assert_re_rooted(
            "https://acme.atlassian.net/x/../rest/api/3/task/1?a=b#f",
            expected,
        );
    }

    #[test]
    fn links_to_anywhere_else_are_not_ours() {
        for link in [
            "https://api.atlassian.com/ex/jira/99/rest/api/3/task/1",
            "https://api.atlassian.com/ex/jira/11-223/rest/api/3/task/1",
            "https://api.atlassian.com/me",
            "https://api.atlassian.com/ex/jira/11-22/../99/rest/api/3/x",
            "https://api.atlassian.com/ex/jira/11-22/rest/%2e%2e/x",
            "https://api.atlassian.com/ex/jira/11-22/rest//x",
            "https://api.atlassian.com/ex/jira/11-22/rest/..%2f..%2fother",
            "https://api.atlassian.com/ex/jira/11-22/rest/..;/x",
            "https://api.atlassian.com/ex/jira/11-22/rest/%252e%252e/x",
            "https://acme.atlassian.net/rest/..%5cx",
            "http://api.atlassian.com/ex/jira/11-22/rest/api/3/task/1",
            "https://api.atlassian.com:444/ex/jira/11-22/rest/api/3/task/1",
            "https://acme.atlassian.net/login.jsp",
            "https://acme.atlassian.net.evil.example/rest/api/3/x",
            "https://api.media.atlassian.com/file/1/binary",
        ] {
            assert_re_rooted(link, None);
        }
    }

    #[test]
    fn a_site_is_known_by_cloud_id_and_by_url() {
        for name in [
            "11-22",
            "https://acme.atlassian.net",
            "https://ACME.atlassian.net/",
        ] {
            assert!(site().is_called(name), "{name}");
        }
        for name in [
            "",
            "11-2",
            "Acme",
            "http://acme.atlassian.net",
            "https://acme.atlassian.net.evil.example",
        ] {
            assert!(!site().is_called(name), "{name}");
        }
    }

    #[test]
    fn only_jira_sites_are_listed_each_once_with_all_scopes() {
        let body = br#"[
            {"id":"1","url":"https://a","name":"A","scopes":["read:jira-work"],"avatarUrl":"x"},
            {"id":"1","url":"https://a","name":"A","scopes":["read:confluence-content.all"]},
            {"id":"1","url":"https://a","name":"A","scopes":["read:servicedesk-request","read:jira-work"]},
            {"scopes":["read:other"]},
            {"id":"2","url":"https://b","name":"B","scopes":["read:confluence-content.all"]},
            {"id":"3","url":"https://c","name":"C","scopes":["read:sprint:jira-software"]}]"#;
        let response = HttpResponse {
            status: 200,
            headers: Headers::new(),
            body: body.into(),
            truncated: false,
        };
        let sites = read_accessible_resources(&response).unwrap();
        let found: Vec<_> = sites
            .iter()
            .map(|site| (site.cloud_id.as_str(), site.scopes.len()))
            .collect();
        assert_eq!(found, [("1", 2), ("3", 1)]);
    }

    #[test]
    fn a_list_of_sites_that_is_none_is_an_error() {
        for (body, why) in [
            ("<html>", "it is not JSON (line 1, column 1)"),
            ("{}", "it is not a JSON list"),
            (r#"[{"scopes":["read:jira-work"]}]"#, "`id` is missing"),
            ("[7]", "it is not a JSON object"),
        ] {
            let response = HttpResponse {
                status: 200,
                headers: Headers::new(),
                body: body.into(),
                truncated: false,
            };
            let error = read_accessible_resources(&response).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("the list of sites is not the documented one: {why}")
            );
        }
    }
}
