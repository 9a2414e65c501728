//! What no client should send.
//!
//! Much of it a server at Atlassian would accept or put right. It is refused
//! here because a connector that sends it has a hole: a path that reaches
//! another API, a request that two servers read in two ways, a token that
//! leaves the gateway.

use crate::Origin;
use crate::request::{Request, decoded};

/// What is wrong with a request, in words without any of its contents.
pub(crate) fn violation(request: &Request, authority: &str) -> Option<String> {
    if request.pipelined {
        return Some("sent before the previous answer".to_owned());
    }
    host(request, authority)
        .or_else(|| framing(request))
        .or_else(|| path(request.path()))
        .or_else(|| credentials(request))
        .map(str::to_owned)
}

fn host(request: &Request, authority: &str) -> Option<&'static str> {
    let mut hosts = request.headers("host");
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if host.eq_ignore_ascii_case(authority) => None,
        (Some(_), None) => Some("Host is not this origin"),
        (Some(_), Some(_)) => Some("two Host headers"),
        (None, _) => Some("no Host header"),
    }
}

fn framing(request: &Request) -> Option<&'static str> {
    let lengths = request.headers("content-length").count();
    let codings = request.headers("transfer-encoding").count();
    if lengths > 1 {
        Some("two Content-Length headers")
    } else if codings > 1 {
        Some("two Transfer-Encoding headers")
    } else if lengths == 1 && codings == 1 {
        Some("Transfer-Encoding together with Content-Length")
    } else {
        None
    }
}

fn path(path: &str) -> Option<&'static str> {
    let dots = |segment: &str| {
        decoded(segment)
            .split(['/', '\\'])
            .any(|part| part == "." || part == "..")
    };
    if !path.starts_with('/') {
        Some("the target is not a path")
    } else if path.contains("//") {
        Some("`//` in the path")
    } else if path.contains('\\') {
        Some("a backslash in the path")
    } else if path.contains('#') {
        Some("a fragment in the target")
    } else if path.split('/').any(dots) {
        Some("a dot segment in the path")
    } else {
        None
    }
}

fn credentials(request: &Request) -> Option<&'static str> {
    let tokens = request.headers("authorization").count();
    match request.origin {
        Origin::Api if tokens > 1 => Some("two Authorization headers"),
        Origin::Auth if tokens > 0 => Some("Authorization at the auth origin"),
        Origin::Media if tokens > 0 => Some("Authorization at the media origin"),
        Origin::Media if request.headers("cookie").count() > 0 => {
            Some("Cookie at the media origin")
        }
        Origin::Auth | Origin::Api | Origin::Media => None,
    }
}
