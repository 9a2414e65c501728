//! What a company has when the simulator starts.

use super::{Attachment, Comment, Company, Document, Project};
use crate::Account;
use crate::clock::Now;
use crate::media::File;
use bytes::Bytes;

/// Ids of a site begin here, so that no id is also the number of an issue.
const FIRST_ID: u64 = 10_000;

const DEMO_ISSUES: [(&str, &str); 12] = [
    ("Task", "Draw the floor plan"),
    ("Bug", "The door opens inwards"),
    ("Task", "Order 40 chairs"),
    ("Story", "As a guest I find the exit"),
    ("Bug", "Umlauts: Größe, Übung, naïve"),
    ("Task", "Paint the wall \"sky blue\""),
    ("Task", "Count the keys"),
    ("Story", "As a host I see who came"),
    ("Bug", "The lamp flickers at 50 Hz"),
    ("Task", "Water the plants"),
    ("Task", "日本語の表示を確認する"),
    ("Epic", "Move into the new building"),
];

const REQUESTS: [&str; 3] = [
    "My badge does not open the garage",
    "Please install a second monitor",
    "VPN drops every evening",
];

const COMMENTS: [&str; 3] = [
    "The measurements are in the attached file.",
    "Thanks, I have used them.",
    "Done & checked <twice>.",
];

impl Company {
    /// The company on its first day. Without people it has no issues either.
    pub fn new(people: Vec<Account>) -> Company {
        let founder = people.first().cloned();
        let mut company = Company {
            people,
            projects: Vec::new(),
            issues: Vec::new(),
            attachments: Vec::new(),
            customers: Vec::new(),
            organizations: Vec::new(),
            tasks: Vec::new(),
            last_id: FIRST_ID,
        };
        company.found_projects();
        if let Some(founder) = founder {
            company.open_issues(&founder);
            company.comment(&founder);
            company.attach(&founder);
            company.raise_requests(&founder);
        }
        company
    }

    fn found_projects(&mut self) {
        for (key, name, desk) in [("DEMO", "Demo", None), ("SUP", "Support", Some(15))] {
            let project = Project {
                id: self.next_id(),
                key: key.to_owned(),
                name: name.to_owned(),
                desk,
                last_number: 0,
            };
            self.projects.push(project);
        }
        self.organizations = vec![(1, "Neighbours".to_owned()), (2, "Suppliers".to_owned())];
        self.customers = self.people.iter().map(|p| p.account_id.clone()).collect();
    }

    fn open_issues(&mut self, founder: &Account) {
        for (kind, summary) in DEMO_ISSUES {
            if let Some(issue) = self.open("DEMO", kind, summary, founder, Now::default()) {
                issue.description = Some(Document::plain(&format!("About: {summary}")));
                issue.labels = vec![kind.to_lowercase()];
            }
        }
    }

    fn comment(&mut self, founder: &Account) {
        for (count, text) in COMMENTS.into_iter().enumerate() {
            let author = self.people.get(count % self.people.len()).cloned();
            let comment = Comment {
                id: self.next_id(),
                author: author.unwrap_or_else(|| founder.clone()),
                body: Document::plain(text),
                public: true,
                created: Now::default(),
            };
            if let Some(issue) = self.issue_mut("DEMO-1") {
                issue.comments.push(comment);
            }
        }
    }

    fn attach(&mut self, founder: &Account) {
        let Some(issue) = self.issue("DEMO-1").map(|issue| issue.id) else {
            return;
        };
        let attachment = Attachment {
            id: self.next_id(),
            issue,
            file_name: "measurements.csv".to_owned(),
            author: founder.clone(),
            created: Now::default(),
            file: File {
                uuid: "f17e0000-0000-4000-8000-000000000001".to_owned(),
                media_type: "text/csv".to_owned(),
                content: Bytes::from_static(b"wall,metres\nnorth,12.5\neast,7\n"),
            },
        };
        self.attachments.push(attachment);
    }

    fn raise_requests(&mut self, founder: &Account) {
        for summary in REQUESTS {
            if let Some(issue) =
                self.open("SUP", "Service Request", summary, founder, Now::default())
            {
                let waiting = ("Waiting for support".to_owned(), Now::default());
                issue.request = Some((25, vec![waiting]));
            }
        }
    }
}
