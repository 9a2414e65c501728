//! What a caller asks, and the same once it is checked.

use core::fmt;

use super::{
    app::Origin,
    body::{self, Body},
    error::{Error, Result},
    fields,
    http::{Headers, HttpRequest, JSON, Method, USER_AGENT},
    name::ConnectionName,
    paging::options::{Options, Paginate},
    path::{Api, Target},
    retry::{Retry, RetryOptions},
    site::Site,
};

/// Long enough for Jira's slow searches, short enough for a person to wait.
pub const DEFAULT_TIMEOUT_MS: u32 = 30_000;
/// A list is many requests: as long as a call may take.
pub const DEFAULT_LIST_TIMEOUT_MS: u32 = MAX_TIMEOUT_MS;
/// Beyond ten minutes nothing in front of Jira keeps a connection open.
pub const MAX_TIMEOUT_MS: u32 = 600_000;
/// Jira's largest pages are a few megabytes; this leaves room for documents.
pub const DEFAULT_RESPONSE_BYTES: u64 = 16 * 1024 * 1024;
/// The answer is held in a memory of at most 4 GiB, more than once on its way.
pub const MAX_RESPONSE_BYTES: u64 = 256 * 1024 * 1024;

/// A request as a caller gives it; wit/types.wit describes the fields.
#[derive(Clone)]
#[expect(missing_docs, reason = "wit/types.wit describes the fields")]
pub struct ApiRequest {
    pub connection: String,
    pub url_path: String,
    pub method: Method,
    pub query_params: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    pub cookies: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
    pub json_object: Option<String>,
    pub raw_json: Option<String>,
    pub options: RequestOptions,
    pub paginate: Option<Paginate>,
}

/// Method and connection only: the rest may be secret.
impl fmt::Debug for ApiRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ApiRequest({} on {:?})",
            self.method.as_str(),
            self.connection
        )
    }
}

/// How a call is made; wit/types.wit describes the fields.
#[derive(Debug, Clone, Copy, Default)]
#[expect(missing_docs, reason = "wit/types.wit describes the fields")]
pub struct RequestOptions {
    pub timeout_ms: Option<u32>,
    pub max_response_bytes: Option<u64>,
    pub redirect: Option<RedirectMode>,
    pub experimental: bool,
    pub retry: Option<RetryOptions>,
}

/// What to do with an answer that points elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectMode {
    /// Go there.
    Follow,
    /// Answer it.
    Manual,
}

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
        set_default("user-agent", USER_AGENT);
        let body = match self.body {
            Some(body) => {
                set_default("content-type", body.content_type);
                Some(body.bytes)
            }
            None => {
                headers = headers.without(&["content-type"]);
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

/// A value that is given, if it is between 1 and the largest.
pub(in crate::jira) fn in_range<T: PartialOrd + From<u8> + fmt::Display>(
    field: &'static str,
    given: Option<T>,
    default: T,
    max: T,
) -> Result<T> {
    match given {
        None => Ok(default),
        Some(value) if value >= T::from(1) && value <= max => Ok(value),
        Some(value) => Err(Error::invalid(
            field,
            format_args!("{value} is not between 1 and {max}"),
        )),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::jira::app::App;

    /// A request that a test changes.
    pub(in crate::jira) fn request(method: Method, url_path: &str) -> ApiRequest {
        ApiRequest {
            connection: "main".into(),
            url_path: url_path.into(),
            method,
            query_params: Vec::new(),
            headers: Vec::new(),
            cookies: Vec::new(),
            body: None,
            json_object: None,
            raw_json: None,
            options: RequestOptions::default(),
            paginate: None,
        }
    }

    fn built(request: ApiRequest) -> HttpRequest {
        let record = br#"{"client_id":"i","client_secret":"s","redirect_uri":"https://h/"}"#;
        let site = Site {
            cloud_id: "c".into(),
            url: "https://s".into(),
            name: "S".into(),
            scopes: vec![],
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
            [("accept", "application/json"), ("user-agent", USER_AGENT)]
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
            "retry: at-most is 5; a request is sent again 4 times at most",
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
}
