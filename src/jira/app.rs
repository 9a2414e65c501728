//! The application record: the one entry of the store that people write.

use url::{Host as UrlHost, Url};

use super::{
    error::{Error, Result},
    json::{Object, Part},
    secret::Secret,
};

const AUTH_ORIGIN: &str = "https://auth.atlassian.com";
const API_ORIGIN: &str = "https://api.atlassian.com";

const MEMBERS: &[&str] = &[
    "client_id",
    "client_secret",
    "redirect_uri",
    "report_personal_data",
    "auth_origin",
    "api_origin",
];

/// The application's credentials and endpoints.
#[derive(Debug, Clone)]
pub struct App {
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: Secret,
    /// Where consents come back to.
    pub redirect_uri: String,
    /// Whether the app has the personal data reporting API.
    pub report_personal_data: bool,
    auth_origin: Option<String>,
    /// Where everything else is.
    pub api_origin: Origin,
}

impl App {
    /// Reads the record, and all of it. Values are never repeated in an error:
    /// any of them may be the secret, put into the wrong member.
    pub fn parse(value: &[u8]) -> Result<Self> {
        let app = Self::for_requests(value)?;
        Url::parse(&app.redirect_uri)
            .map_err(|error| wrong(format_args!("`redirect_uri` is not a URL ({error})")))?;
        app.auth_origin()?;
        Ok(app)
    }

    /// Reads the record as far as a request needs it, and every request does.
    /// That the rest leads somewhere was seen when the person consented, and is
    /// seen again when the tokens are renewed.
    pub fn for_requests(value: &[u8]) -> Result<Self> {
        let record = Object::parse(value).map_err(wrong)?;
        let is_known = |name: Part<'_>| MEMBERS.iter().any(|member| name.says(member));
        if let Some((unknown, _)) = record.members().find(|(name, _)| !is_known(*name)) {
            let unknown = unknown.text().unwrap_or_default();
            let known = MEMBERS.join(", ");
            return Err(wrong(format_args!(
                "unknown member `{unknown}`; the members are {known}"
            )));
        }
        let text = |member| record.optional_text(member).map_err(wrong);
        Ok(Self {
            redirect_uri: required(&record, "redirect_uri")?,
            client_id: required(&record, "client_id")?,
            client_secret: Secret::new(required(&record, "client_secret")?),
            report_personal_data: record
                .optional_flag("report_personal_data")
                .map_err(wrong)?
                .unwrap_or(true),
            auth_origin: text("auth_origin")?,
            api_origin: origin("api_origin", text("api_origin")?.as_deref(), API_ORIGIN)?,
        })
    }

    /// Where consent is given and tokens are.
    pub fn auth_origin(&self) -> Result<Origin> {
        origin("auth_origin", self.auth_origin.as_deref(), AUTH_ORIGIN)
    }

    /// What to say where there is no record.
    #[must_use]
    pub fn absent() -> Error {
        Error::configuration(
            "app",
            "the store has no application record; write `app` with client_id, client_secret and redirect_uri",
        )
    }
}

fn wrong(why: impl core::fmt::Display) -> Error {
    Error::configuration("app", format!("the application record `app`: {why}"))
}

fn required(record: &Object<'_>, member: &'static str) -> Result<String> {
    let text = record.text(member).map_err(wrong)?;
    if text.trim().is_empty() {
        return Err(wrong(format_args!("`{member}` is empty")));
    }
    Ok(text)
}

fn origin(member: &str, given: Option<&str>, default: &str) -> Result<Origin> {
    Origin::parse(given.unwrap_or(default)).map_err(|why| wrong(format_args!("`{member}` {why}")))
}

/// A scheme, host and port, and nothing more (RFC 6454).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(Url);

impl Origin {
    /// Reads an origin that the operator gave.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "is not a URL")?;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !bare {
            return Err("has more than scheme, host and port");
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            _ => Err("must be https, or http on a loopback address"),
        }
    }

    /// The URL of a path on this origin. The path begins with `/` and is
    /// percent-encoded.
    #[must_use]
    pub fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url
    }

    /// Whether a URL is on this origin.
    #[must_use]
    pub fn has(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }

    /// Whether this is a simulator on the machine itself.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

/// Whether a URL leads to the machine itself.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(UrlHost::Domain(name)) => name == "localhost",
        Some(UrlHost::Ipv4(address)) => address.is_loopback(),
        Some(UrlHost::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str =
        r#"{"client_id":"id","client_secret":"hush","redirect_uri":"http://127.0.0.1:1/cb""#;

    fn parse(more: &str) -> Result<App> {
        App::parse(format!("{MINIMAL}{more}}}").as_bytes())
    }

    #[track_caller]
    fn assert_refused(record: &str, expected: &str) {
        let error = App::parse(record.as_bytes()).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the application record `app`: {expected}")
        );
        assert!(!format!("{error:?}").contains("hush"), "{error:?}");
    }

    #[test]
    fn the_defaults_are_atlassians_own() {
        let app = parse("").unwrap();
        assert!(app.report_personal_data);
        assert_eq!(
            app.auth_origin().unwrap().at("/oauth/token").as_str(),
            "https://auth.atlassian.com/oauth/token"
        );
        assert_eq!(
            app.api_origin.at("/me").as_str(),
            "https://api.atlassian.com/me"
        );
    }

    #[test]
    fn another_origin_is_https_or_loopback() {
        for origin in [
            "https://api.atlassian-us-gov.example",
            "http://127.0.0.1:9",
            "http://localhost:9",
            "http://[::1]:9",
        ] {
            parse(&format!(r#","api_origin":"{origin}""#)).unwrap();
        }
        for (origin, why) in [
            (
                "http://api.atlassian.com",
                "must be https, or http on a loopback address",
            ),
            (
                "http://127.0.0.1.example.com",
                "must be https, or http on a loopback address",
            ),
            (
                "ftp://127.0.0.1",
                "must be https, or http on a loopback address",
            ),
            ("https://a.example/x", "has more than scheme, host and port"),
            ("https://u@a.example", "has more than scheme, host and port"),
            ("https://a.example?x", "has more than scheme, host and port"),
            ("api.atlassian.com", "is not a URL"),
        ] {
            let record = format!(r#"{MINIMAL},"auth_origin":"{origin}"}}"#);
            assert_refused(&record, &format!("`auth_origin` {why}"));
        }
    }

    #[test]
    fn a_wrong_record_is_named_without_its_values() {
        assert_refused("hush", "it is not JSON (line 1, column 1)");
        assert_refused("[\"hush\"]", "it is not a JSON object");
        assert_refused("{}", "`redirect_uri` is missing");
        assert_refused(
            r#"{"client_id":"","client_secret":"hush","redirect_uri":"http://h/"}"#,
            "`client_id` is empty",
        );
        assert_refused(
            r#"{"client_id":"i","client_secret":7,"redirect_uri":"http://h/"}"#,
            "`client_secret` is not a text",
        );
        assert_refused(
            r#"{"client_id":"i","client_secret":"hush","redirect_uri":"hush"}"#,
            "`redirect_uri` is not a URL (relative URL without a base)",
        );
        assert_refused(
            &format!(r#"{MINIMAL},"secret":"hush"}}"#),
            "unknown member `secret`; the members are client_id, client_secret, redirect_uri, \
             report_personal_data, auth_origin, api_origin",
        );
        assert_refused(
            &format!(r#"{MINIMAL},"report_personal_data":"hush"}}"#),
            "`report_personal_data` is not true or false",
        );
        assert_refused(
            &format!(r#"{MINIMAL},"api_origin":7}}"#),
            "`api_origin` is not a text",
        );
    }
}
