use core::fmt::Write;

use crate::jira::fields;

/// What the connection or HTTP itself decides.
const NOT_THE_CALLERS: &[&str] = &[
    "authorization",
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
];

/// Written to the wire, each header is one line of its own and none says what
/// only the connection may; the cookies are one header.
pub fn no_header_or_cookie_says_what_only_the_connection_may(
    pairs: &[(String, String)],
    cookies: &[(String, String)],
) {
    let Ok(headers) = fields::check(pairs, cookies) else {
        return;
    };
    let mut wire = String::new();
    for (name, value) in headers.iter() {
        let _: core::fmt::Result = write!(wire, "{name}: {value}\r\n");
    }
    let lines: Vec<_> = wire.split_terminator("\r\n").collect();
    assert_eq!(
        lines.len(),
        headers.iter().count(),
        "a line was smuggled into {wire:?}"
    );
    for line in lines {
        assert!(
            line.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')),
            "{line:?}"
        );
        let name = line.split(':').next().unwrap_or_default().trim();
        assert!(!NOT_THE_CALLERS.contains(&name), "{line:?}");
    }
    let cookie_lines = headers.iter().filter(|(name, _)| *name == "cookie");
    assert_eq!(cookie_lines.count(), usize::from(!cookies.is_empty()));
}
