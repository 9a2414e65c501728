//! Which paths have lists, and what they look like: default lengths and caps
//! as they are documented or were measured, 50 where neither is known.

use super::item::Item;
use super::shape::Shape;
use super::style::Style;
use crate::route::Route;

const WORK: &[&str] = &["read:jira-work"];
const USERS: &[&str] = &["read:jira-user"];
const CONFIGURE: &[&str] = &["manage:jira-configuration"];
const PROJECTS: &[&str] = &["manage:jira-project"];
const WEBHOOKS: &[&str] = &["manage:jira-webhook"];
const BOARDS: &[&str] = &["read:board-scope:jira-software", "read:project:jira"];
const DESK: &[&str] = &["read:servicedesk-request"];
const CUSTOMERS: &[&str] = &["manage:servicedesk-customer"];
const ALERTS: &[&str] = &["read:ops-alert:jira-service-management"];

const PAGE: Shape = page(50, 50);
const USER_SEARCH: Shape = Shape::new(Style::Array, Item::User, "", 50, 1000).of_users();
const USER_LIST: Shape = Shape::new(Style::Array, Item::User, "", 50, 1000);
const WHOLE: Shape = Shape::new(Style::Whole, Item::Named, "", 0, 0);
const BOARD_ISSUES: Shape = Shape::new(Style::Named, Item::Issue, "issues", 50, 100);
const BOARD_TOKENS: Shape = Shape::new(Style::Token, Item::Issue, "issues", 50, 5000);
const SEARCH: Shape = Shape::new(Style::Token, Item::IssueId, "issues", 50, 5000).searching();
const PLANS: Shape = Shape::new(Style::Cursor("last"), Item::Plan, "values", 50, 50);
const DESK_LIST: Shape = desk(Item::Named);
const ARTICLES: Shape =
    Shape::new(Style::DeskCursor, Item::Article, "values", 50, 100).experimental();
const OPERATION: Shape = Shape::new(Style::Operations, Item::Named, "values", 20, 100);

const fn page(usual: usize, cap: usize) -> Shape {
    Shape::new(Style::Page, Item::Named, "values", usual, cap)
}

const fn page_of(item: Item, usual: usize, cap: usize) -> Shape {
    Shape::new(Style::Page, item, "values", usual, cap)
}

const fn named(item: Item, member: &'static str, usual: usize, cap: usize) -> Shape {
    Shape::new(Style::Named, item, member, usual, cap)
}

const fn usages(member: &'static str, names: &'static [&'static str]) -> Shape {
    Shape::new(Style::Nested, Item::Usage, member, 50, 200).naming(names)
}

const fn after(member: &'static str) -> Shape {
    Shape::new(Style::After, Item::BulkField, member, 50, 50)
}

const fn since(item: Item) -> Shape {
    Shape::new(Style::Since, item, "values", 1000, 1000)
}

const fn desk(item: Item) -> Shape {
    Shape::new(Style::Desk, item, "values", 50, 100)
}

const fn get(
    pattern: &'static str,
    scopes: &'static [&'static str],
    shape: &'static Shape,
) -> Route {
    Route::list("GET", pattern, scopes, shape)
}

const fn post(
    pattern: &'static str,
    scopes: &'static [&'static str],
    shape: &'static Shape,
) -> Route {
    Route::list("POST", pattern, scopes, shape)
}

/// The platform API.
pub(crate) const PLATFORM: &[Route] = &[
    // `startAt` and `isLast`.
    get("project/search", WORK, &page_of(Item::Project, 50, 100)),
    get("dashboard/search", WORK, &page_of(Item::Dashboard, 50, 100)),
    get("field/search", CONFIGURE, &PAGE),
    get("field/{}/context", CONFIGURE, &PAGE),
    get("field/{}/context/{}/option", CONFIGURE, &page(100, 100)),
    get("fieldconfiguration", CONFIGURE, &PAGE),
    get("filter/search", WORK, &page(50, 100)),
    get("group/bulk", CONFIGURE, &PAGE),
    get("group/member", CONFIGURE, &page_of(Item::User, 50, 50)),
    get(
        "issue/{}/changelog",
        WORK,
        &page_of(Item::ChangeLog, 100, 100),
    ),
    get("issuetypescheme", CONFIGURE, &PAGE),
    get("label", WORK, &page_of(Item::Label, 1000, 1000)),
    get("notificationscheme", PROJECTS, &PAGE),
    get("priority/search", WORK, &PAGE),
    get("priorityscheme", CONFIGURE, &PAGE),
    get("project/{}/component", WORK, &PAGE),
    get("project/{}/version", WORK, &PAGE),
    get("resolution/search", WORK, &PAGE),
    get("screens", CONFIGURE, &page(100, 100)),
    get("screenscheme", CONFIGURE, &page(25, 100)),
    get("statuses/search", CONFIGURE, &page(200, 200)),
    get("user/bulk", USERS, &page_of(Item::User, 10, 200)),
    get("user/search/query", USERS, &page_of(Item::User, 100, 1000)),
    get(
        "user/search/query/key",
        USERS,
        &page_of(Item::UserKey, 100, 1000).misspelt(),
    ),
    get("webhook", WEBHOOKS, &page(100, 100)),
    get("workflow/search", CONFIGURE, &PAGE),
    get(
        "workflows/search",
        CONFIGURE,
        &PAGE.beside("statuses", r#"[{"id":"1"},{"id":"2"}]"#),
    ),
    get("workflowscheme", CONFIGURE, &PAGE),
    post("app/field/context/configuration/list", CONFIGURE, &PAGE),
    post("field/{}/context/mapping", CONFIGURE, &PAGE),
    post("priorityscheme/mappings", CONFIGURE, &PAGE.in_body()),
    // `startAt` and `total`.
    get(
        "issue/{}/comment",
        WORK,
        &named(Item::Comment, "comments", 100, 100),
    ),
    get(
        "issue/{}/worklog",
        WORK,
        &named(Item::Worklog, "worklogs", 5000, 5000),
    ),
    get(
        "issue/createmeta/{}/issuetypes",
        WORK,
        &named(Item::Named, "issueTypes", 50, 200).beside("createMetaIssueType", "[]"),
    ),
    get(
        "issue/createmeta/{}/issuetypes/{}",
        WORK,
        &named(Item::Named, "fields", 50, 200).beside("results", "[]"),
    ),
    get(
        "dashboard",
        WORK,
        &Shape::new(
            Style::NamedAndLinked,
            Item::Dashboard,
            "dashboards",
            20,
            1000,
        ),
    ),
    // All of it, though it looks like a page.
    post(
        "comment/list",
        WORK,
        &Shape::new(Style::Given, Item::Comment, "values", 0, 0),
    ),
    post(
        "issue/{}/changelog/list",
        WORK,
        &Shape::new(Style::Given, Item::ChangeLog, "histories", 0, 0),
    ),
    // The best matches, of which there is no next page.
    get(
        "groups/picker",
        WORK,
        &Shape::new(Style::Picker, Item::Named, "groups", 20, 1000),
    ),
    // The array itself.
    get("users", USERS, &USER_LIST),
    get("users/search", USERS, &USER_LIST),
    get("user/search", USERS, &USER_SEARCH),
    get("user/assignable/search", WORK, &USER_SEARCH),
    get("user/assignable/multiProjectSearch", WORK, &USER_SEARCH),
    get("user/permission/search", WORK, &USER_SEARCH),
    get("user/viewissue/search", WORK, &USER_SEARCH),
    get(
        "screens/tabs",
        CONFIGURE,
        &Shape::new(Style::Array, Item::Named, "", 100, 100).misspelt(),
    ),
    get("field", WORK, &WHOLE),
    get("priority", WORK, &WHOLE),
    get("project", WORK, &WHOLE),
    get("project/{}/components", WORK, &WHOLE),
    get("status", WORK, &WHOLE),
    // Tokens.
    get("search/jql", WORK, &SEARCH),
    post("search/jql", WORK, &SEARCH.in_body()),
    post(
        "changelog/bulkfetch",
        WORK,
        &Shape::new(
            Style::TokenAlone,
            Item::ChangeLog,
            "issueChangeLogs",
            1000,
            10_000,
        )
        .in_body(),
    ),
    get(
        "statuses/{}/projectUsages",
        CONFIGURE,
        &usages("projects", &["statusId"]),
    ),
    get(
        "statuses/{}/workflowUsages",
        CONFIGURE,
        &usages("workflows", &["statusId"]),
    ),
    get(
        "statuses/{}/project/{}/issueTypeUsages",
        CONFIGURE,
        &usages("issueTypes", &["statusId", "projectId"]),
    ),
    get(
        "workflow/{}/projectUsages",
        CONFIGURE,
        &usages("projects", &["workflowId"]),
    ),
    get(
        "workflow/{}/workflowSchemes",
        CONFIGURE,
        &usages("workflowSchemes", &["workflowId"]),
    ),
    get(
        "workflowscheme/{}/projectUsages",
        CONFIGURE,
        &usages("projects", &["workflowSchemeId"]),
    ),
    get("plans/plan", WORK, &PLANS),
    get(
        "plans/plan/{}/team",
        WORK,
        &Shape::new(Style::Cursor("isLast"), Item::Named, "values", 50, 50),
    ),
    get("bulk/issues/fields", WORK, &after("fields")),
    get(
        "bulk/issues/transition",
        WORK,
        &after("availableTransitions"),
    ),
    // Times.
    get(
        "webhook/failed",
        WEBHOOKS,
        &Shape::new(Style::NextUrl, Item::FailedWebhook, "values", 100, 100),
    ),
    get("worklog/updated", WORK, &since(Item::ChangedWorklog)),
    get("worklog/deleted", WORK, &since(Item::ChangedWorklog)),
    get(
        "auditing/record",
        CONFIGURE,
        &Shape::new(Style::Records, Item::AuditRecord, "records", 1000, 1000),
    ),
];

/// The Agile API.
pub(crate) const AGILE: &[Route] = &[
    get("board", BOARDS, &PAGE),
    get("board/{}/sprint", BOARDS, &PAGE),
    get("board/{}/issue", BOARDS, &BOARD_ISSUES),
    get("board/{}/backlog", BOARDS, &BOARD_ISSUES),
    get("sprint/{}/issue", BOARDS, &BOARD_ISSUES),
];

/// The software API of 2025.
pub(crate) const SOFTWARE: &[Route] = &[
    get("board/{}/issue", BOARDS, &BOARD_TOKENS),
    get("board/{}/backlog", BOARDS, &BOARD_TOKENS),
    get("sprint/{}/issue", BOARDS, &BOARD_TOKENS),
];

/// The service desk API.
pub(crate) const SERVICE_DESK: &[Route] = &[
    get("request", DESK, &desk(Item::Request)),
    get("request/{}/status", DESK, &desk(Item::RequestStatus)),
    get("request/{}/comment", DESK, &desk(Item::Comment)),
    get("request/{}/participant", DESK, &desk(Item::User)),
    // It adds people, and answers the first page of them.
    post(
        "request/{}/participant",
        &["write:servicedesk-request"],
        &desk(Item::User),
    ),
    get("organization", CUSTOMERS, &DESK_LIST),
    get("organization/{}/user", CUSTOMERS, &desk(Item::User)),
    get("requesttype", DESK, &DESK_LIST.experimental()),
    get("servicedesk", DESK, &DESK_LIST),
    get(
        "servicedesk/{}/customer",
        CUSTOMERS,
        &desk(Item::User).experimental(),
    ),
    get("servicedesk/{}/queue", DESK, &DESK_LIST),
    get("servicedesk/{}/queue/{}/issue", DESK, &desk(Item::Issue)),
    get("knowledgebase/article", DESK, &ARTICLES),
    get("servicedesk/{}/knowledgebase/article", DESK, &ARTICLES),
];

/// The operations API.
pub(crate) const OPERATIONS: &[Route] = &[
    get(
        "alerts",
        ALERTS,
        &Shape::new(Style::Operations, Item::Alert, "values", 20, 100),
    ),
    get("schedules", ALERTS, &OPERATION),
];
