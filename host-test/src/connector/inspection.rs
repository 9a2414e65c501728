use wasmtime::component::Component;

/// The interfaces that a component may import, without versions. This list is
/// the sandbox: no files, no sockets, no environment, no standard output.
const ALLOWED_IMPORTS: [&str; 11] = [
    "jira:connector/secret-store",
    "jira:connector/sweep",
    "jira:connector/types",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:http/outgoing-handler",
    "wasi:http/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/random",
];

/// What can be told of a component without running it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    size: usize,
    imports: Vec<String>,
    exports: Vec<String>,
}

impl Inspection {
    pub(super) fn of(component: &Component, size: usize) -> Self {
        let ty = component.component_type();
        let engine = component.engine();
        Inspection {
            size,
            imports: ty
                .imports(engine)
                .map(|(name, _)| name.to_owned())
                .collect(),
            exports: ty
                .exports(engine)
                .map(|(name, _)| name.to_owned())
                .collect(),
        }
    }

    /// Its size in bytes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Everything that it imports, which is everything that it can do.
    pub fn imports(&self) -> &[String] {
        &self.imports
    }

    /// Everything that it exports.
    pub fn exports(&self) -> &[String] {
        &self.exports
    }

    /// What it imports and this host does not give.
    pub fn foreign_imports(&self) -> Vec<String> {
        self.imports
            .iter()
            .filter(|name| !is_allowed(name))
            .cloned()
            .collect()
    }
}

fn is_allowed(name: &str) -> bool {
    let interface = name.split('@').next().unwrap_or_default();
    ALLOWED_IMPORTS.contains(&interface)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_is_allowed_by_its_whole_name() {
        assert!(is_allowed("wasi:http/types@0.2.0"));
        assert!(is_allowed("jira:connector/secret-store@0.1.0"));
        assert!(!is_allowed("wasi:cli/environment@0.2.0"));
        assert!(!is_allowed("wasi:http/types-of-mine@0.2.0"));
        assert!(!is_allowed("wasi:random/insecure@0.2.0"));
    }
}
