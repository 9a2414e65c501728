use std::path::PathBuf;

/// The built component. A test that needs it fails where it is missing.
pub fn component() -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/jira_connector.wasm");
    assert!(
        path.exists(),
        "the component is not built: run `make component`"
    );
    path
}
