//! A request that can be sent.

use core::fmt;

use super::{
    ApiRequest, DEFAULT_LIST_TIMEOUT_MS, DEFAULT_RESPONSE_BYTES, DEFAULT_TIMEOUT_MS,
    MAX_RESPONSE_BYTES, MAX_TIMEOUT_MS, RedirectMode, in_range,
};
use crate::jira::{
    app::Origin,
    body::{self, Body},
    error::{Error, Result},
    fields,
    http::{Headers, HttpRequest, IDENTITY, JSON, Method, USER_AGENT},
    name::ConnectionName,
    paging::{
        options::Options,
        paths::{Repeat, expected_style},
        place::repeat,
    },
    path::{Api, Target},
    retry::Retry,
    safety::RetryClass,
    site::Site,
    traits::RequestTraits,
};

/// A request that has been checked and can be sent on a connection.
pub struct CheckedRequest {
    /// Which export was called.
    pub api: Api,
    /// The connection.
    pub connection: ConnectionName,
    /// How long the call may take.
    pub timeout_ms: u64,
    /// The longest answer accepted.
    pub max_response_bytes: u64,
    /// What to do with redirects.
    pub redirect: RedirectMode,
    /// How to fetch the list that this is the first page of.
    pub paginate: Option<Options>,
    /// When to send it again.
    pub retry: Retry,
    method: Method,
    target: Target,
    headers: Headers,
    body: Option<Body>,
}

/// Method and connection only: the rest may be secret.
impl fmt::Debug for CheckedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let connection = self.connection.as_str();
        let method = self.method.as_str();
        write!(f, "CheckedRequest({method} on {connection:?})")
    }
}

impl CheckedRequest {
    /// Checks everything that can be checked without reading or sending.
    pub fn check(api: Api, request: ApiRequest) -> Result<Self> {
        let ApiRequest {
            connection,
            url_path,
            method,
            query_params,
            headers,
            cookies,
            ..
        } = &request;
        let connection = ConnectionName::parse(connection)?;
        let target = Target::parse(api, url_path, query_params)?;
        let mut headers = fields::check(headers, cookies)?;
        if request.paginate.is_some() {
            check_encoding(&headers)?;
        }
        let options = request.options;
        let method = *method;
        if options.experimental {
            match api {
                Api::ServiceDesk if headers.get("x-experimentalapi").is_some() => {}
                Api::ServiceDesk => headers.push("x-experimentalapi", "opt-in"),
                Api::Platform => {
                    return Err(Error::invalid(
                        "experimental",
                        "it is an option of servicedesk-request only",
                    ));
                }
            }
        }
        let default_timeout_ms = match request.paginate {
            Some(_) => DEFAULT_LIST_TIMEOUT_MS,
            None => DEFAULT_TIMEOUT_MS,
        };
        let timeout_ms = in_range(
            "timeout-ms",
            options.timeout_ms,
            default_timeout_ms,
            MAX_TIMEOUT_MS,
        )?;
        let paginate = request.paginate.clone();
        let body = body::check(method, request)?;
        let paginate = paginate.map(|given| Options::check(&given, method, &target, body.as_ref()));
        Ok(Self {
            api,
            connection,
            timeout_ms: timeout_ms.into(),
            max_response_bytes: in_range(
                "max-response-bytes",
                options.max_response_bytes,
                DEFAULT_RESPONSE_BYTES,
                MAX_RESPONSE_BYTES,
            )?,
            redirect: options.redirect.unwrap_or(RedirectMode::Follow),
            paginate: paginate.transpose()?,
            retry: options.retry.unwrap_or_default().check()?,
            method,
            target,
            headers,
            body,
        })
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// Where below a site it goes.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// What is sent with it.
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_ref().map(|body| body.bytes.as_slice())
    }

    /// What is known of it before it is answered.
    #[must_use]
    pub fn traits(&self) -> RequestTraits {
        let (path, body) = (&self.target.path, self.body());
        let is_listed = |_: &&Options| repeat(self.method, path, body) != Repeat::Never;
        let paging = self.paginate.as_ref().filter(is_listed).map(|options| {
            let begun = options.cursor.as_ref().and_then(|cursor| cursor.style);
            begun.unwrap_or_else(|| expected_style(path))
        });
        RequestTraits {
            retry_class: RetryClass::of(self.method, path, body.unwrap_or_default()),
            paging,
        }
    }

    /// The request to a site, all but the token.
    #[must_use]
    pub fn to_http(self, site: &Site, api_origin: &Origin) -> HttpRequest {
        let mut headers = self.headers;
        let mut set_default = |name, value| {
            if headers.get(name).is_none() {
                headers.push(name, value);
            }
        };
        set_default("accept", JSON);
        set_default("accept-encoding", IDENTITY);
        set_default("user-agent", USER_AGENT);
        let body = match self.body {
            Some(body) => {
                set_default("content-type", body.content_type);
                Some(body.bytes)
            }
            None => {
                headers.remove("content-type");
                None
            }
        };
        let url = site.gateway_url(api_origin, &self.target);
        HttpRequest {
            method: self.method,
            url,
            headers,
            bearer: None,
            body,
        }
    }
}

/// A list is read here, page by page.
fn check_encoding(headers: &Headers) -> Result<()> {
    let asks_for_more = |(name, value): (&str, &str)| {
        name.eq_ignore_ascii_case("accept-encoding") && !value.eq_ignore_ascii_case(IDENTITY)
    };
    match headers.iter().any(asks_for_more) {
        true => Err(Error::invalid(
            "headers",
            "`Accept-Encoding` cannot go with paginate: what is compressed cannot be read here",
        )),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jira::{
        app::App,
        paging::options::Paginate,
        request::{RequestOptions, tests::request},
        retry::RetryOptions,
    };

    fn built(request: ApiRequest) -> HttpRequest {
        let record = br#"{"client_id":"i","client_secret":"s","redirect_uri":"https://h/"}"#;
        let site = Site {
            cloud_id: "c".into(),
            url: "https://s".into(),
            name: "S".into(),
            scopes: vec![].into(),
        };
        let checked = CheckedRequest::check(Api::Platform, request).unwrap();
        checked.to_http(&site, &App::parse(record).unwrap().api_origin)
    }

    #[track_caller]
    fn assert_refused(request: ApiRequest, expected: &str) {
        let error = CheckedRequest::check(Api::Platform, request).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_plain_get_is_sent_to_the_gateway_with_the_defaults() {
        let http = built(request(Method::Get, "/issue/DEMO-1?expand=names"));
        assert_eq!(
            http.url.as_str(),
            "https://api.atlassian.com/ex/jira/c/rest/api/3/issue/DEMO-1?expand=names"
        );
        let headers: Vec<_> = http.headers.iter().collect();
        assert_eq!(
            headers,
            [
                ("accept", "application/json"),
                ("accept-encoding", "identity"),
                ("user-agent", USER_AGENT)
            ]
        );
        assert!(http.body.is_none() && http.bearer.is_none());
    }

    #[test]
    fn every_body_is_sent_byte_for_byte_with_its_content_type() {
        let json = " {\"b\": 1.10, \"a\":[ ]}\n";
        for (change, bytes, content_type) in [
            (
                ApiRequest {
                    json_object: Some(json.into()),
                    ..request(Method::Post, "/a")
                },
                json.as_bytes(),
                JSON,
            ),
            (
                ApiRequest {
                    raw_json: Some("[1.10]".into()),
                    ..request(Method::Put, "/a")
                },
                b"[1.10]",
                JSON,
            ),
            (
                ApiRequest {
                    body: Some(b"h\xc3\xa9".into()),
                    ..request(Method::Patch, "/a")
                },
                b"h\xc3\xa9",
                "text/plain; charset=utf-8",
            ),
            (
                ApiRequest {
                    body: Some(b"\xff".into()),
                    ..request(Method::Delete, "/a")
                },
                b"\xff",
                "application/octet-stream",
            ),
            (
                ApiRequest {
                    body: Some(Vec::new()),
                    ..request(Method::Post, "/a")
                },
                b"",
                "text/plain; charset=utf-8",
            ),
        ] {
            let http = built(change);
            assert_eq!(http.body.as_deref(), Some(bytes));
            assert_eq!(http.headers.get("content-type"), Some(content_type));
        }
    }

    #[test]
    fn the_callers_headers_go_before_the_defaults_and_a_content_type_needs_a_body() {
        let headers = vec![
            ("Accept".into(), "text/csv".into()),
            ("Content-Type".into(), "image/png".into()),
        ];
        let with_body = ApiRequest {
            headers: headers.clone(),
            body: Some(vec![1]),
            ..request(Method::Post, "/a")
        };
        let http = built(with_body);
        assert_eq!(http.headers.get("accept"), Some("text/csv"));
        assert_eq!(http.headers.get("content-type"), Some("image/png"));
        let http = built(ApiRequest {
            headers,
            ..request(Method::Post, "/a")
        });
        assert_eq!(http.headers.get("content-type"), None);
    }

    #[test]
    fn options_outside_their_range_are_refused() {
        let with = |options| ApiRequest {
            options,
            ..request(Method::Get, "/a")
        };
        let default = RequestOptions::default();
        assert_refused(
            with(RequestOptions {
                timeout_ms: Some(0),
                ..default
            }),
            "timeout-ms: 0 is not between 1 and 600000",
        );
        assert_refused(
            with(RequestOptions {
                timeout_ms: Some(600_001),
                ..default
            }),
            "timeout-ms: 600001 is not between 1 and 600000",
        );
        assert_refused(
            with(RequestOptions {
                max_response_bytes: Some(u64::MAX),
                ..default
            }),
            "max-response-bytes: 18446744073709551615 is not between 1 and 268435456",
        );
        assert_refused(
            with(RequestOptions {
                retry: Some(RetryOptions {
                    at_most: Some(5),
                    only_undone: false,
                }),
                ..default
            }),
            "retry.at-most: 5 is more than 4; a request is sent again 4 times at most",
        );
        assert_refused(
            with(RequestOptions {
                experimental: true,
                ..default
            }),
            "experimental: it is an option of servicedesk-request only",
        );
    }

    #[test]
    fn the_experimental_header_is_sent_where_it_belongs() {
        let options = RequestOptions {
            experimental: true,
            ..RequestOptions::default()
        };
        let request = ApiRequest {
            options,
            ..request(Method::Get, "/organization")
        };
        let checked = CheckedRequest::check(Api::ServiceDesk, request).unwrap();
        assert_eq!(checked.headers.get("X-ExperimentalApi"), Some("opt-in"));
    }

    #[test]
    fn what_is_read_here_cannot_be_asked_for_compressed() {
        let asking = |encoding: &str| ApiRequest {
            headers: vec![("Accept-Encoding".into(), encoding.into())],
            paginate: Some(Paginate::default()),
            ..request(Method::Get, "/label")
        };
        assert_refused(
            asking("gzip"),
            "headers: `Accept-Encoding` cannot go with paginate: what is compressed cannot be read here",
        );
        let mut twice = asking("identity");
        twice.headers.push(("accept-encoding".into(), "br".into()));
        assert!(CheckedRequest::check(Api::Platform, twice).is_err());
        let plain = CheckedRequest::check(Api::Platform, asking("Identity"));
        assert!(plain.is_ok());
        let one = ApiRequest {
            paginate: None,
            ..asking("gzip")
        };
        assert_eq!(built(one).headers.get("accept-encoding"), Some("gzip"));
    }
}
