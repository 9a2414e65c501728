use std::io::{self, IsTerminal};

use url::Url;

use super::typed_line::line;
use crate::exit::{Exit, Failure};
use crate::log;

/// The address that the browser came back to, from standard input. On a terminal
/// a person may try again.
pub(super) async fn redirect_url(redirect_uri: &str, state: &str) -> Result<String, Failure> {
    loop {
        let pasted = line().await?;
        let why = match judged(pasted.trim(), redirect_uri, state) {
            Ok(url) => return Ok(url.to_owned()),
            Err(why) => why,
        };
        if !io::stdin().is_terminal() {
            return Err(Failure::new(Exit::Usage, why));
        }
        log::request(format_args!("{why}. Once more:"));
    }
}

/// Whether it is an answer to this consent. It holds the code, so it is not
/// repeated when it is refused.
fn judged<'a>(pasted: &'a str, redirect_uri: &str, state: &str) -> Result<&'a str, String> {
    let url = Url::parse(pasted)
        .map_err(|_| format!("that is no address; it begins with `{redirect_uri}`"))?;
    let expected = Url::parse(redirect_uri).map_err(|error| error.to_string())?;
    let place = |url: &Url| (url.origin(), url.path().to_owned());
    if place(&url) != place(&expected) {
        return Err(format!(
            "that is another address; it begins with `{redirect_uri}`"
        ));
    }
    let named = |wanted: &str| {
        let mut values = url.query_pairs().filter(|(name, _)| name == wanted);
        values.next().map(|(_, value)| value.into_owned())
    };
    if named("state").as_deref() != Some(state) {
        return Err("that address is from another attempt, or not the whole of it".to_owned());
    }
    if named("code").is_none() && named("error").is_none() {
        return Err("that is not the whole address: it has no code in it".to_owned());
    }
    Ok(pasted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REDIRECT_URI: &str = "https://your.service/callback";

    fn judge(pasted: &str) -> Result<&str, String> {
        judged(pasted, REDIRECT_URI, "this-state")
    }

    #[test]
    fn the_whole_address_of_this_attempt_is_taken() {
        for whole in [
            "https://your.service/callback?code=a&state=this-state",
            "https://your.service/callback?state=this-state&code=a#",
            "https://your.service/callback?error=access_denied&state=this-state",
        ] {
            assert_eq!(judge(whole), Ok(whole));
        }
    }

    #[test]
    fn anything_else_is_refused_and_not_repeated() {
        for (pasted, why) in [
            ("", "no address"),
            ("hidden-code", "no address"),
            (
                "https://evil.example/callback?code=hidden&state=this-state",
                "another address",
            ),
            (
                "https://your.service/other?code=hidden&state=this-state",
                "another address",
            ),
            (
                "https://your.service/callback?code=hidden",
                "another attempt",
            ),
            (
                "https://your.service/callback?code=hidden&state=that",
                "another attempt",
            ),
            ("https://your.service/callback?state=this-state", "no code"),
        ] {
            let refused = judge(pasted).unwrap_err();
            assert!(refused.contains(why), "{pasted}: {refused}");
            assert!(!refused.contains("hidden"), "{refused}");
        }
    }
}
