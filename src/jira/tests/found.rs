//! What fuzzing found.

use url::Url;

use super::{
    checks::callbacks::only_the_state_given_out_spends_a_code,
    fake::{APP, site},
};
use crate::jira::app::App;

// In builds that keep its assertions, the URL library asserts that a host with an
// encoded dot has no capitals. In all others it must be the host that it is.
#[test]
fn a_host_in_capitals_with_an_encoded_dot_is_read_as_any_other() {
    let api_origin = App::parse(APP.as_bytes()).unwrap().api_origin;
    let re_rooted = |host: &str| {
        let link = Url::parse(&format!("https://{host}/rest/api/3/a")).unwrap();
        site("acme").re_root(&api_origin, &link).map(String::from)
    };
    assert_eq!(
        re_rooted("ACME%2eATLASSIAN.NET").as_deref(),
        Some("https://api.atlassian.com/ex/jira/acme/rest/api/3/a")
    );
    for host in ["PPPPPPPPPPPPPPPP%2ede", "ACME%2eATLASSIAN.NET"] {
        let redirect_url = format!("https://{host}/cb?code=hush&state=STATE");
        only_the_state_given_out_spends_a_code(&redirect_url, "STATE");
    }
}
