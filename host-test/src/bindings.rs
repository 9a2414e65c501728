//! What the macro makes of `wit/`.
//!
//! It is used twice, because the `Debug` that it writes prints every field and
//! cannot be changed, and a body, a `state` or a stored value must not reach a
//! log by it. The plain types come from [`plain`]. Those that hold a secret are
//! written by hand, in [`crate::types`] and [`crate::secrets`]. [`world`] is
//! then made over both; it compares their sizes with the contract when it is
//! compiled, and their shapes when a component is loaded. The types of the sweep
//! hold no secret, but use the error that is written by hand: they are generated
//! over that, in [`sweep`].

/// The types of the contract, as generated.
#[allow(
    missing_docs,
    dead_code,
    unused_variables,
    reason = "generated; only the types are used"
)]
pub(crate) mod plain {
    wasmtime::component::bindgen!({
        path: "../wit",
        interfaces: "import jira:connector/types@0.1.0;",
        additional_derives: [PartialEq],
    });

    pub(crate) use self::jira::connector::{secret_store, types};
}

/// The types of the sweep, as generated.
#[allow(
    missing_docs,
    dead_code,
    unused_variables,
    reason = "generated; only the types are used"
)]
pub(crate) mod sweep {
    wasmtime::component::bindgen!({
        path: "../wit",
        interfaces: "import jira:connector/sweep@0.1.0;",
        additional_derives: [PartialEq],
        with: {
            "jira:connector/types": super::over::types,
        },
    });

    pub use self::jira::connector::sweep::*;
}

/// The exports of a component, as typed calls.
#[allow(
    missing_docs,
    missing_debug_implementations,
    dead_code,
    unsafe_code,
    reason = "generated; WASI is linked by hand, so only the exports are used"
)]
pub(crate) mod world {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "jira-connector",
        exports: { default: async },
        with: {
            "jira:connector/types": super::over::types,
            "jira:connector/secret-store": super::over::secret_store,
            "jira:connector/sweep": super::over::sweep,
        },
    });
}

/// What [`world`] is made over: the types of this crate and, from [`plain`],
/// what the macro wants to find beside them.
pub mod over {
    #![allow(unused_imports, reason = "the macro decides which of these it names")]

    pub mod types {
        pub use crate::bindings::plain::types::{Host, HostWithStore, add_to_linker};
        pub use crate::types::*;
    }

    pub mod secret_store {
        pub use crate::bindings::plain::secret_store::{Host, HostWithStore, add_to_linker};
    }

    pub mod sweep {
        pub use crate::bindings::sweep::*;
    }
}
