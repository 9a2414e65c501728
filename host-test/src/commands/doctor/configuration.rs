use super::Findings;
use crate::commands::context::{Context, unknown_variables};

const CHECK: &str = "configuration";

pub(super) fn check(context: &Context, findings: &mut Findings) {
    let configuration = context.configuration();
    match (context.unconfigured(), configuration.file()) {
        (Some(failure), _) => findings.failure(CHECK, failure, "mend the file"),
        (None, Some(file)) if configuration.has_file() => {
            findings.ok(CHECK, format!("`{}` can be read", file.display()));
        }
        _ => findings.ok(CHECK, "there is no configuration file, and none is needed"),
    }
    for name in unknown_variables() {
        findings.warning(
            CHECK,
            format!("the variable {name} is set, and nothing reads it"),
            "is it misspelt? `jira-host config show` lists the settings",
        );
    }
    proxy(context, findings);
}

fn proxy(context: &Context, findings: &mut Findings) {
    const CHECK: &str = "proxy";
    match (context.proxy(), context.is_proxy_asked_for()) {
        (Err(failure), _) => findings.failure(
            CHECK,
            &failure,
            "write it as `http://proxy:3128`, or leave out `--proxy-from-environment`",
        ),
        (Ok(Some(proxy)), _) => {
            let variable = proxy.variable().unwrap_or("the environment");
            findings.ok(CHECK, format!("requests go through {proxy} ({variable})"));
        }
        (Ok(None), true) => findings.warning(
            CHECK,
            "a proxy is asked for, and the environment names none",
            "set HTTPS_PROXY, or leave out `--proxy-from-environment`",
        ),
        (Ok(None), false) => findings.ok(CHECK, "none is used"),
    }
}
