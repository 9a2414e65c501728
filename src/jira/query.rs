//! The query of a request, and percent-encoding.

use std::borrow::Cow;

use percent_encoding::{
    AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode,
};

use super::error::{Error, Result};

/// What a caller's own query keeps as it is: RFC 3986 `query`, but for the
/// apostrophe, which URL parsers encode.
const QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'\'')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// For names and values: everything but RFC 3986 `unreserved`.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encodes a name or value for a query or path segment.
#[must_use]
pub fn encode_component(text: &str) -> String {
    Cow::from(utf8_percent_encode(text, COMPONENT)).into_owned()
}

/// A name or value of a query as a server reads it.
#[must_use]
pub fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

/// The value of a parameter; of several, the last.
#[must_use]
pub fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let pairs = query?.split('&').map(split);
    let mut values = pairs.filter(|(key, _)| decode(key) == name);
    values.next_back().map(|(_, value)| decode(value))
}

/// The same query with one value for a parameter; all else stays byte for byte.
#[must_use]
pub fn with_parameter(query: Option<&str>, name: &str, value: &str) -> String {
    let others = query.into_iter().flat_map(|query| query.split('&'));
    let mut pairs: Vec<&str> = others
        .filter(|pair| !pair.is_empty() && decode(split(pair).0) != name)
        .collect();
    let own = format!("{name}={}", encode_component(value));
    pairs.push(&own);
    pairs.join("&")
}

fn split(pair: &str) -> (&str, &str) {
    pair.split_once('=').unwrap_or((pair, ""))
}

/// Joins the query that a path came with and the caller's parameters.
pub fn merge(own: Option<&str>, params: &[(String, String)]) -> Result<Option<String>> {
    let mut parts = Vec::new();
    if let Some(own) = own.filter(|own| !own.is_empty()) {
        if own.contains('#') {
            return Err(url_path(
                "it has a fragment ('#'); write %23 for the character",
            ));
        }
        if own.chars().any(char::is_control) {
            return Err(url_path("its query has a control character"));
        }
        check_percents(own).map_err(|why| url_path(format_args!("in its query, {why}")))?;
        parts.push(utf8_percent_encode(own, QUERY).to_string());
    }
    for (name, value) in params {
        if name.is_empty() {
            return Err(Error::invalid("query-params", "a parameter has no name"));
        }
        parts.push(format!(
            "{}={}",
            encode_component(name),
            encode_component(value)
        ));
    }
    Ok((!parts.is_empty()).then(|| parts.join("&")))
}

fn url_path(why: impl core::fmt::Display) -> Error {
    Error::invalid("url-path", why)
}

/// Each `%` must be followed by two hexadecimal digits.
pub fn check_percents(text: &str) -> Result<(), &'static str> {
    let valid = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    match text.split('%').skip(1).all(valid) {
        true => Ok(()),
        false => Err("it has a '%' without two hexadecimal digits; write %25 for the character"),
    }
}

#[cfg(test)]
mod tests {
    use crate::jira::path::{Api, Target};

    fn params(params: &[(&str, &str)]) -> Vec<(String, String)> {
        params
            .iter()
            .map(|(n, v)| (n.to_string(), v.to_string()))
            .collect()
    }

    #[test]
    fn queries_are_merged_in_order_and_encoded() {
        let target = Target::parse(
            Api::Platform,
            "/search/jql?jql=project%20=%20\"A\"&expand=a",
            &params(&[
                ("expand", "b"),
                ("orderBy", "+name"),
                ("s", "a&b=c d'"),
                ("e", ""),
            ]),
        );
        assert_eq!(
            target.unwrap().query.unwrap(),
            "jql=project%20=%20%22A%22&expand=a&expand=b&orderBy=%2Bname&s=a%26b%3Dc%20d%27&e="
        );
        assert_eq!(
            Target::parse(Api::Platform, "/a?", &[]).unwrap().query,
            None
        );
    }

    #[test]
    fn a_query_that_is_too_long_or_nameless_is_refused() {
        let refusal = |name: &str, value: &str| {
            Target::parse(Api::Platform, "/a", &params(&[(name, value)]))
                .unwrap_err()
                .to_string()
        };
        assert_eq!(refusal("", "x"), "query-params: a parameter has no name");
        assert_eq!(
            refusal("a", &"\u{fc}".repeat(6_000)),
            "query-params: path and query together are longer than 32768 bytes"
        );
    }
}
