use jira_host::{Inspection, Loader};

use super::Findings;
use crate::commands::context::Context;
use crate::commands::inspect::{CONTRACT, contract_version};
use crate::exit::{Exit, Failure};
use crate::output::grouped;

const CHECK: &str = "component";

/// The version of the contract that this host was built with. It is that of the
/// workspace.
const HOST_VERSION: &str = env!("CARGO_PKG_VERSION");

const MEND: &str = "build both from the same source: `make component host`";

/// Whether the component can be called.
pub(super) fn check(context: &Context, findings: &mut Findings) -> bool {
    let path = match context.component_path() {
        Ok(path) => path,
        Err(failure) => {
            findings.failure(CHECK, &failure, MEND);
            return false;
        }
    };
    let shown = path.display();
    let loader = Loader::new()
        .with_max_concurrent_calls(1)
        .with_default_cache();
    let error = match loader.load(&path) {
        Ok(connector) => {
            let inspection = connector.inspection();
            let (version, size) = (version(inspection), grouped(inspection.size()));
            findings.ok(
                CHECK,
                format!("`{shown}` is for {version}, as is this host; {size} bytes"),
            );
            return true;
        }
        Err(error) => error,
    };
    let Ok(inspection) = Inspection::load(&path) else {
        findings.failure(CHECK, &Failure::from(error), MEND);
        return false;
    };
    let version = version(&inspection);
    findings.problem(
        CHECK,
        Exit::Configuration,
        format!("`{shown}` is for {version}, this host for {CONTRACT} {HOST_VERSION}: {error}"),
        MEND,
    );
    false
}

fn version(inspection: &Inspection) -> String {
    let version = contract_version(inspection).unwrap_or("of no version");
    format!("{CONTRACT} {version}")
}
