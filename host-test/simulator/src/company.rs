//! What a site holds: the data of a small company.

mod document;
mod founding;

use crate::Account;
use crate::clock::Now;
use crate::media::File;
use crate::upload::Part;
pub(crate) use document::Document;

/// The data of one site.
pub(crate) struct Company {
    pub people: Vec<Account>,
    pub projects: Vec<Project>,
    pub issues: Vec<Issue>,
    pub attachments: Vec<Attachment>,
    /// Files of customers that belong to no request yet, by their ids.
    pub temporary: Vec<(String, Part)>,
    pub customers: Vec<String>,
    pub organizations: Vec<(u64, String)>,
    pub tasks: Vec<Task>,
    last_id: u64,
}

/// A project; a service desk is one with a desk id.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    pub id: u64,
    pub key: String,
    pub name: String,
    pub desk: Option<u64>,
    last_number: u64,
}

/// An issue, which a customer may have raised as a request.
#[derive(Clone, Debug)]
pub(crate) struct Issue {
    pub id: u64,
    pub key: String,
    pub project: String,
    pub kind: String,
    pub summary: String,
    pub description: Option<Document>,
    pub labels: Vec<String>,
    pub priority: &'static str,
    pub reporter: Account,
    pub assignee: Option<Account>,
    pub created: Now,
    pub updated: Now,
    pub comments: Vec<Comment>,
    /// Its status, where no customer has raised it.
    pub workflow_status: &'static str,
    /// The type of the request, and the statuses it has had, latest first.
    pub request: Option<(u64, Vec<(String, Now)>)>,
}

/// A comment.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub id: u64,
    pub author: Account,
    pub body: Document,
    pub public: bool,
    pub created: Now,
}

/// An attachment of an issue.
#[derive(Clone, Debug)]
pub(crate) struct Attachment {
    pub id: u64,
    pub issue: u64,
    pub file_name: String,
    pub author: Account,
    pub created: Now,
    pub file: File,
}

/// Work that an answer 303 has pointed to. It is done at once.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub id: u64,
    pub description: String,
    pub done: Now,
}

impl Company {
    /// A number that nothing else in this company has.
    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// An issue by its key or its id.
    pub fn issue(&self, name: &str) -> Option<&Issue> {
        self.issues.iter().find(|issue| issue.is(name))
    }

    pub fn issue_mut(&mut self, name: &str) -> Option<&mut Issue> {
        self.issues.iter_mut().find(|issue| issue.is(name))
    }

    /// A project by its key or its id.
    pub fn project(&self, name: &str) -> Option<&Project> {
        let is = |project: &&Project| {
            project.key.eq_ignore_ascii_case(name) || project.id.to_string() == name
        };
        self.projects.iter().find(is)
    }

    /// A service desk by any of the names that its API takes.
    pub fn desk(&self, name: &str) -> Option<&Project> {
        let is = |project: &&Project| {
            let Some(desk) = project.desk else {
                return false;
            };
            match name.split_once(':') {
                Some(("projectKey", key)) => project.key == key,
                Some(("projectId", id)) => project.id.to_string() == id,
                Some(("serviceDeskId", id)) => desk.to_string() == id,
                Some(_) => false,
                None => project.key == name || desk.to_string() == name,
            }
        };
        self.projects.iter().find(is)
    }

    /// Opens an issue with the project's next number.
    pub fn open(
        &mut self,
        project: &str,
        kind: &str,
        summary: &str,
        reporter: &Account,
        now: Now,
    ) -> Option<&mut Issue> {
        let id = self.next_id();
        let project = self.projects.iter_mut().find(|p| p.key == project)?;
        project.last_number += 1;
        self.issues.push(Issue {
            id,
            key: format!("{}-{}", project.key, project.last_number),
            project: project.key.clone(),
            kind: kind.to_owned(),
            summary: summary.to_owned(),
            description: None,
            labels: Vec::new(),
            priority: "Medium",
            reporter: reporter.clone(),
            assignee: None,
            created: now,
            updated: now,
            comments: Vec::new(),
            workflow_status: "To Do",
            request: None,
        });
        self.issues.last_mut()
    }
}

impl Issue {
    fn is(&self, name: &str) -> bool {
        self.key.eq_ignore_ascii_case(name) || self.id.to_string() == name
    }

    /// The name of its status now.
    pub fn status(&self) -> &str {
        let latest = self.request.as_ref().and_then(|(_, s)| s.first());
        latest.map_or(self.workflow_status, |(status, _)| status)
    }
}
