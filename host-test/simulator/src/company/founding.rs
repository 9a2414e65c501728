//! What a company has when the simulator starts.

use super::{Attachment, Comment, Company, Document, Project};
use crate::Account;
use crate::clock::Now;
use crate::media::File;
use bytes::Bytes;

/// Ids of a site begin here, so that no id is also the number of an issue.
const FIRST_ID: u64 = 10_000;

/// An issue of the first day.
struct Opened {
    kind: &'static str,
    summary: &'static str,
    description: &'static str,
    status: &'static str,
    priority: &'static str,
}

const fn opened(
    kind: &'static str,
    summary: &'static str,
    description: &'static str,
    status: &'static str,
    priority: &'static str,
) -> Opened {
    Opened {
        kind,
        summary,
        description,
        status,
        priority,
    }
}

/// The company is about to move. Some texts are there to be got wrong: quotes,
/// markup, letters that are more than one byte.
const DEMO_ISSUES: [Opened; 12] = [
    opened(
        "Task",
        "Draw the floor plan",
        "About: Draw the floor plan",
        "In Progress",
        "High",
    ),
    opened(
        "Bug",
        "The door opens inwards",
        "The fire inspector wants the back door to open outwards.",
        "To Do",
        "Highest",
    ),
    opened(
        "Task",
        "Order 40 chairs",
        "Ten of them for the meeting room, the others adjustable.",
        "Done",
        "Medium",
    ),
    opened(
        "Story",
        "As a guest I find the exit",
        "Signs on both floors, lit, and not behind the plants.",
        "To Do",
        "Medium",
    ),
    opened(
        "Bug",
        "Umlauts: Größe, Übung, naïve",
        "The label printer leaves a gap where the dots should be.",
        "In Progress",
        "Low",
    ),
    opened(
        "Task",
        "Paint the wall \"sky blue\"",
        "Two coats. The tin says <matt> & that is what we want.",
        "To Do",
        "Low",
    ),
    opened(
        "Task",
        "Count the keys",
        "Seven were handed out, six are on the list.",
        "In Progress",
        "High",
    ),
    opened(
        "Story",
        "As a host I see who came",
        "A list at the reception, and nobody else sees it.",
        "To Do",
        "Medium",
    ),
    opened(
        "Bug",
        "The lamp flickers at 50 Hz",
        "Only the one above the printer. The electrician knows.",
        "Done",
        "Medium",
    ),
    opened(
        "Task",
        "Water the plants",
        "Every other day while we move.",
        "To Do",
        "Lowest",
    ),
    opened(
        "Task",
        "日本語の表示を確認する",
        "案内板とウェブサイトの両方。",
        "To Do",
        "Medium",
    ),
    opened(
        "Epic",
        "Move into the new building",
        "Everything on this board, by the end of the quarter.",
        "In Progress",
        "High",
    ),
];

/// What was said about issues of DEMO, by their number: by each of the people
/// in turn.
const COMMENTS: [(&str, &str); 7] = [
    ("DEMO-1", "The measurements are in the attached file."),
    ("DEMO-1", "Thanks, I have used them."),
    ("DEMO-1", "Done & checked <twice>."),
    ("DEMO-7", "Number four turned up in the coffee kitchen."),
    ("DEMO-7", "Then only the one for the cellar is missing."),
    ("DEMO-9", "Fixed. It was the ballast."),
    ("DEMO-12", "The lease is signed: we can start on the first."),
];

const WAITING: &str = "Waiting for support";

/// What customers have asked for: what they wrote, the statuses it has had,
/// latest first, and what they were answered.
const REQUESTS: [(&str, &[&str], Option<&str>); 3] = [
    ("My badge does not open the garage", &[WAITING], None),
    (
        "Please install a second monitor",
        &["In Progress", WAITING],
        Some("It is ordered, and comes on Thursday."),
    ),
    (
        "VPN drops every evening",
        &["Waiting for customer", "In Progress", WAITING],
        Some("Does it happen at home as well, or only in the office?"),
    ),
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
            temporary: Vec::new(),
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

    /// One of the people, each in turn.
    fn person(&self, nth: usize) -> Option<Account> {
        let turn = nth.checked_rem(self.people.len())?;
        self.people.get(turn).cloned()
    }

    fn open_issues(&mut self, founder: &Account) {
        for (nth, opened) in DEMO_ISSUES.into_iter().enumerate() {
            let assignee = self.person(nth + 1);
            let (kind, summary) = (opened.kind, opened.summary);
            if let Some(issue) = self.open("DEMO", kind, summary, founder, Now::default()) {
                issue.description = Some(Document::plain(opened.description));
                issue.labels = vec![kind.to_lowercase()];
                issue.workflow_status = opened.status;
                issue.priority = opened.priority;
                issue.assignee = assignee.filter(|_| opened.status != "To Do");
            }
        }
    }

    fn comment(&mut self, founder: &Account) {
        for (nth, (key, text)) in COMMENTS.into_iter().enumerate() {
            let author = self.person(nth).unwrap_or_else(|| founder.clone());
            self.say(key, author, text);
        }
    }

    fn say(&mut self, key: &str, author: Account, text: &str) {
        let comment = Comment {
            id: self.next_id(),
            author,
            body: Document::plain(text),
            public: true,
            created: Now::default(),
        };
        if let Some(issue) = self.issue_mut(key) {
            issue.comments.push(comment);
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

    /// The first is raised by the founder, the others by those who came after.
    fn raise_requests(&mut self, founder: &Account) {
        for (nth, (summary, statuses, answer)) in REQUESTS.into_iter().enumerate() {
            let customer = self.person(nth).unwrap_or_else(|| founder.clone());
            let opened = self.open("SUP", "Service Request", summary, &customer, Now::default());
            let Some(issue) = opened else {
                continue;
            };
            let statuses = statuses
                .iter()
                .map(|status| ((*status).to_owned(), Now::default()));
            issue.request = Some((25, statuses.collect()));
            let key = issue.key.clone();
            if let Some(answer) = answer {
                self.say(&key, founder.clone(), answer);
            }
        }
    }
}
