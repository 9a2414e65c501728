//! A person and a browser, as far as a consent needs them.

use crate::auth::REASON;
use crate::world::Shared;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use std::fmt;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::rustls::pki_types::ServerName;
use url::Url;
use url::form_urlencoded::Serializer;

/// What the person does with the consent page.
#[derive(Clone, Debug)]
pub enum Decision {
    /// The first account allows it, for these sites (cloud ids; empty for all
    /// of the account).
    Allow {
        /// The sites.
        sites: Vec<String>,
    },
    /// Another account allows it.
    AllowAs {
        /// The account's id.
        account: String,
        /// The sites, as above.
        sites: Vec<String>,
    },
    /// The person declines.
    Deny,
}

impl Decision {
    fn form(&self) -> String {
        let mut form = Serializer::new(String::new());
        let (account, sites) = match self {
            Decision::Deny => return form.append_pair("decision", "deny").finish(),
            Decision::Allow { sites } => (None, sites),
            Decision::AllowAs { account, sites } => (Some(account), sites),
        };
        form.append_pair("decision", "allow");
        if let Some(account) = account {
            form.append_pair("account", account);
        }
        for site in sites {
            form.append_pair("site", site);
        }
        form.finish()
    }
}

/// Why nobody was sent back to the app.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConsentError {
    /// The URL is not one of this simulator's authorisation server.
    OtherOrigin,
    /// There was no HTTP answer; why.
    Connection(String),
    /// The page was an error page. A client never learns of it.
    Refused {
        /// Its status.
        status: u16,
        /// The reason it gives, such as `unauthorized_client: …`.
        reason: String,
    },
    /// The form was answered with something other than a redirect.
    NoRedirect {
        /// The status of the answer.
        status: u16,
    },
}

impl fmt::Display for ConsentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConsentError::OtherOrigin => {
                f.write_str("the URL does not lead to the simulated authorisation server")
            }
            ConsentError::Connection(why) => write!(f, "no answer from the consent page: {why}"),
            ConsentError::Refused { status, reason } => {
                write!(f, "the consent page answered {status}: {reason}")
            }
            ConsentError::NoRedirect { status } => {
                write!(f, "the decision was answered {status} without a redirect")
            }
        }
    }
}

impl std::error::Error for ConsentError {}

/// Opens the page, submits its form, answers where the browser is sent.
pub(crate) async fn consent(
    shared: &Shared,
    url: &str,
    decision: Decision,
) -> Result<String, ConsentError> {
    let url = Url::parse(url).map_err(|_| ConsentError::OtherOrigin)?;
    if url.origin().ascii_serialization() != shared.origins.auth {
        return Err(ConsentError::OtherOrigin);
    }
    shown(browse(shared, &url, Method::GET, String::new()).await?)?;
    let answer = shown(browse(shared, &url, Method::POST, decision.form()).await?)?;
    let location = answer.headers().get(header::LOCATION);
    location
        .filter(|_| answer.status() == StatusCode::FOUND)
        .and_then(|location| location.to_str().ok())
        .map(str::to_owned)
        .ok_or(ConsentError::NoRedirect {
            status: answer.status().as_u16(),
        })
}

/// The page, unless it is an error page.
fn shown(page: Response<Bytes>) -> Result<Response<Bytes>, ConsentError> {
    if page.status().as_u16() < 400 {
        return Ok(page);
    }
    let text = String::from_utf8_lossy(page.body());
    let (open, close) = REASON;
    let reason = text.split_once(open).and_then(|(_, r)| r.split_once(close));
    Err(ConsentError::Refused {
        status: page.status().as_u16(),
        reason: reason.map_or("no reason is given", |(r, _)| r).to_owned(),
    })
}

async fn browse(
    shared: &Shared,
    url: &Url,
    method: Method,
    form: String,
) -> Result<Response<Bytes>, ConsentError> {
    let failed = |error: &dyn fmt::Display| ConsentError::Connection(error.to_string());
    let authority = url.authority();
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let request = Request::builder()
        .method(method)
        .uri(target)
        .header(header::HOST, authority)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Full::<Bytes>::from(form))
        .map_err(|error| failed(&error))?;
    let socket = connect(shared, authority)
        .await
        .map_err(|error| failed(&error))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket))
        .await
        .map_err(|error| failed(&error))?;
    tokio::spawn(connection);
    let answer = sender.send_request(request).await;
    let (head, body) = answer.map_err(|error| failed(&error))?.into_parts();
    let body = body.collect().await.map_err(|error| failed(&error))?;
    Ok(Response::from_parts(head, body.to_bytes()))
}

/// A connection, with or without TLS.
trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Connection for S {}

async fn connect(shared: &Shared, authority: &str) -> io::Result<Box<dyn Connection>> {
    let socket = TcpStream::connect(authority).await?;
    let Some(tls) = &shared.tls else {
        return Ok(Box::new(socket));
    };
    let name = ServerName::from(socket.peer_addr()?.ip());
    Ok(Box::new(tls.connector()?.connect(name, socket).await?))
}
