use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use percent_encoding::percent_decode_str;
use thiserror::Error;
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::environment;

/// The environment variable that may hold the password of a Redis server.
pub const REDIS_PASSWORD_VARIABLE: &str = "JIRA_HOST_REDIS_PASSWORD";

/// The environment variable that may name a file with that password.
pub const REDIS_PASSWORD_FILE_VARIABLE: &str = "JIRA_HOST_REDIS_PASSWORD_FILE";

/// Where Redis listens when nothing else is said.
const DEFAULT_PORT: u16 = 6379;

/// The name of a store when nothing else is said.
const DEFAULT_STORE: &str = "default";

/// The longest name of a store, in bytes: enough for the id of a tenant.
const MAX_NAME_BYTES: usize = 64;

/// A Redis server and the name of a store on it.
///
/// | | |
/// |---|---|
/// | `redis://host:6379/0` | over TCP, database 0 |
/// | `rediss://host:6379/0?ca=FILE` | over TLS; with `ca` that authority (PEM) is trusted in place of the platform's |
/// | `redis+unix:///path/of/socket?db=0&user=NAME` | over a socket |
/// | `?store=NAME` | the store: 1 to 64 bytes of `[A-Za-z0-9_.-]`, by default `default` |
/// | `redis://user:password@host` | who asks; `user@` where the password comes from elsewhere |
///
/// Neither `Display` nor `Debug` shows a password.
#[derive(Clone)]
pub struct RedisAddress {
    pub(super) server: Server,
    pub(super) database: i64,
    pub(super) user: Option<String>,
    pub(super) password: Option<Zeroizing<String>>,
    pub(super) store: String,
    pub(super) ca: Option<PathBuf>,
}

/// How a server is reached.
#[derive(Clone)]
pub(super) enum Server {
    Tcp { host: Host, port: u16, tls: bool },
    Socket(PathBuf),
}

/// Why something is not the address of a store on a Redis server. No variant
/// holds any of it, as there may be a password in it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RedisAddressError {
    /// It is not written as it should be.
    #[error(
        "{0}; an address is `redis://HOST:PORT/DATABASE?store=NAME`, or begins with `rediss://` \
         or `redis+unix://`"
    )]
    Malformed(&'static str),
    /// The password is not where it should be.
    #[error("the file that {REDIS_PASSWORD_FILE_VARIABLE} names cannot be read: {0}")]
    PasswordFile(std::io::Error),
}

impl RedisAddress {
    /// Whether a text is meant to be an address, and not a path: also one of a
    /// scheme that cannot be used, which may hold a password all the same.
    pub fn is_meant(text: &str) -> bool {
        let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
        let may_be_in_one = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
        !scheme.is_empty() && scheme.chars().all(may_be_in_one)
    }

    /// The name of the store.
    pub fn store(&self) -> &str {
        &self.store
    }

    /// The same server, and another store.
    pub fn with_store(mut self, name: &str) -> Result<Self, RedisAddressError> {
        self.store = checked_name(name)?;
        Ok(self)
    }

    /// Whether there is a password in it.
    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// The same with this password.
    pub fn with_password(mut self, password: &str) -> Self {
        self.password = Some(Zeroizing::new(password.to_owned()));
        self
    }

    /// The same, with the password that `JIRA_HOST_REDIS_PASSWORD` holds, or the
    /// file that `JIRA_HOST_REDIS_PASSWORD_FILE` names, where there is none yet. A
    /// variable that is empty counts as not set.
    pub fn with_password_from_env(self) -> Result<Self, RedisAddressError> {
        if self.has_password() {
            return Ok(self);
        }
        if let Some(password) = environment::text(REDIS_PASSWORD_VARIABLE) {
            return Ok(self.with_password(&Zeroizing::new(password)));
        }
        let Some(file) = environment::variable(REDIS_PASSWORD_FILE_VARIABLE) else {
            return Ok(self);
        };
        let password = fs::read_to_string(file).map_err(RedisAddressError::PasswordFile)?;
        let password = Zeroizing::new(password);
        Ok(self.with_password(password.trim_end_matches(['\r', '\n'])))
    }

    /// A name for files that belong to the store and are on this machine.
    pub(in super::super) fn file_name(&self) -> String {
        let server = match &self.server {
            Server::Tcp { host, port, .. } => format!("{host}-{port}"),
            Server::Socket(path) => path.to_string_lossy().into_owned(),
        };
        let name = format!("redis-{server}-{}-{}", self.database, self.store);
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
        name.replace(|letter| !is_plain(letter), "_")
    }

    fn tcp(url: &Url, tls: bool) -> Result<Self, RedisAddressError> {
        let host = match url.host() {
            // A scheme that is not the web's leaves addresses to be recognised.
            Some(Host::Domain(name)) => Host::parse(name).ok(),
            Some(host) => Some(host.to_owned()),
            None => None,
        };
        let host = host.ok_or(RedisAddressError::Malformed("there is no host in it"))?;
        let database = match url.path().trim_matches('/') {
            "" => 0,
            number => parse_database(number)?,
        };
        let user = Some(decoded(url.username())?).filter(|user| !user.is_empty());
        let password = url.password().map(decoded).transpose()?;
        Ok(RedisAddress {
            server: Server::Tcp {
                host,
                port: url.port().unwrap_or(DEFAULT_PORT),
                tls,
            },
            database,
            user: user.map(|user| user.to_string()),
            password,
            store: DEFAULT_STORE.to_owned(),
            ca: None,
        })
    }

    fn socket(url: &Url) -> Result<Self, RedisAddressError> {
        if url.has_host() || url.path().len() < 2 {
            return Err(RedisAddressError::Malformed(
                "there is no path of a socket in it",
            ));
        }
        let path = decoded(url.path())?;
        Ok(RedisAddress {
            server: Server::Socket(Path::new(path.as_str()).to_owned()),
            database: 0,
            user: None,
            password: None,
            store: DEFAULT_STORE.to_owned(),
            ca: None,
        })
    }

    fn with_option(mut self, name: &str, value: &str) -> Result<Self, RedisAddressError> {
        let is_socket = matches!(self.server, Server::Socket(_));
        let is_tls = matches!(self.server, Server::Tcp { tls: true, .. });
        match name {
            "store" => self.store = checked_name(value)?,
            "ca" if is_tls => self.ca = Some(value.into()),
            "db" if is_socket => self.database = parse_database(value)?,
            "user" if is_socket => self.user = Some(value.to_owned()),
            _ => {
                return Err(RedisAddressError::Malformed(
                    "there is something after `?` that does not belong there",
                ));
            }
        }
        Ok(self)
    }
}

impl FromStr for RedisAddress {
    type Err = RedisAddressError;

    fn from_str(text: &str) -> Result<Self, RedisAddressError> {
        let malformed = |_| RedisAddressError::Malformed("it is not a URL");
        let url = Url::parse(text).map_err(malformed)?;
        let address = match url.scheme() {
            "redis" => RedisAddress::tcp(&url, false)?,
            "rediss" => RedisAddress::tcp(&url, true)?,
            "redis+unix" => RedisAddress::socket(&url)?,
            _ => return Err(RedisAddressError::Malformed("it is of another kind")),
        };
        if url.fragment().is_some() {
            return Err(RedisAddressError::Malformed("nothing belongs after `#`"));
        }
        url.query_pairs()
            .try_fold(address, |address, (name, value)| {
                address.with_option(&name, &value)
            })
    }
}

impl fmt::Display for RedisAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (database, store) = (self.database, &self.store);
        match &self.server {
            Server::Tcp { host, port, tls } => {
                let scheme = if *tls { "rediss" } else { "redis" };
                write!(f, "{scheme}://{host}:{port}/{database}?store={store}")
            }
            Server::Socket(path) => {
                let path = path.display();
                write!(f, "redis+unix://{path}?db={database}&store={store}")
            }
        }
    }
}

impl fmt::Debug for RedisAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisAddress({self})")
    }
}

fn checked_name(name: &str) -> Result<String, RedisAddressError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if name.is_empty() || name.len() > MAX_NAME_BYTES || !name.bytes().all(is_plain) {
        return Err(RedisAddressError::Malformed(
            "the name of a store is 1 to 64 of `[A-Za-z0-9_.-]`",
        ));
    }
    Ok(name.to_owned())
}

fn parse_database(number: &str) -> Result<i64, RedisAddressError> {
    let parsed = number.parse::<u32>().map(i64::from);
    parsed.map_err(|_| RedisAddressError::Malformed("the database is not a number"))
}

fn decoded(text: &str) -> Result<Zeroizing<String>, RedisAddressError> {
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| RedisAddressError::Malformed("it is not UTF-8"))?;
    Ok(Zeroizing::new(decoded.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> RedisAddress {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_left_out_is_as_usual() {
        for (text, shown) in [
            ("redis://cache", "redis://cache:6379/0?store=default"),
            (
                "redis://cache:7000/3?store=a-b",
                "redis://cache:7000/3?store=a-b",
            ),
            (
                "rediss://10.0.0.7/",
                "rediss://10.0.0.7:6379/0?store=default",
            ),
            ("redis://[::1]:1/", "redis://[::1]:1/0?store=default"),
            (
                "redis+unix:///run/redis.sock?db=2",
                "redis+unix:///run/redis.sock?db=2&store=default",
            ),
        ] {
            assert_eq!(parsed(text).to_string(), shown);
        }
    }

    #[test]
    fn a_password_is_kept_and_not_shown() {
        let address = parsed("redis://me:s%65cret%20word@cache/1");
        assert_eq!(address.user.as_deref(), Some("me"));
        let password = address.password.as_deref().map(String::as_str);
        assert_eq!(password, Some("secret word"));
        let shown = format!("{address} {address:?}");
        assert!(!shown.contains("ecret"), "{shown}");
    }

    #[test]
    fn what_has_a_scheme_is_no_path() {
        for text in [
            "redis://h",
            "REDIS://h",
            "valkey://h",
            "https://h",
            "redis+unix:///s",
        ] {
            assert!(RedisAddress::is_meant(text), "{text}");
        }
        for text in ["secrets.db", "/a/b.db", "a/b://c", "://h", "C:\\a.db"] {
            assert!(!RedisAddress::is_meant(text), "{text}");
        }
        assert_eq!(
            parsed("REDIS://h").to_string(),
            "redis://h:6379/0?store=default"
        );
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_shown() {
        for text in [
            "redis://",
            "redis://:hidden@",
            "redis://cache/hidden",
            "redis://cache/-1",
            "redis://cache?store=",
            "redis://cache?store=hid%20den",
            "redis://cache?password=hidden",
            "redis://cache?ca=hidden",
            "redis://cache#hidden",
            "redis+unix://hidden/sock",
            "redis+unix://",
            "rediss:hidden",
            "https://hidden",
            "hidden",
        ] {
            let error = text.parse::<RedisAddress>().unwrap_err();
            let told = format!("{error} {error:?}");
            assert!(!told.contains("hidden"), "{told}");
        }
    }

    #[test]
    fn a_name_for_files_has_no_separators_and_no_password() {
        let name = parsed("redis://me:hidden@[::1]:7/1?store=a").file_name();
        assert_eq!(name, "redis-___1_-7-1-a");
        let name = parsed("redis+unix:///run/r/s").file_name();
        assert_eq!(name, "redis-_run_r_s-0-default");
    }
}
