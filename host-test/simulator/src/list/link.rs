//! Links to other pages of a list.

use super::shape::Shape;
use super::{Links, List};
use crate::route::Visit;
use url::form_urlencoded::Serializer;

/// A site that no grant of a test reaches.
const OTHER_CLOUD_ID: &str = "99999999-aaaa-4bbb-8ccc-000000000099";
/// A host that nobody should ask.
const ELSEWHERE: &str = "https://elsewhere.example";
/// Where the operations API is, and where it is for basic authentication: the
/// site comes after it there.
const OPERATIONS: &str = "/jsm/ops/api/";

/// The URL of the same request with these parameters for place and length;
/// nothing, where there are no links.
pub(super) fn link(
    visit: &Visit<'_>,
    shape: &Shape,
    list: &List,
    moved: &[(&str, &str)],
) -> Option<String> {
    let address = address(visit, list.links())?;
    let moving = shape.style.place_names().iter().chain(&shape.size_name);
    let moving: Vec<&str> = moving.copied().collect();
    let mut query = Serializer::new(String::new());
    for (name, value) in visit.request.pairs() {
        if !moving.contains(&name.as_str()) {
            query.append_pair(&name, &value);
        }
    }
    query.extend_pairs(moved);
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    Some(format!("{address}{mark}{query}"))
}

/// The address of the request, in this form.
fn address(visit: &Visit<'_>, form: Links) -> Option<String> {
    let (cloud_id, base) = (&visit.site.cloud_id, &visit.base);
    let whole = visit.request.path();
    let path = whole.strip_prefix("/ex/jira/").unwrap_or(whole);
    let path = path.strip_prefix(cloud_id.as_str()).unwrap_or(path);
    match form {
        Links::Gateway => Some(format!("{base}{path}")),
        Links::Site => match path.strip_prefix(OPERATIONS) {
            Some(rest) => {
                let origin = base.split("/ex/jira/").next().unwrap_or(base);
                Some(format!("{origin}{OPERATIONS}{cloud_id}/{rest}"))
            }
            None => Some(format!("{}{path}", visit.site.url)),
        },
        Links::OtherVersion => {
            let other = match visit.version {
                "2" => path.replacen("/api/2/", "/api/3/", 1),
                _ => path.replacen("/api/3/", "/api/2/", 1),
            };
            Some(format!("{base}{other}"))
        }
        Links::OtherSite => {
            let base = base.replacen(cloud_id.as_str(), OTHER_CLOUD_ID, 1);
            Some(format!("{base}{path}"))
        }
        Links::Elsewhere => Some(format!("{ELSEWHERE}{whole}")),
        Links::None => None,
    }
}
