use jira_host::types::{Field, Method};

/// `name=value`; the value may be empty and may hold further `=`.
pub(super) fn pair(given: &str) -> Result<Field, String> {
    match given.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it must be NAME=VALUE".to_owned()),
    }
}

/// A name and a value of the query. In the like of this program, the short option
/// takes an expression of jq.
pub(super) fn query(given: &str) -> Result<Field, String> {
    let hinted = |why: &str| format!("{why}; an expression of jq goes with `--jq`");
    match pair(given) {
        Ok((name, _)) if is_expression(&name) => Err(hinted("this is no name of a query")),
        Ok(field) => Ok(field),
        Err(why) => Err(hinted(&why)),
    }
}

/// Whether a name is rather the beginning of an expression.
fn is_expression(name: &str) -> bool {
    name.starts_with('.') || ["|", "[.", "]."].iter().any(|sign| name.contains(sign))
}

/// `Name: value`.
pub(super) fn header(given: &str) -> Result<Field, String> {
    match given.split_once(':') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.trim().to_owned())),
        _ => Err("it must be 'NAME: VALUE'".to_owned()),
    }
}

/// A method of the contract, in upper or lower case.
pub(super) fn method(given: &str) -> Result<Method, String> {
    Ok(match given.to_ascii_uppercase().as_str() {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        "OPTIONS" => Method::Options,
        "TRACE" => Method::Trace,
        "PURGE" => Method::Purge,
        _ => {
            return Err(
                "it must be GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE or PURGE"
                    .to_owned(),
            );
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_split_at_the_first_mark() {
        assert_eq!(pair("jql=a = b"), Ok(("jql".into(), "a = b".into())));
        assert_eq!(pair("empty="), Ok(("empty".into(), String::new())));
        assert_eq!(
            header("X-Time: 10:30"),
            Ok(("X-Time".into(), "10:30".into()))
        );
        assert!(pair("=a").is_err() && pair("a").is_err());
        assert!(header(": a").is_err() && header("a").is_err());
    }

    #[test]
    fn a_query_is_no_expression_of_jq() {
        for field in ["jql=.a | b", "a[b]=c", "a[]=b", "a.b=c", "fields=*all"] {
            assert_eq!(query(field), pair(field));
        }
        for expression in [
            ".values[] | select(.key==\"DEMO\")",
            "[.values[] | .a == 1]",
            "map(. | .a == 1)",
            ".key",
            "length",
        ] {
            let why = query(expression).unwrap_err();
            assert!(why.contains("goes with `--jq`"), "{expression}: {why}");
        }
    }

    #[test]
    fn a_method_is_taken_in_any_case() {
        assert_eq!(method("post"), Ok(Method::Post));
        assert!(method("BREW").is_err());
    }
}
