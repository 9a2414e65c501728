use std::io;

use jira_host::network::CaughtRequest;
use jira_host::types::Site;
use serde_json::{Value, json};

use super::Renewal;
use super::list::List;
use super::repeats::Repeats;
use crate::output::{Output, grouped};

/// What stands for the token.
const TOKEN: &str = "Bearer [not shown]";

/// How much of a body is shown to people. What is longer nobody reads there.
const SHOWN_BYTES: usize = 64 * 1024;

/// A request as it would be sent, and what goes with it.
pub(super) struct Shown<'a> {
    pub(super) request: &'a CaughtRequest,
    pub(super) connection: &'a str,
    pub(super) site: Option<&'a Site>,
    pub(super) list: Option<List<'a>>,
    pub(super) repeats: Repeats,
    pub(super) renewal: Renewal,
}

impl Shown<'_> {
    pub(super) fn write(&self) -> io::Result<()> {
        let mut output = Output::new();
        output.heading("Nothing was sent. This would be:")?;
        output.line(
            "request",
            &format!("{} {}", self.request.method, self.request.url),
        )?;
        let headers: Vec<_> = self.headers().map(|(n, v)| format!("{n}: {v}")).collect();
        output.line("headers", &headers.join("\n"))?;
        output.line("body", &self.body_in_words())?;
        output.line("connection", self.connection)?;
        if let Some(site) = self.site {
            output.line("site", &format!("{} ({})", site.url, site.name))?;
        }
        if let Some(list) = &self.list {
            output.line("list", &list.to_string())?;
        }
        output.line("sent again", &self.repeats.to_string())?;
        if let Some(renewal) = self.renewal.in_words() {
            output.line("before it", renewal)?;
        }
        Ok(())
    }

    pub(super) fn to_json(&self) -> Value {
        let headers = self.headers();
        let headers: Vec<_> = headers
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect();
        let body = (!self.request.body.is_empty())
            .then(|| json!({"bytes": self.request.body.len(), "text": self.body_text()}));
        json!({
            "method": self.request.method,
            "url": self.request.url,
            "headers": headers,
            "body": body,
            "connection": self.connection,
            "site": self.site.map(|site| json!({
                "cloud_id": site.cloud_id,
                "url": site.url,
                "name": site.name,
            })),
            "list": self.list.as_ref().map(List::to_json),
            "sent_again": self.repeats.to_json(),
            "renewed_first": self.renewal != Renewal::NotNeeded,
        })
    }

    fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let token = self
            .request
            .is_authorized
            .then_some(("authorization", TOKEN));
        let headers = self.request.headers.iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.as_str()));
        headers.chain(token)
    }

    fn body_text(&self) -> Option<&str> {
        let text = std::str::from_utf8(&self.request.body).ok();
        text.filter(|text| !text.contains('\0'))
    }

    fn body_in_words(&self) -> String {
        let bytes = match self.request.body.len() {
            0 => return "none".to_owned(),
            1 => "1 byte".to_owned(),
            several => format!("{} bytes", grouped(several)),
        };
        let Some(text) = self.body_text() else {
            return format!("{bytes}, which are not text");
        };
        let end = text.floor_char_boundary(SHOWN_BYTES);
        let begin = text.get(..end).unwrap_or_default().replace("\r\n", "\n");
        match end == text.len() {
            true => format!("{bytes}:\n{begin}"),
            false => format!("{bytes}, which begin so:\n{begin}"),
        }
    }
}

impl Renewal {
    fn in_words(self) -> Option<&'static str> {
        match self {
            Renewal::NotNeeded => None,
            Renewal::Unsettled => {
                Some("the tokens would be renewed, as an earlier renewal got no answer")
            }
            Renewal::Expired => {
                Some("the access token has expired and would be renewed; it was not")
            }
            Renewal::ConsentNeeded => Some(
                "the access token has expired, and as it seems a person must consent again; see \
                 `jira-host status`",
            ),
        }
    }
}
