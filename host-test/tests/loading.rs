//! Which components are loaded, and why others are not.

#![allow(clippy::unwrap_used, reason = "a test may stop where its set-up fails")]

mod support;

use std::sync::Arc;

use jira_host::secrets::MemoryStore;
use jira_host::types::Request;
use jira_host::{Connector, LoadError, Network};

/// A component that does nothing but import these interfaces, each with a
/// function `f`. It is encoded by hand: magic and version, a section with the
/// type of the interface, and a section with the imports.
fn importing(interfaces: &[&str]) -> Vec<u8> {
    let length = |bytes: usize| u8::try_from(bytes).unwrap();
    let mut component = b"\0asm\x0d\0\x01\0".to_vec();
    component.extend(b"\x07\x0e\x01\x42\x02\x01\x40\x00\x01\x00\x04\x00\x01f\x01\x00");
    let mut imports = vec![length(interfaces.len())];
    for interface in interfaces {
        imports.extend([0, length(interface.len())]);
        imports.extend(interface.as_bytes());
        imports.extend(b"\x05\x00");
    }
    assert!(imports.len() < 128, "the length would take two bytes");
    component.extend([10, length(imports.len())]);
    component.extend(imports);
    component
}

fn refusal(interfaces: &[&str]) -> LoadError {
    Connector::from_bytes(&importing(interfaces)).unwrap_err()
}

#[test]
fn a_component_that_imports_anything_else_is_refused_with_the_names() {
    let refusal = refusal(&[
        "wasi:random/random@0.2.0",
        "wasi:cli/environment@0.2.0",
        "wasi:sockets/tcp@0.2.0",
    ]);
    assert_eq!(
        refusal.to_string(),
        "the component imports wasi:cli/environment@0.2.0, wasi:sockets/tcp@0.2.0, which this \
         host does not give it; build it for world `jira:connector/jira-connector`"
    );
}

#[test]
fn a_component_without_the_exports_does_not_fit() {
    let refusal = refusal(&[]);
    assert!(matches!(refusal, LoadError::Mismatch(_)), "{refusal}");
    assert!(refusal.to_string().contains("no export"), "{refusal}");
}

#[test]
fn a_component_for_another_version_of_wasi_does_not_fit() {
    let refusal = refusal(&["wasi:http/types@0.3.0"]);
    assert!(matches!(refusal, LoadError::Mismatch(_)), "{refusal}");
    assert!(
        refusal.to_string().contains("wasi:http/types@0.3.0"),
        "{refusal}"
    );
}

#[test]
fn what_is_not_a_component_is_not_compiled() {
    let refusal = Connector::from_bytes(b"\0asm nonsense").unwrap_err();
    assert!(matches!(refusal, LoadError::Compile(_)));
    assert!(
        refusal.to_string().starts_with("not a usable component: "),
        "{refusal}"
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let refusal = Connector::load("nowhere.wasm").unwrap_err();
    assert!(matches!(refusal, LoadError::Read { .. }));
    assert!(
        refusal
            .to_string()
            .starts_with("cannot read the component `nowhere.wasm`: ")
    );
}

#[test]
fn the_connector_imports_only_what_it_needs_and_exports_the_contract() {
    let connector = Connector::load(support::component()).unwrap();
    let inspection = connector.inspection();
    assert_eq!(inspection.foreign_imports(), [""; 0]);
    let without_versions = |names: &[String]| -> Vec<String> {
        names
            .iter()
            .filter_map(|name| name.split('@').next())
            .map(str::to_owned)
            .collect()
    };
    let exports = without_versions(inspection.exports());
    for export in ["api-request", "servicedesk-request", "oauth-exchange"] {
        assert!(exports.contains(&export.to_owned()), "{exports:?}");
    }
    let imports = without_versions(inspection.imports());
    for import in ["jira:connector/secret-store", "wasi:http/outgoing-handler"] {
        assert!(imports.contains(&import.to_owned()), "{imports:?}");
    }
}

#[tokio::test]
async fn a_call_can_be_made_from_a_task_of_its_own() {
    let connector = Connector::load(support::component()).unwrap();
    let network = Network::allowing([""; 0]).unwrap();
    let tenant = connector.tenant(Arc::new(MemoryStore::new()), network);
    let call = async move { tenant.api_request(&Request::get("demo", "/myself")).await };
    let answer = tokio::spawn(call).await.unwrap().unwrap();
    assert!(answer.is_err());
}
