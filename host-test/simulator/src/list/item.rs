//! The items of lists, as they look. What is between two `@` changes from one
//! to the next.

/// A kind of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Alert,
    Article,
    AuditRecord,
    BulkField,
    ChangeLog,
    ChangedWorklog,
    Comment,
    Dashboard,
    FailedWebhook,
    Issue,
    IssueId,
    IssueKey,
    Label,
    Named,
    Plan,
    Project,
    Request,
    RequestStatus,
    Usage,
    User,
    UserKey,
    Worklog,
}

impl Item {
    #[cfg(test)]
    pub const ALL: [Item; 22] = [
        Item::Alert,
        Item::Article,
        Item::AuditRecord,
        Item::BulkField,
        Item::ChangeLog,
        Item::ChangedWorklog,
        Item::Comment,
        Item::Dashboard,
        Item::FailedWebhook,
        Item::Issue,
        Item::IssueId,
        Item::IssueKey,
        Item::Label,
        Item::Named,
        Item::Plan,
        Item::Project,
        Item::Request,
        Item::RequestStatus,
        Item::Usage,
        Item::User,
        Item::UserKey,
        Item::Worklog,
    ];

    pub fn text(self) -> &'static str {
        match self {
            Item::Alert => ALERT,
            Item::Article => ARTICLE,
            Item::AuditRecord => AUDIT_RECORD,
            Item::BulkField => BULK_FIELD,
            Item::ChangeLog => CHANGE_LOG,
            Item::ChangedWorklog => CHANGED_WORKLOG,
            Item::Comment => COMMENT,
            Item::Dashboard => DASHBOARD,
            Item::FailedWebhook => FAILED_WEBHOOK,
            Item::Issue => ISSUE,
            Item::IssueId => r#"{"id":"@id@"}"#,
            Item::IssueKey => {
                r#"{"expand":"","id":"@id@","self":"@platform@/issue/@id@","key":"LIST-@n@"}"#
            }
            Item::Label => r#""label-@n@""#,
            Item::Named => NAMED,
            Item::Plan => PLAN,
            Item::Project => PROJECT,
            Item::Request => REQUEST,
            Item::RequestStatus => REQUEST_STATUS,
            Item::Usage => r#"{"id":"@id@"}"#,
            Item::User => USER,
            Item::UserKey => r#"{"key":"user-@n@","accountId":"@account@"}"#,
            Item::Worklog => WORKLOG,
        }
    }
}

/// The key comes before the id, and numbers are not in the shortest form.
const ISSUE: &str = r#"{"expand":"operations,versionedRepresentations,editmeta,changelog,renderedFields","key":"LIST-@n@","id":"@id@","self":"@platform@/issue/@id@","fields":{"summary":"@title@","customfield_10016":@odd@,"statuscategorychangedate":"2026-01-05T09:00:00.000+0000","issuetype":{"self":"@platform@/issuetype/10002","id":"10002","description":"A small, distinct piece of work.","name":"Task","subtask":false,"avatarId":10318,"hierarchyLevel":0},"timespent":null,"project":{"self":"@platform@/project/10001","id":"10001","key":"LIST","name":"A long list","projectTypeKey":"software","simplified":false},"fixVersions":[],"resolution":null,"workratio":-1,"created":"2026-01-05T09:00:00.000+0000","priority":{"name":"Medium","id":"3"},"labels":["list","n-@n@"],"assignee":{"self":"@platform@/user?accountId=@account@","accountId":"@account@","displayName":"Person @n@","active":true,"timeZone":"Europe/Vienna","accountType":"atlassian"},"updated":"2026-01-05T09:00:00.000+0000","status":{"self":"@platform@/status/10000","description":"","name":"To Do","id":"10000","statusCategory":{"self":"@platform@/statuscategory/2","id":2,"key":"new","colorName":"blue-gray","name":"To Do"}},"description":{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"@title@"}]}]},"duedate":null,"progress":{"progress":0,"total":0},"votes":{"votes":0,"hasVoted":false}}}"#;

const PROJECT: &str = r#"{"expand":"description,lead,issueTypes,url,projectKeys","self":"@platform@/project/@id@","id":"@id@","key":"P@n@","name":"@title@","projectTypeKey":"software","simplified":false,"style":"classic","isPrivate":false,"properties":{},"insight":{"totalIssueCount":@n@,"weight":@odd@}}"#;

const NAMED: &str = r#"{"id":"@id@","name":"@title@","description":"Number @n@","weight": @odd@}"#;

const USER: &str = r#"{"self":"@platform@/user?accountId=@account@","accountId":"@account@","accountType":"atlassian","displayName":"Person @n@","active":true,"timeZone":"Europe/Vienna","locale":"en_US"}"#;

const COMMENT: &str = r#"{"self":"@platform@/issue/10010/comment/@id@","id":"@id@","author":{"accountId":"@account@","displayName":"Person @n@","active":true},"body":{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"@title@"}]}]},"created":"2026-01-05T09:00:00.000+0000","updated":"2026-01-05T09:00:00.000+0000","jsdPublic":true}"#;

const WORKLOG: &str = r#"{"self":"@platform@/issue/10010/worklog/@id@","author":{"accountId":"@account@","displayName":"Person @n@","active":true},"comment":{"type":"doc","version":1,"content":[]},"started":"2026-01-05T09:00:00.000+0000","timeSpent":"3h 20m","timeSpentSeconds":12000,"id":"@id@","issueId":"10010"}"#;

const DASHBOARD: &str = r#"{"id":"@id@","isFavourite":false,"name":"@title@","popularity":@n@,"self":"@platform@/dashboard/@id@","sharePermissions":[{"type":"global"}],"view":"@base@/secure/Dashboard.jspa?selectPageId=@id@"}"#;

const CHANGE_LOG: &str = r#"{"issueId":"@id@","changeHistories":[{"id":"@n@","author":{"accountId":"@account@"},"created":@time@,"items":[{"field":"status","fieldtype":"jira","from":"10000","fromString":"To Do","to":"10001","toString":"Done"}]}]}"#;

const PLAN: &str = r#"{"id":"@id@","issueSources":[{"type":"Project","value":@n@}],"name":"@title@","scenarioId":"@n@","status":"Active"}"#;

const BULK_FIELD: &str = r#"{"id":"customfield_@id@","isRequired":false,"multiSelectFieldOptions":["ADD","REMOVE"],"name":"@title@","searchUrl":"@platform@/jql/autocompletedata/suggestions?fieldName=@id@","type":"labels"}"#;

const FAILED_WEBHOOK: &str = r#"{"id":"@n@","body":"{\"data\":\"webhook data\"}","url":"https://example.com/@id@","failureTime":@time@}"#;

const CHANGED_WORKLOG: &str = r#"{"properties":[],"updatedTime":@time@,"worklogId":@id@}"#;

const AUDIT_RECORD: &str = r#"{"id":@id@,"summary":"@title@","remoteAddress":"192.0.2.1","authorAccountId":"@account@","created":"2026-01-05T09:00:00.000+0000","category":"user management","eventSource":"Jira Connect Plugin","objectItem":{"id":"user-@n@","name":"user","typeName":"USER","parentId":"1","parentName":"Jira Internal Directory"},"changedValues":[],"associatedItems":[]}"#;

const REQUEST: &str = r#"{"_expands":["participant","status","sla","requestType","serviceDesk"],"issueId":"@id@","issueKey":"SUP-@n@","requestTypeId":"25","serviceDeskId":"15","createdDate":{"iso8601":"2026-01-05T09:00:00+0000","jira":"2026-01-05T09:00:00.000+0000","epochMillis":@time@},"reporter":{"accountId":"@account@","displayName":"Person @n@","active":true},"requestFieldValues":[{"fieldId":"summary","label":"Summary","value":"@title@"},{"fieldId":"customfield_10016","label":"Weight","value":@odd@}],"_links":{"self":"@base@/rest/servicedeskapi/request/@id@"}}"#;

const REQUEST_STATUS: &str = r#"{"status":"@title@","statusCategory":"INDETERMINATE","statusDate":{"iso8601":"2026-01-05T09:00:00+0000","epochMillis":@time@}}"#;

const ARTICLE: &str = r#"{"title":"@title@","excerpt":"Number @n@, how to","source":{"type":"confluence","pageId":"@id@","spaceKey":"KB"},"content":{"iframeSrc":"@base@/rest/servicedeskapi/knowledgebase/article/view/@id@"}}"#;

const ALERT: &str = r#"{"id":"a1e47000-0000-4000-8000-0000@id@-@time@","tinyId":"@n@","message":"@title@","status":"open","acknowledged":false,"priority":"P3","count":1,"createdAt":"2026-01-05T09:00:00Z","weight":@odd@}"#;
