//! Documents as Jira answers them, made up.

use serde_json::{Value, json};

/// Who asks.
pub(crate) fn myself() -> Value {
    json!({
        "self": "https://example.atlassian.net/rest/api/3/user?accountId=5b10a2844c20165700ede21g",
        "accountId": "5b10a2844c20165700ede21g",
        "accountType": "atlassian",
        "active": true,
        "displayName": "Ada Ohm",
        "emailAddress": "ada@example.com",
        "timeZone": "Europe/Berlin",
        "locale": "en_GB",
        "avatarUrls": {
            "16x16": "https://avatar.example.com/5b10a2844c20165700ede21g/16",
            "48x48": "https://avatar.example.com/5b10a2844c20165700ede21g/48",
        },
        "groups": { "size": 3, "items": [] },
        "applicationRoles": { "size": 1, "items": [] },
    })
}

/// An issue of 1.9 kB, with some of everything that issues have.
pub(crate) fn issue(number: usize) -> Value {
    json!({
        "expand": "renderedFields,names,schema,operations,editmeta,changelog",
        "id": (10_000 + number).to_string(),
        "self": format!("https://api.atlassian.com/ex/jira/site/rest/api/3/issue/{}", 10_000 + number),
        "key": format!("DEMO-{number}"),
        "fields": {
            "summary": format!("The \"export\" of report {number} stops at page {}", number % 17),
            "status": {
                "self": "https://api.atlassian.com/ex/jira/site/rest/api/3/status/3",
                "name": "In Progress",
                "id": "3",
                "statusCategory": { "id": 4, "key": "indeterminate", "colorName": "yellow" },
            },
            "priority": { "name": "Medium", "id": "3" },
            "issuetype": { "id": "10001", "name": "Bug", "subtask": false, "hierarchyLevel": 0 },
            "project": { "id": "10000", "key": "DEMO", "name": "Demonstration", "simplified": true },
            "assignee": person(number),
            "reporter": person(number + 1),
            "labels": ["export", "größe", format!("batch-{}", number % 40)],
            "created": "2026-03-04T09:12:33.117+0100",
            "updated": "2026-05-06T17:45:01.902+0200",
            "customfield_10016": number % 13,
            "customfield_10020": null,
            "customfield_10021": 0.1 * (number % 100) as f64,
            "timetracking": {},
            "resolution": null,
            "description": {
                "type": "doc",
                "version": 1,
                "content": [paragraph(number), paragraph(number + 1), paragraph(number + 2)],
            },
        },
    })
}

fn person(number: usize) -> Value {
    json!({
        "accountId": format!("712020:{:032x}", number % 200),
        "displayName": format!("Person {}", number % 200),
        "active": true,
        "timeZone": "Europe/Berlin",
        "accountType": "atlassian",
    })
}

fn paragraph(number: usize) -> Value {
    let text = format!(
        "Steps: open the report, choose the quarter, export.\nThe file ends after {} lines \
         though the page says \u{201c}done\u{201d}; nothing is in the log.",
        number * 31
    );
    json!({ "type": "paragraph", "content": [{ "type": "text", "text": text }] })
}
