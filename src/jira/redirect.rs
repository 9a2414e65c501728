//! Where an answer points, and what may be taken along.

use url::Url;

use super::{
    app::{Origin, is_loopback},
    error::{Error, Kind, Result},
    http::{HttpRequest, HttpResponse, Method, USER_AGENT},
    site::Site,
};

/// Jira needs one, its media service a second; five is what leaves room.
pub const MAX_REDIRECTS: u32 = 5;

/// All that another origin gets to see of the caller's headers: what shapes
/// the answer, and nothing that could be a secret.
const HEADERS_FOR_OTHERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "if-range",
    "range",
];

/// A request and whether it goes to the connection's own site.
#[derive(Debug)]
pub struct Hop {
    /// The request.
    pub request: HttpRequest,
    /// Whether the token goes with it.
    pub is_own_site: bool,
}

/// Whether a status points elsewhere by its `Location`.
#[must_use]
pub const fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The request that follows an answer. The link is never in an error: it may
/// be signed.
pub fn follow(hop: Hop, response: &HttpResponse, site: &Site, api_origin: &Origin) -> Result<Hop> {
    let status = response.status;
    let refuse = |why: &str| {
        let message = format!("Jira answered {status}, which cannot be followed: {why}");
        Error::unexpected("location", message).with_trace(response.trace_id())
    };
    let location = response
        .headers
        .get("location")
        .ok_or_else(|| refuse("it has no Location"))?;
    let base = base_of(&hop, location, site);
    let mut link = base
        .join(location)
        .map_err(|_| refuse("its Location is not a URL"))?;
    link.set_fragment(None);
    let request = with_method_of(status, hop.request);
    // Who has led away from the site may not lead back.
    let own_url = match hop.is_own_site {
        true => site.re_root(api_origin, &link),
        false => None,
    };
    if let Some(url) = own_url {
        return Ok(Hop {
            request: HttpRequest { url, ..request },
            is_own_site: true,
        });
    }
    if api_origin.has(&link) {
        return Err(refuse("it leads to the gateway, but not to this site"));
    }
    if hop.is_own_site && site.is_at(&link) {
        return Err(refuse(
            "it leads to a page of the site for people, such as its login",
        ));
    }
    if request.body.is_some() || !request.method.is_safe() {
        return Err(refuse(
            "it would take a body, or a change, to another origin",
        ));
    }
    if !may_be_visited(&link, api_origin) {
        return Err(refuse("its Location is not https, or has user information"));
    }
    let mut headers = request.headers.only(HEADERS_FOR_OTHERS);
    headers.push("user-agent", USER_AGENT);
    let request = HttpRequest {
        url: link,
        headers,
        bearer: None,
        ..request
    };
    Ok(Hop {
        request,
        is_own_site: false,
    })
}

/// What a link is relative to. The site writes paths of its own, `/rest/…`,
/// which the gateway has below the cloud id.
fn base_of(hop: &Hop, location: &str, site: &Site) -> Url {
    let is_site_path = location.starts_with("/rest/") || location.starts_with("/jsm/");
    match Url::parse(&site.url) {
        Ok(url) if hop.is_own_site && is_site_path => url,
        _ => hop.request.url.clone(),
    }
}

/// Another origin must be https; with a simulator, anything on the same
/// machine may be plain.
fn may_be_visited(link: &Url, api_origin: &Origin) -> bool {
    let is_secure = link.scheme() == "https"
        || (link.scheme() == "http" && api_origin.is_loopback() && is_loopback(link));
    is_secure && link.username().is_empty() && link.password().is_none()
}

/// RFC 9110 section 15.4: 303 asks for a GET; 301 and 302 after a POST are
/// taken for one by everybody; 307 and 308 keep everything.
fn with_method_of(status: u16, request: HttpRequest) -> HttpRequest {
    let becomes_get = match status {
        303 => request.method != Method::Head,
        301 | 302 => request.method == Method::Post,
        _ => false,
    };
    if !becomes_get {
        return request;
    }
    let mut headers = request.headers;
    headers.remove("content-type");
    HttpRequest {
        method: Method::Get,
        body: None,
        headers,
        ..request
    }
}

/// What to say after too many.
#[must_use]
pub fn too_many() -> Error {
    Error::new(
        Kind::LimitExceeded("redirects", MAX_REDIRECTS.into()),
        format!("the answer was still a redirect after {MAX_REDIRECTS} of them"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jira::{app::App, http::Headers, secret::Secret};

    const OWN: &str = "https://api.atlassian.com/ex/jira/c/rest/api/3/a";

    fn hop(method: Method) -> Hop {
        let mut headers = Headers::new();
        for (name, value) in [
            ("accept", "a/b"),
            ("range", "bytes=0-"),
            ("cookie", "c=1"),
            ("x-own", "1"),
            ("content-type", "t/u"),
        ] {
            headers.push(name, value);
        }
        let body = method.takes_body().then(|| b"body".to_vec());
        let url = Url::parse(OWN).unwrap();
        Hop {
            request: HttpRequest {
                method,
                url,
                headers,
                bearer: Some(Secret::new("t")),
                body,
            },
            is_own_site: true,
        }
    }

    fn go(method: Method, status: u16, location: Option<&str>) -> Result<Hop> {
        let mut headers = Headers::new();
        location
            .into_iter()
            .for_each(|location| headers.push("location", location));
        let response = HttpResponse {
            status,
            headers,
            body: Vec::new(),
            truncated: false,
        };
        follow(hop(method), &response, &site(), &api_origin())
    }

    fn site() -> Site {
        Site {
            cloud_id: "c".into(),
            url: "https://acme".into(),
            name: "A".into(),
            scopes: vec![].into(),
        }
    }

    fn api_origin() -> Origin {
        let record = br#"{"client_id":"i","client_secret":"s","redirect_uri":"https://h/"}"#;
        App::parse(record).unwrap().api_origin
    }

    fn names(hop: &Hop) -> Vec<&str> {
        hop.request.headers.iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn a_link_to_the_own_site_goes_through_the_gateway_with_everything() {
        for location in [
            "/ex/jira/c/rest/api/3/task/1",
            "https://acme/rest/api/3/task/1",
            "/rest/api/3/task/1",
            "task/1",
        ] {
            let hop = go(Method::Get, 302, Some(location)).unwrap();
            assert!(hop.is_own_site);
            assert!(
                hop.request
                    .url
                    .as_str()
                    .ends_with("/ex/jira/c/rest/api/3/task/1"),
                "{location}"
            );
            assert_eq!(
                names(&hop),
                ["accept", "range", "cookie", "x-own", "content-type"]
            );
        }
    }

    #[test]
    fn another_origin_gets_no_token_no_cookie_and_no_header_of_the_callers_own() {
        for location in [
            "https://api.media.atlassian.com/file/1?token=signed",
            "//evil.example/x",
        ] {
            let hop = go(Method::Get, 303, Some(location)).unwrap();
            assert!(
                !hop.is_own_site && hop.request.bearer.is_none(),
                "{location}"
            );
            assert_eq!(names(&hop), ["accept", "range", "user-agent"]);
        }
    }

    #[test]
    fn who_has_led_away_may_not_lead_back() {
        let away = go(Method::Get, 302, Some("https://evil.example/x")).unwrap();
        let headers = vec![("location".into(), OWN.into())];
        let response = HttpResponse {
            status: 302,
            headers: headers.into(),
            body: Vec::new(),
            truncated: false,
        };
        let error = follow(away, &response, &site(), &api_origin()).unwrap_err();
        let why = "it leads to the gateway, but not to this site";
        assert!(error.to_string().ends_with(why), "{error}");
    }

    #[test]
    fn the_method_and_body_change_as_the_rfc_says() {
        let own = "https://acme/rest/api/3/x";
        for (method, status, expected, keeps_body) in [
            (Method::Post, 301, Method::Get, false),
            (Method::Post, 302, Method::Get, false),
            (Method::Post, 303, Method::Get, false),
            (Method::Put, 303, Method::Get, false),
            (Method::Head, 303, Method::Head, false),
            (Method::Put, 302, Method::Put, true),
            (Method::Post, 307, Method::Post, true),
            (Method::Delete, 308, Method::Delete, true),
        ] {
            let request = go(method, status, Some(own)).unwrap().request;
            assert_eq!(
                (request.method, request.body.is_some()),
                (expected, keeps_body),
                "{method:?} {status}"
            );
            assert_eq!(
                request.headers.get("content-type").is_some(),
                keeps_body || method == Method::Head
            );
        }
    }

    #[track_caller]
    fn assert_refused(method: Method, status: u16, location: Option<&str>, why: &str) {
        let error = go(method, status, location).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("Jira answered {status}, which cannot be followed: {why}")
        );
        assert!(!format!("{error:?}").contains("signed"));
    }

    #[test]
    fn what_cannot_be_followed_is_refused_without_showing_the_link() {
        assert_refused(Method::Get, 302, None, "it has no Location");
        assert_refused(
            Method::Get,
            302,
            Some("https://[signed"),
            "its Location is not a URL",
        );
        let insecure = "its Location is not https, or has user information";
        assert_refused(
            Method::Get,
            302,
            Some("http://media.example/?t=signed"),
            insecure,
        );
        assert_refused(
            Method::Get,
            302,
            Some("http://127.0.0.1/?t=signed"),
            insecure,
        );
        assert_refused(
            Method::Get,
            302,
            Some("ftp://media.example/signed"),
            insecure,
        );
        assert_refused(
            Method::Get,
            302,
            Some("https://signed@media.example/"),
            insecure,
        );
        assert_refused(Method::Get, 302, Some("data:text/plain,signed"), insecure);
        let elsewhere = "it leads to the gateway, but not to this site";
        for link in [
            "/ex/jira/other/rest/api/3/signed",
            "/me",
            "/ex/jira/c/rest/..%2fsigned",
        ] {
            assert_refused(Method::Get, 302, Some(link), elsewhere);
        }
        assert_refused(
            Method::Post,
            302,
            Some("https://acme/login.jsp?t=signed"),
            "it leads to a page of the site for people, such as its login",
        );
        let changes = "it would take a body, or a change, to another origin";
        assert_refused(
            Method::Post,
            307,
            Some("https://evil.example/signed"),
            changes,
        );
        assert_refused(
            Method::Delete,
            302,
            Some("https://evil.example/signed"),
            changes,
        );
    }
}
