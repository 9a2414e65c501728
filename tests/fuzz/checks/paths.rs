use super::outside::{get, site};
use crate::jira::{app::App, path::Api, request::CheckedRequest};

const APP: &[u8] = br#"{"client_id":"i","client_secret":"s","redirect_uri":"https://h.example/"}"#;

/// However a chain of servers reads what goes out for a path, it is below the
/// site, and the parameters are in it as they were given.
pub fn no_path_leads_out_of_the_site(url_path: &str, query_params: &[(String, String)]) {
    let Ok(app) = App::parse(APP) else {
        unreachable!("it is a constant")
    };
    for api in [Api::Platform, Api::ServiceDesk] {
        let mut request = get(url_path, None);
        request.query_params = query_params.to_vec();
        let Ok(checked) = CheckedRequest::check(api, request) else {
            continue;
        };
        let url = checked.to_http(&site(), &app.api_origin).url;
        assert_eq!(
            url.origin().ascii_serialization(),
            "https://api.atlassian.com"
        );
        assert!(
            url.username().is_empty() && url.password().is_none() && url.fragment().is_none(),
            "{url}"
        );
        let below = url.path().strip_prefix("/ex/jira/acme");
        let is_below =
            |path: &str| path.starts_with("/rest/") || path == "/jsm" || path.starts_with("/jsm/");
        assert!(below.is_some_and(is_below), "{url}");
        for reading in readings(url.path()) {
            let shown = String::from_utf8_lossy(&reading);
            assert!(lowest_depth(&reading) >= 4, "{url} as {shown:?}");
            assert!(!reading.iter().any(u8::is_ascii_control), "{url}");
        }
        assert!(
            url.as_str().bytes().all(|byte| byte.is_ascii_graphic()),
            "{url}"
        );
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        assert!(
            pairs.ends_with(query_params),
            "{query_params:?} became {url}"
        );
    }
}

/// All that a chain of servers could make of a path: decoded any number of
/// times; backslashes are taken for slashes and parameters stripped below.
fn readings(path: &str) -> Vec<Vec<u8>> {
    let mut levels = vec![path.as_bytes().to_vec()];
    for _ in 0..8 {
        let Some(last) = levels.last() else { break };
        let next: Vec<u8> = percent_encoding::percent_decode(last).collect();
        if next == *last {
            break;
        }
        levels.push(next);
    }
    levels
}

/// How far below its beginning a path stays at the least, dots resolved.
fn lowest_depth(path: &[u8]) -> i32 {
    let mut depth = 0;
    let mut lowest = i32::MAX;
    for segment in path.split(|byte| matches!(byte, b'/' | b'\\')) {
        let name = segment.split(|&byte| byte == b';').next();
        match name.unwrap_or_default() {
            b"" | b"." => {}
            b".." => {
                depth -= 1;
                lowest = lowest.min(depth);
            }
            _ => depth += 1,
        }
    }
    lowest.min(depth)
}
