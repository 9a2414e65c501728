//! The three servers of Atlassian.

use std::fmt;

/// One of the three servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Consent and tokens, `https://auth.atlassian.com` in earnest.
    Auth,
    /// The gateway, `https://api.atlassian.com` in earnest.
    Api,
    /// The content of attachments, `https://api.media.atlassian.com` in earnest.
    Media,
}

impl Origin {
    pub(crate) const ALL: [Origin; 3] = [Origin::Auth, Origin::Api, Origin::Media];

    /// Its name in transcripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Auth => "auth",
            Origin::Api => "api",
            Origin::Media => "media",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where the three servers listen.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    pub auth: String,
    pub api: String,
    pub media: String,
}

impl Origins {
    pub fn of(&self, origin: Origin) -> &str {
        match origin {
            Origin::Auth => &self.auth,
            Origin::Api => &self.api,
            Origin::Media => &self.media,
        }
    }

    /// The `Host` that a request to this origin must name.
    pub fn authority(&self, origin: Origin) -> &str {
        let origin = self.of(origin);
        origin.split_once("://").map_or(origin, |(_, name)| name)
    }
}
