//! What only a method and a path can tell of paging, where no answer does.

use crate::jira::http::Method;

use super::report::PagingStyle;

/// Where a request can be sent again for another page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// The place goes into the query.
    InQuery,
    /// The place goes into the body, a JSON object.
    InBody,
    /// Nowhere: it may change something, or brings no page.
    Never,
}

/// The POSTs that only read and page in their body.
const READING_IN_BODY: &[&str] = &[
    "/changelog/bulkfetch",
    "/priorityscheme/mappings",
    "/search/jql",
];

/// User searches that cut out a range of the first [`FILTERED_USERS`] users and
/// then leave out whom the caller may not see.
const FILTERED_USER_SEARCHES: &[&str] = &[
    "/user/assignable/multiProjectSearch",
    "/user/assignable/search",
    "/user/permission/search",
    "/user/viewissue/search",
];

/// The other operations that answer a bare array and can be paged.
const PAGED_ARRAYS: &[&str] = &[
    "/screens/tabs",
    "/user/bulk/migration",
    "/user/search",
    "/users",
    "/users/search",
];

/// Jira looks at no more users than these in a filtered user search.
pub const FILTERED_USERS: u64 = 1_000;

/// How many users of a filtered user search Jira looks at for a page, unless
/// the request says another number.
pub const FILTERED_USERS_PAGE: u64 = 50;

/// Whether a request can be sent again.
#[must_use]
pub fn repeat(method: Method, path: &str) -> Repeat {
    match method {
        Method::Get => Repeat::InQuery,
        Method::Post => {
            let path = of_platform(path);
            if READING_IN_BODY.contains(&path) {
                Repeat::InBody
            } else if reads_in_query(path) {
                Repeat::InQuery
            } else {
                Repeat::Never
            }
        }
        _ => Repeat::Never,
    }
}

/// The POSTs that only read and page in their query.
fn reads_in_query(path: &str) -> bool {
    let field = path
        .strip_prefix("/field/")
        .and_then(|rest| rest.strip_suffix("/context/mapping"));
    path == "/app/field/context/configuration/list" || field.is_some_and(|id| !id.contains('/'))
}

/// The parameter by which a request says how many items it wants on a page.
#[must_use]
pub fn size_parameter(path: &str) -> Option<&'static str> {
    let platform = of_platform(path);
    match platform {
        // These two have always as many as they like.
        "/worklog/updated" | "/worklog/deleted" => None,
        _ if platform.starts_with("/bulk/issues/") => None,
        "/auditing/record" => Some("limit"),
        "/screens/tabs" | "/user/search/query/key" => Some("maxResult"),
        _ if path.starts_with("/rest/servicedeskapi") => Some("limit"),
        _ if path.starts_with("/jsm/ops/") => Some("size"),
        _ => Some("maxResults"),
    }
}

/// Whether a bare array of users was filtered after its range was cut out.
#[must_use]
pub fn filters_users(path: &str) -> bool {
    FILTERED_USER_SEARCHES.contains(&of_platform(path))
}

/// Whether a bare array is known to be one page of several.
#[must_use]
pub fn pages_bare_arrays(path: &str) -> bool {
    filters_users(path) || PAGED_ARRAYS.contains(&of_platform(path))
}

/// How a list under this name is paged, where the only page of a short list
/// does not show it.
#[must_use]
pub fn style_of(path: &str, list: &str) -> Option<PagingStyle> {
    let (style, documented) = silent_style(path)?;
    (list == documented).then_some(style)
}

/// How a list of this path is most likely paged, before it is asked: as it is
/// documented for the path, or else as most lists of its API are.
#[must_use]
pub fn expected_style(path: &str) -> PagingStyle {
    match of_platform(path) {
        path if pages_bare_arrays(path) => PagingStyle::BareArray,
        path if pages_nested_lists(path) => PagingStyle::NextPageToken,
        "/worklog/updated" | "/worklog/deleted" => PagingStyle::Since,
        "/auditing/record" => PagingStyle::OffsetLimit,
        path if searches_knowledge(path) => PagingStyle::LinksNext,
        path if path.starts_with("/rest/servicedeskapi") => PagingStyle::StartLimit,
        path => silent_style(path).map_or(PagingStyle::StartAt, |(style, _)| style),
    }
}

/// Who uses a status or a workflow: a list within an object.
fn pages_nested_lists(path: &str) -> bool {
    path.ends_with("Usages")
        || (path.starts_with("/workflow/") && path.ends_with("/workflowSchemes"))
}

/// The styles whose last page does not show them, and what their lists are
/// called.
fn silent_style(path: &str) -> Option<(PagingStyle, &'static str)> {
    match of_platform(path) {
        "/search/jql" => Some((PagingStyle::NextPageToken, "issues")),
        "/changelog/bulkfetch" => Some((PagingStyle::NextPageToken, "issueChangeLogs")),
        "/bulk/issues/fields" => Some((PagingStyle::StartingAfter, "fields")),
        "/bulk/issues/transition" => Some((PagingStyle::StartingAfter, "availableTransitions")),
        "/webhook/failed" => Some((PagingStyle::NextUrl, "values")),
        path if path.starts_with("/plans/plan") => Some((PagingStyle::NextPageCursor, "values")),
        path if path.starts_with("/rest/software/") => Some((PagingStyle::NextPageToken, "issues")),
        path if path.starts_with("/jsm/ops/") => Some((PagingStyle::OffsetSize, "values")),
        _ => None,
    }
}

/// Whether the path is a search of the knowledge base.
#[must_use]
pub fn searches_knowledge(path: &str) -> bool {
    path.ends_with("/knowledgebase/article")
}

/// The path below the platform API, whichever version; others as they are.
#[must_use]
pub fn of_platform(path: &str) -> &str {
    below(path, "/rest/api/")
}

/// What follows a prefix and the segment after it; a path without those as it is.
#[must_use]
pub fn below<'a>(path: &'a str, prefix: &str) -> &'a str {
    let below = path
        .strip_prefix(prefix)
        .and_then(|rest| rest.find('/').and_then(|slash| rest.get(slash..)));
    below.unwrap_or(path)
}
