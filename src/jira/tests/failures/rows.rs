use crate::jira::error::Action;

pub const SERAPH: (&str, &str) = ("x-seraph-loginreason", "AUTHENTICATED_FAILED");
pub const SCOPE_CHECK: (&str, &str) = ("x-failure-category", "FAILURE_CLIENT_SCOPE_CHECK");

/// An answer, and what it is taken for.
pub struct Row {
    pub status: u16,
    pub header: Option<(&'static str, &'static str)>,
    pub body: &'static str,
    pub kind: &'static str,
    pub action: Action,
    pub says: &'static str,
}

const fn row(
    status: u16,
    body: &'static str,
    kind: &'static str,
    action: Action,
    says: &'static str,
) -> Row {
    Row {
        status,
        header: None,
        body,
        kind,
        action,
        says,
    }
}

const fn with(header: (&'static str, &'static str), row: Row) -> Row {
    Row {
        header: Some(header),
        ..row
    }
}

const UNAUTHORIZED: &str = "ReauthorizationRequired(\"unauthorized\")";
const SCOPE: &str = "Configuration(\"scope\")";
const SITE: &str = "Configuration(\"site\")";

/// Answers to a GET, when the token has been renewed already.
pub const ROWS: &[Row] = &[
    // The token.
    row(
        401,
        r#"{"code":401,"message":"Unauthorized"}"#,
        UNAUTHORIZED,
        Action::Reauthorize,
        "a fresh access token was refused (401)",
    ),
    row(401, "", UNAUTHORIZED, Action::Reauthorize, "consent again"),
    with(
        ("x-failure-category", "FAILURE_CLIENT_AUTH_MISMATCH"),
        row(401, "", UNAUTHORIZED, Action::Reauthorize, "(401)"),
    ),
    with(
        SERAPH,
        row(
            401,
            "<html><title>Unauthorized (401)</title></html>",
            UNAUTHORIZED,
            Action::Reauthorize,
            "(401)",
        ),
    ),
    with(
        SERAPH,
        row(200, "[]", UNAUTHORIZED, Action::Reauthorize, "(200)"),
    ),
    // The scopes: by the header, whatever the language of the text.
    row(
        401,
        r#"{"code":401,"message":"Unauthorized; scope does not match"}"#,
        SCOPE,
        Action::FixConfiguration,
        "granted are: read:me read:jira-work;",
    ),
    with(
        SCOPE_CHECK,
        row(401, "", SCOPE, Action::FixConfiguration, "granted are:"),
    ),
    with(
        SCOPE_CHECK,
        row(403, "", SCOPE, Action::FixConfiguration, "granted are:"),
    ),
    // The site: by the gateway's form, whatever the language of the text.
    row(
        403,
        r#"{"code":403,"message":"The app is not installed on this instance"}"#,
        SITE,
        Action::FixConfiguration,
        "not installed on the site ACME (https://acme.atlassian.net)",
    ),
    row(
        403,
        r#"{"code":403,"message":"Die App ist auf dieser Instanz nicht installiert"}"#,
        SITE,
        Action::FixConfiguration,
        "choose another site",
    ),
    row(
        403,
        r#"{"errorMessages":["The app is not installed on this instance."]}"#,
        SITE,
        Action::FixConfiguration,
        "ACME",
    ),
    row(
        404,
        r#"{"timestamp":"t","status":404,"error":"Not Found","message":"No message available","path":"/x"}"#,
        "Api(",
        Action::FixRequest,
        "no such site any more: choose-site asks",
    ),
    // The request.
    row(
        403,
        r#"{"errorMessages":["No permission"]}"#,
        "Api(",
        Action::FixRequest,
        "Jira answered 403: No permission",
    ),
    row(
        404,
        r#"{"errorMessages":["Issue does not exist or you do not have permission to see it."],"errors":{}}"#,
        "Api(",
        Action::FixRequest,
        "permission to see it",
    ),
    row(
        404,
        r#"{"errorMessages":["Vorgang existiert nicht."],"status":404}"#,
        "Api(",
        Action::FixRequest,
        "Jira answered 404: Vorgang existiert nicht",
    ),
    row(
        400,
        r#"{"errorMessages":[],"errors":{"comment":"Comment body is not valid!"}}"#,
        "Api(",
        Action::FixRequest,
        "comment: Comment body is not valid!",
    ),
    row(
        410,
        r#"{"errorMessages":["Die API wurde entfernt."]}"#,
        "Api(",
        Action::FixRequest,
        "issues are searched by /search/jql now",
    ),
    row(
        410,
        r#"{"errorMessages":["Gone. Migrate to /rest/api/3/search/jql."]}"#,
        "Api(",
        Action::FixRequest,
        "Jira answered 410: Gone. Migrate to /rest/api/3/search/jql",
    ),
    row(412, "", "Api(", Action::FixRequest, "Jira answered 412"),
    row(409, "{}", "Api(", Action::FixRequest, "Jira answered 409"),
    // The server.
    row(408, "", "Api(", Action::Retry, "Jira answered 408"),
    row(
        500,
        "<html><title>Oops</title></html>",
        "Api(",
        Action::Report,
        "Jira answered 500: Oops",
    ),
    row(502, "<html>", "Api(", Action::Retry, "Jira answered 502"),
    row(
        503,
        "upstream connect error",
        "Api(",
        Action::Retry,
        "503: upstream connect error",
    ),
    row(504, "", "Api(", Action::Retry, "Jira answered 504"),
    row(
        429,
        "<html>",
        "RateLimited(",
        Action::Retry,
        "nothing was done; try again later",
    ),
    with(
        ("retry-after", "7"),
        row(429, "", "RateLimited(", Action::Retry, "try again in 7 s"),
    ),
    with(
        ("x-ratelimit-reset", "2026-09-29T16:00Z"),
        row(
            429,
            "",
            "RateLimited(",
            Action::Retry,
            "try again after 2026-09-29T16:00:00Z",
        ),
    ),
    with(
        ("ratelimit-reason", "jira-burst-based"),
        row(
            429,
            "",
            "RateLimited(",
            Action::Retry,
            "(jira-burst-based); nothing was done",
        ),
    ),
];
