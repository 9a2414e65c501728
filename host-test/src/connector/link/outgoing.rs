//! Requests on their way out, with all that they came with.

use http::uri::{Scheme, Uri};
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Empty};
use wasmtime::component::{Linker, Resource};
use wasmtime::{Result, StoreContextMut};
use wasmtime_wasi_http::p2::bindings::http::types::{
    self as wasi, ErrorCode, OutgoingRequest, RequestOptions,
};

use super::answer::Answer;
use crate::call::CallState;
use crate::network::Body;

const OUTGOING_HANDLER: &str = "wasi:http/outgoing-handler@0.2.0";

type Handled = std::result::Result<Resource<Answer>, ErrorCode>;

pub(super) fn add_to_linker(linker: &mut Linker<CallState>) -> Result<()> {
    linker.instance(OUTGOING_HANDLER)?.func_wrap(
        "handle",
        |mut call: StoreContextMut<'_, CallState>, (request, options)| {
            Ok((handle(call.data_mut(), request, options)?,))
        },
    )
}

/// Sends a request. It is on its way when this returns, and goes on as somebody
/// waits for its answer: a task of its own would have another thread woken for
/// it, and so cost more than the request.
fn handle(
    call: &mut CallState,
    request: Resource<OutgoingRequest>,
    options: Option<Resource<RequestOptions>>,
) -> Result<Handled> {
    let request = call.table().delete(request)?;
    let timeouts = match options {
        Some(options) => call.table().delete(options)?,
        None => RequestOptions::default(),
    };
    let request = match assembled(request) {
        Ok(request) => request,
        Err(error) => return Ok(Err(error)),
    };
    let answer = Answer::to(call.egress().send(request, timeouts));
    Ok(Ok(call.table().push(answer)?))
}

fn assembled(request: OutgoingRequest) -> std::result::Result<Request<Body>, ErrorCode> {
    let OutgoingRequest {
        method,
        scheme,
        authority,
        path_with_query,
        headers,
        body,
    } = request;
    let method: Method = method
        .try_into()
        .map_err(|_| ErrorCode::HttpRequestMethodInvalid)?;
    let url = Uri::builder()
        .scheme(known(scheme)?)
        .authority(authority.unwrap_or_default())
        .path_and_query(path_with_query.unwrap_or_default());
    let url = url.build().map_err(|_| ErrorCode::HttpRequestUriInvalid)?;
    let headers = HeaderMap::from(headers);
    // A length without a body would have the server wait for one.
    if body.is_none() && announces_body(&headers) {
        return Err(ErrorCode::HttpRequestBodySize(Some(0)));
    }
    let mut request = Request::new(body.unwrap_or_else(nothing));
    *request.method_mut() = method;
    *request.uri_mut() = url;
    *request.headers_mut() = headers;
    Ok(request)
}

fn known(scheme: Option<wasi::Scheme>) -> std::result::Result<Scheme, ErrorCode> {
    match scheme {
        Some(wasi::Scheme::Http) => Ok(Scheme::HTTP),
        Some(wasi::Scheme::Https) | None => Ok(Scheme::HTTPS),
        Some(wasi::Scheme::Other(_)) => Err(ErrorCode::HttpProtocolError),
    }
}

fn announces_body(headers: &HeaderMap) -> bool {
    let lengths = headers.get_all(http::header::CONTENT_LENGTH);
    lengths.iter().any(|length| length != "0")
}

fn nothing() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

#[cfg(test)]
mod tests {
    use wasmtime_wasi_http::WasiHttpView;
    use wasmtime_wasi_http::p2::bindings::http::types::{
        HostFields, HostOutgoingRequest, HostRequestOptions,
    };

    use super::*;
    use crate::connector::link::idle_call;

    /// A request with these headers, which leads nowhere.
    fn request(call: &mut CallState, headers: &[(&str, &str)]) -> Resource<OutgoingRequest> {
        let mut http = call.http();
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
            .collect();
        let headers = HostFields::from_list(&mut http, headers).ok().unwrap();
        HostOutgoingRequest::new(&mut http, headers).unwrap()
    }

    fn refusal(call: &mut CallState, request: Resource<OutgoingRequest>) -> String {
        format!("{:?}", handle(call, request, None).unwrap().unwrap_err())
    }

    #[test]
    fn a_request_leaves_no_handle_behind() {
        let mut call = idle_call();
        let options = HostRequestOptions::new(&mut call.http()).unwrap();
        let request = request(&mut call, &[]);
        let handled = handle(&mut call, request, Some(options)).unwrap();
        assert!(matches!(handled, Err(ErrorCode::HttpRequestUriInvalid)));
        assert!(call.table().is_empty());
    }

    #[test]
    fn a_length_without_a_body_is_not_sent() {
        let mut call = idle_call();
        for length in ["1", "01"] {
            let request = request(&mut call, &[("content-length", length)]);
            call.table()
                .get_mut(&request)
                .unwrap()
                .authority
                .replace("api.atlassian.com".to_owned());
            let refused = refusal(&mut call, request);
            assert_eq!(refused, "ErrorCode::HttpRequestBodySize(Some(0))");
        }
    }

    #[test]
    fn only_http_is_spoken() {
        let mut call = idle_call();
        let request = request(&mut call, &[]);
        let scheme = wasi::Scheme::Other("gopher".to_owned());
        call.table().get_mut(&request).unwrap().scheme = Some(scheme);
        assert_eq!(refusal(&mut call, request), "ErrorCode::HttpProtocolError");
    }
}
