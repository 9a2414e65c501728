//! The Jira platform and Jira Software, as far as they are simulated.

mod attachment;
mod comment;
mod issue;
mod page;
mod person;
mod probe;
mod project;
mod search;

use crate::route::Route;
pub(crate) use attachment::attachment;
pub(crate) use page::Window;
pub(crate) use person::person;
pub(crate) use search::Search;

const READ_WORK: &[&str] = &["read:jira-work"];
const WRITE_WORK: &[&str] = &["write:jira-work"];
const READ_USER: &[&str] = &["read:jira-user"];
const CONFIGURE: &[&str] = &["manage:jira-configuration"];
const BOARDS: &[&str] = &["read:board-scope:jira-software", "read:project:jira"];

/// What tests ask to learn how a request arrived.
pub(crate) const ECHO: &[Route] = &[Route::any("echo/**", probe::echo)];

/// What tests ask for a certain kind of answer.
pub(crate) const PROBES: &[Route] = &[
    Route::any("status/{}", probe::status),
    Route::any("redirect/{}", probe::redirect),
    Route::any("bytes/{}", probe::bytes),
];

/// The platform API, versions 2 and 3.
pub(crate) const PLATFORM: &[Route] = &[
    Route::new("GET", "myself", READ_USER, person::myself),
    Route::new("GET", "serverInfo", &[], project::server_info),
    Route::new("POST", "issue", WRITE_WORK, issue::create),
    Route::new("GET", "issue/{}", READ_WORK, issue::read),
    Route::new("PUT", "issue/{}", WRITE_WORK, issue::edit),
    Route::new("DELETE", "issue/{}", WRITE_WORK, issue::delete),
    Route::new("GET", "issue/{}/comment", READ_WORK, comment::list),
    Route::new("POST", "issue/{}/comment", WRITE_WORK, comment::add),
    Route::new("POST", "issue/{}/attachments", WRITE_WORK, attachment::add).taking_anything(),
    Route::new(
        "GET",
        "attachment/content/{}",
        READ_WORK,
        attachment::content,
    ),
    Route::new("GET", "search/jql", READ_WORK, search::search),
    Route::new("POST", "search/jql", READ_WORK, search::search),
    Route::new("GET", "search", READ_WORK, search::removed),
    Route::new("POST", "search", READ_WORK, search::removed),
    Route::new("GET", "project/search", READ_WORK, project::list),
    Route::new("POST", "project/{}/delete", CONFIGURE, project::delete),
    Route::new("GET", "task/{}", READ_WORK, project::task),
];

/// The Agile API.
pub(crate) const AGILE: &[Route] = &[Route::new("GET", "board", BOARDS, project::boards)];
