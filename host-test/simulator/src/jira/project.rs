//! Projects, their boards, the tasks that delete them, and the server.

use super::Window;
use crate::answer::Answer;
use crate::company::{Project, Task};
use crate::route::Visit;
use serde_json::{Value, json};

pub(super) fn server_info(visit: &mut Visit<'_>) -> Answer {
    Answer::json(
        200,
        &json!({
            "baseUrl": visit.site.url,
            "version": "1001.0.0-SNAPSHOT",
            "deploymentType": "Cloud",
            "serverTime": visit.now.jira(),
            "serverTitle": "Jira",
        }),
    )
}

/// A page that says whether it is the last, and where the next one is.
pub(super) fn list(visit: &mut Visit<'_>) -> Answer {
    let window = Window::platform(visit.request, 50);
    let projects = &visit.company.projects;
    let page = window.cut(projects).iter();
    let values: Vec<Value> = page.map(|project| shown(visit, project)).collect();
    let link = |start: usize| {
        let size = window.size;
        visit.link(&format!("project/search?maxResults={size}&startAt={start}"))
    };
    let mut page = json!({
        "self": link(window.start),
        "maxResults": window.size,
        "startAt": window.start,
        "total": projects.len(),
        "isLast": window.is_last(projects),
        "values": values,
    });
    if let Some(members) = page.as_object_mut()
        && !window.is_last(projects)
    {
        members.insert("nextPage".to_owned(), link(window.end()).into());
    }
    Answer::json(200, &page)
}

fn shown(visit: &Visit<'_>, project: &Project) -> Value {
    let kind = match project.desk {
        Some(_) => "service_desk",
        None => "software",
    };
    json!({
        "self": visit.link(&format!("project/{}", project.id)),
        "id": project.id.to_string(),
        "key": project.key,
        "name": project.name,
        "projectTypeKey": kind,
    })
}

/// Deletes a project with all that is in it. The task that tells of it is
/// linked on the site, not on the gateway: clients must not follow blindly.
pub(super) fn delete(visit: &mut Visit<'_>) -> Answer {
    let Some(project) = visit.company.project(visit.name(0)).cloned() else {
        let key = visit.name(0);
        let message = format!("No project could be found with key '{key}'.");
        return Answer::platform(404, &message);
    };
    visit.company.projects.retain(|p| p.id != project.id);
    visit.company.issues.retain(|i| i.project != project.key);
    let task = Task {
        id: visit.company.tasks.len() as u64 + 1,
        description: format!("Delete project {}", project.key),
        done: visit.now,
    };
    let (site, version, id) = (&visit.site.url, visit.version, task.id);
    let location = format!("{site}/rest/api/{version}/task/{id}");
    visit.company.tasks.push(task);
    Answer::empty(303).with("location", &location)
}

pub(super) fn task(visit: &mut Visit<'_>) -> Answer {
    let tasks = &mut visit.company.tasks.iter();
    let Some(task) = tasks.find(|task| task.id.to_string() == visit.name(0)) else {
        return Answer::platform(404, "The task was not found.");
    };
    let done = task.done.epoch_millis();
    Answer::json(
        200,
        &json!({
            "self": visit.link(&format!("task/{}", task.id)),
            "id": task.id.to_string(),
            "description": task.description,
            "status": "COMPLETE",
            "progress": 100,
            "elapsedRuntime": 0,
            "submitted": done,
            "started": done,
            "finished": done,
            "lastUpdate": done,
        }),
    )
}

/// A board for each project that is no service desk.
pub(super) fn boards(visit: &mut Visit<'_>) -> Answer {
    let projects = visit.company.projects.iter();
    let boards: Vec<Value> = projects
        .filter(|project| project.desk.is_none())
        .map(|project| {
            json!({
                "id": project.id,
                "self": format!("{}/rest/agile/1.0/board/{}", visit.base, project.id),
                "name": format!("{} board", project.key),
                "type": "simple",
            })
        })
        .collect();
    let window = Window::platform(visit.request, 50);
    Answer::json(
        200,
        &json!({
            "maxResults": window.size,
            "startAt": window.start,
            "total": boards.len(),
            "isLast": window.is_last(&boards),
            "values": window.cut(&boards),
        }),
    )
}
