//! Service desks, their customers, and organisations.

use super::{not_opted_in, page};
use crate::answer::Answer;
use crate::jira::person;
use crate::route::Visit;
use serde_json::{Value, json};

pub(super) fn list(visit: &mut Visit<'_>) -> Answer {
    let projects = visit.company.projects.iter();
    let desks: Vec<Value> = projects
        .filter_map(|project| {
            let desk = project.desk?;
            let link = format!("{}/rest/servicedeskapi/servicedesk/{desk}", visit.base);
            Some(json!({
                "id": desk.to_string(),
                "projectId": project.id.to_string(),
                "projectName": project.name,
                "projectKey": project.key,
                "_links": {"self": link},
            }))
        })
        .collect();
    page::answer(visit, "servicedesk", &desks)
}

pub(super) fn customers(visit: &mut Visit<'_>) -> Answer {
    if let Some(refusal) = refusal(visit) {
        return refusal;
    }
    let people = visit.company.people.iter();
    let customers: Vec<Value> = people
        .filter(|account| visit.company.customers.contains(&account.account_id))
        .map(|account| person(&visit.base, account))
        .collect();
    let path = format!("servicedesk/{}/customer", visit.name(0));
    page::answer(visit, &path, &customers)
}

/// Removes customers. It is done with a body, which some clients drop, and
/// answered 204 also where nobody had to be removed.
pub(super) fn remove_customers(visit: &mut Visit<'_>) -> Answer {
    if let Some(refusal) = refusal(visit) {
        return refusal;
    }
    let Some(ids) = visit.json.get("accountIds").and_then(Value::as_array) else {
        return Answer::service_desk(
            400,
            "Provide the accounts to remove.",
            "sd.customers.error.no.accounts",
            &[],
        );
    };
    let leaves = |customer: &String| ids.iter().any(|id| id.as_str() == Some(customer));
    visit.company.customers.retain(|customer| !leaves(customer));
    Answer::empty(204)
}

pub(super) fn organizations(visit: &mut Visit<'_>) -> Answer {
    let organizations = visit.company.organizations.iter();
    let organizations: Vec<Value> = organizations
        .map(|(id, name)| {
            let link = format!("{}/rest/servicedeskapi/organization/{id}", visit.base);
            json!({"id": id.to_string(), "name": name, "_links": {"self": link}})
        })
        .collect();
    page::answer(visit, "organization", &organizations)
}

/// What keeps an experimental operation on a desk from being done.
pub(super) fn refusal(visit: &Visit<'_>) -> Option<Answer> {
    if let Some(refusal) = not_opted_in(visit.request) {
        return Some(refusal);
    }
    let missing = visit.company.desk(visit.name(0)).is_none();
    missing.then(|| {
        Answer::service_desk(
            404,
            "The service desk does not exist, or you do not have permission to view it.",
            "sd.agent.servicedesk.error.not.found",
            &[],
        )
    })
}
