//! What a program would use in place of the sandbox: the same client as the
//! host's network, with the same settings, and nothing around it.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, USER_AGENT};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::Result;

/// As long as the simulator's tokens, which are as long as Atlassian's.
const TOKEN_LENGTH: usize = 1_400;

/// The host keeps so many connections for an origin, for so long.
const MAX_IDLE: usize = 64;
const IDLE_TIMEOUT: Duration = Duration::from_secs(45);

/// A client of one origin. A clone shares its connections.
#[derive(Clone)]
pub(crate) struct Native {
    client: Client<HttpConnector, Empty<Bytes>>,
    base: String,
    authorization: String,
}

impl Native {
    /// For URLs that begin with this.
    pub(crate) fn new(base: String) -> Native {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(MAX_IDLE)
            .build(tcp);
        Native {
            client,
            base,
            authorization: format!("Bearer {}", "t".repeat(TOKEN_LENGTH)),
        }
    }

    /// The whole body, in one piece.
    pub(crate) async fn get(&self, path: &str) -> Result<Bytes> {
        Ok(self.send(path).await?.collect().await?.to_bytes())
    }

    /// Reads the body and keeps nothing. Answers its length.
    pub(crate) async fn drain(&self, path: &str) -> Result<usize> {
        let mut body = self.send(path).await?;
        let mut length = 0;
        while let Some(frame) = body.frame().await {
            length += frame?.data_ref().map_or(0, Bytes::len);
        }
        Ok(length)
    }

    async fn send(&self, path: &str) -> Result<Incoming> {
        let request = http::Request::get(format!("{}{path}", self.base))
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, "native")
            .header(AUTHORIZATION, &self.authorization)
            .body(Empty::new())?;
        let response = self.client.request(request).await?;
        if !response.status().is_success() {
            return Err(format!("{path} was answered {}", response.status()).into());
        }
        Ok(response.into_body())
    }
}
