//! Requests on their way out, with all that they came with.

use wasmtime::component::{Linker, Resource};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi_http::p2::bindings::http::outgoing_handler::Host as _;
use wasmtime_wasi_http::p2::bindings::http::types::{
    ErrorCode, FutureIncomingResponse, Host as _, OutgoingRequest, RequestOptions,
};
use wasmtime_wasi_http::{WasiHttpCtxView, WasiHttpView};

use crate::call::CallState;

const OUTGOING_HANDLER: &str = "wasi:http/outgoing-handler@0.2.0";

type Handled = std::result::Result<Resource<FutureIncomingResponse>, ErrorCode>;

pub(super) fn add_to_linker(linker: &mut Linker<CallState>) -> Result<()> {
    linker.instance(OUTGOING_HANDLER)?.func_wrap(
        "handle",
        |mut call: StoreContextMut<'_, CallState>, (request, options)| {
            Ok((handle(&mut call.data_mut().http(), request, options)?,))
        },
    )
}

/// Sends a request. Its options become the host's, and the host's own function
/// only looks at them: left where they are, those of a thousand requests would
/// be all the handles that a call may have.
fn handle(
    http: &mut WasiHttpCtxView<'_>,
    request: Resource<OutgoingRequest>,
    options: Option<Resource<RequestOptions>>,
) -> Result<Handled> {
    let seen = options.as_ref().map(|it| Resource::new_borrow(it.rep()));
    let handled = http.handle(request, seen);
    if let Some(options) = options {
        http.table.delete(options)?;
    }
    match handled {
        Ok(future) => Ok(Ok(future)),
        Err(error) => http.convert_error_code(error).map(Err),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use wasmtime_wasi_http::p2::bindings::http::types::{
        HostFields, HostOutgoingRequest, HostRequestOptions,
    };

    use super::*;
    use crate::observe::Nobody;
    use crate::secrets::MemoryStore;
    use crate::{Limits, Network};

    #[test]
    fn a_request_leaves_no_handle_behind() {
        let mut state = CallState::new(
            Arc::new(MemoryStore::new()),
            Network::atlassian().unwrap(),
            Arc::new(SystemTime::now),
            Arc::new(Nobody),
            &Limits::default(),
        );
        let mut http = state.http();
        let headers = HostFields::new(&mut http).unwrap();
        let request = HostOutgoingRequest::new(&mut http, headers).unwrap();
        let options = HostRequestOptions::new(&mut http).unwrap();
        let handled = handle(&mut http, request, Some(options)).unwrap();
        assert!(matches!(handled, Err(ErrorCode::HttpRequestUriInvalid)));
        assert!(http.table.is_empty());
    }
}
