//! The headers and cookies that a caller may send.

use super::{
    error::{Error, Result},
    http::Headers,
};

/// All names and values together. Gateways refuse more, and say so badly.
pub const MAX_FIELD_BYTES: usize = 32 * 1024;

/// Headers that the connector, the connection or the host decides.
const REFUSED: &[&str] = &[
    "authorization",
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Checks the caller's headers and cookies and joins them.
pub fn check(headers: &[(String, String)], cookies: &[(String, String)]) -> Result<Headers> {
    check_size("headers", headers)?;
    check_size("cookies", cookies)?;
    let mut checked = Headers::new();
    for (name, value) in headers {
        check_header(name, value)?;
        checked.push(name.to_ascii_lowercase(), value.trim());
    }
    if !cookies.is_empty() {
        checked.push("cookie", join_cookies(cookies)?);
    }
    Ok(checked)
}

fn check_size(field: &'static str, pairs: &[(String, String)]) -> Result<()> {
    let bytes: usize = pairs
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    match bytes {
        0..=MAX_FIELD_BYTES => Ok(()),
        _ => Err(Error::invalid(
            field,
            format_args!("together they are longer than {MAX_FIELD_BYTES} bytes"),
        )),
    }
}

fn check_header(name: &str, value: &str) -> Result<()> {
    if !is_token(name) {
        return Err(Error::invalid(
            "headers",
            format_args!("{name:?} is not a header name"),
        ));
    }
    if name.eq_ignore_ascii_case("cookie") {
        return Err(Error::invalid(
            "headers",
            "`Cookie` has an input of its own: cookies",
        ));
    }
    if REFUSED
        .iter()
        .any(|refused| refused.eq_ignore_ascii_case(name))
    {
        return Err(Error::invalid(
            "headers",
            format_args!("`{name}` cannot be set: the connection decides it"),
        ));
    }
    if !value
        .bytes()
        .all(|byte| matches!(byte, b'\t' | b' '..=b'~'))
    {
        return Err(Error::invalid(
            "headers",
            format_args!(
                "the value of `{name}` has characters that are not visible ASCII, spaces or tabs"
            ),
        ));
    }
    Ok(())
}

/// RFC 6265 section 4.2.1.
fn join_cookies(cookies: &[(String, String)]) -> Result<String> {
    let mut pairs = Vec::new();
    for (name, value) in cookies {
        if !is_token(name) {
            return Err(Error::invalid(
                "cookies",
                format_args!("{name:?} is not a cookie name"),
            ));
        }
        let octets =
            |byte| matches!(byte, b'!' | b'#'..=b'+' | b'-'..=b':' | b'<'..=b'[' | b']'..=b'~');
        if !value.bytes().all(octets) {
            return Err(Error::invalid(
                "cookies",
                format_args!(
                    "the value of `{name}` has a space, quote, comma, semicolon, backslash or worse; encode it"
                ),
            ));
        }
        pairs.push(format!("{name}={value}"));
    }
    Ok(pairs.join("; "))
}

/// RFC 9110 section 5.6.2.
fn is_token(name: &str) -> bool {
    let tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(tchar)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(n, v)| (n.to_string(), v.to_string()))
            .collect()
    }

    #[track_caller]
    fn assert_refused(headers: &[(&str, &str)], cookies: &[(&str, &str)], expected: &str) {
        let error = check(&pairs(headers), &pairs(cookies)).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn headers_keep_their_order_and_cookies_become_one_header() {
        let headers = check(
            &pairs(&[
                ("X-Atlassian-Token", "no-check"),
                ("Accept", " text/csv "),
                ("x-a", "1"),
                ("x-a", "2"),
            ]),
            &pairs(&[("a", "1"), ("b", "x=y")]),
        );
        let expected = pairs(&[
            ("x-atlassian-token", "no-check"),
            ("accept", "text/csv"),
            ("x-a", "1"),
            ("x-a", "2"),
            ("cookie", "a=1; b=x=y"),
        ]);
        assert_eq!(headers.unwrap().into_pairs(), expected);
    }

    #[test]
    fn what_the_connection_decides_cannot_be_set_in_any_case() {
        for name in REFUSED {
            let expected =
                |name| format!("headers: `{name}` cannot be set: the connection decides it");
            assert_refused(&[(name, "x")], &[], &expected(name.to_string()));
            let upper = name.to_uppercase();
            assert_refused(&[(&upper, "x")], &[], &expected(upper.clone()));
        }
        assert_refused(
            &[("cookie", "a=1")],
            &[],
            "headers: `Cookie` has an input of its own: cookies",
        );
    }

    #[test]
    fn nothing_smuggles_a_line() {
        assert_refused(
            &[("x", "a\r\nauthorization: b")],
            &[],
            "headers: the value of `x` has characters that are not visible ASCII, spaces or tabs",
        );
        assert_refused(
            &[("x\r\nauthorization", "b")],
            &[],
            r#"headers: "x\r\nauthorization" is not a header name"#,
        );
        assert_refused(
            &[("authorization ", "b")],
            &[],
            r#"headers: "authorization " is not a header name"#,
        );
        assert_refused(&[("", "b")], &[], r#"headers: "" is not a header name"#);
        assert_refused(
            &[],
            &[("a b", "1")],
            r#"cookies: "a b" is not a cookie name"#,
        );
        assert_refused(
            &[],
            &[("a", "1; b=2")],
            "cookies: the value of `a` has a space, quote, comma, semicolon, backslash or worse; encode it",
        );
    }

    #[test]
    fn too_much_is_refused_before_anything_else_is_looked_at() {
        let long = "x".repeat(MAX_FIELD_BYTES);
        assert_refused(
            &[("x", &long)],
            &[],
            "headers: together they are longer than 32768 bytes",
        );
        assert_refused(
            &[],
            &[("x", &long)],
            "cookies: together they are longer than 32768 bytes",
        );
    }
}
