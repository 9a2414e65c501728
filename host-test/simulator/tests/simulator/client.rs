use atlassian_simulator::{Decision, Settings, Simulator};
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

pub const ALL: &str = "read:me read:jira-user read:jira-work write:jira-work \
     manage:jira-project manage:jira-configuration manage:jira-webhook report:personal-data \
     read:servicedesk-request write:servicedesk-request manage:servicedesk-customer \
     read:board-scope:jira-software read:project:jira \
     read:ops-alert:jira-service-management offline_access";

pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// One request over a connection of its own.
pub async fn try_send(
    origin: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Result<Reply, hyper::Error> {
    let authority = origin.strip_prefix("http://").unwrap();
    let socket = TcpStream::connect(authority).await.unwrap();
    let io = TokioIo::new(socket);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await?;
    tokio::spawn(connection);
    let mut request = Request::builder()
        .method(method)
        .uri(target)
        .header("host", authority);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(body.into())).unwrap();
    let (head, body) = sender.send_request(request).await?.into_parts();
    Ok(Reply {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.collect().await?.to_bytes(),
    })
}

/// Bytes over a connection of their own, and all that comes back.
pub async fn raw(origin: &str, bytes: &str) -> String {
    let authority = origin.strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(authority).await.unwrap();
    socket.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// An app that knows how to consent and to ask.
pub struct App {
    pub simulator: Simulator,
    pub access: String,
    pub refresh: String,
}

impl App {
    pub async fn with(settings: Settings, scopes: &str) -> App {
        let simulator = Simulator::start(settings).await.unwrap();
        let mut app = App {
            simulator,
            access: String::new(),
            refresh: String::new(),
        };
        app.consent(scopes).await;
        app
    }

    pub async fn ready() -> App {
        App::with(Settings::default(), ALL).await
    }

    pub async fn with_scope(scope: &str) -> App {
        App::with(Settings::default(), scope).await
    }

    pub async fn consent(&mut self, scopes: &str) {
        let url = authorize_url(&self.simulator, scopes, "state-0123456789");
        let allow = Decision::Allow { sites: Vec::new() };
        let back = self.simulator.consent(&url, allow).await.unwrap();
        let reply = exchange(&self.simulator, &code(&back)).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let tokens = reply.json();
        self.access = tokens["access_token"].as_str().unwrap().to_owned();
        let refresh = tokens["refresh_token"].as_str();
        self.refresh = refresh.unwrap_or_default().to_owned();
    }

    pub fn site(&self) -> String {
        let settings = self.simulator.settings();
        format!("/ex/jira/{}", settings.sites[0].cloud_id)
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Reply {
        let bearer = format!("Bearer {}", self.access);
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        let origin = self.simulator.api_origin();
        let target = match path.strip_prefix('!') {
            Some(absolute) => absolute.to_owned(),
            None => format!("{}{path}", self.site()),
        };
        try_send(origin, method, &target, &all, body).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "").await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        let json = [("content-type", "application/json")];
        self.send("POST", path, &json, body.to_string()).await
    }
}

pub fn authorize_url(simulator: &Simulator, scopes: &str, state: &str) -> String {
    let settings = simulator.settings();
    authorize_url_with(
        simulator,
        &[
            ("audience", "api.atlassian.com"),
            ("client_id", &settings.client_id),
            ("scope", scopes),
            ("redirect_uri", &settings.redirect_uri),
            ("state", state),
            ("response_type", "code"),
            ("prompt", "consent"),
        ],
    )
}

pub fn authorize_url_with(simulator: &Simulator, query: &[(&str, &str)]) -> String {
    let mut url = Url::parse(simulator.auth_origin()).unwrap();
    url.set_path("/authorize");
    url.query_pairs_mut().extend_pairs(query);
    url.to_string()
}

pub fn query(url: &str) -> BTreeMap<String, String> {
    let url = Url::parse(url).unwrap();
    url.query_pairs().into_owned().collect()
}

pub fn code(redirect: &str) -> String {
    query(redirect)["code"].clone()
}

pub async fn token(simulator: &Simulator, body: Value) -> Reply {
    let json = [("content-type", "application/json")];
    let origin = simulator.auth_origin();
    try_send(origin, "POST", "/oauth/token", &json, body.to_string())
        .await
        .unwrap()
}

pub fn code_grant(simulator: &Simulator, code: &str) -> Value {
    let settings = simulator.settings();
    json!({
        "grant_type": "authorization_code",
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "code": code,
        "redirect_uri": settings.redirect_uri,
    })
}

pub fn refresh_grant(simulator: &Simulator, token: &str) -> Value {
    let settings = simulator.settings();
    json!({
        "grant_type": "refresh_token",
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "refresh_token": token,
    })
}

pub async fn exchange(simulator: &Simulator, code: &str) -> Reply {
    token(simulator, code_grant(simulator, code)).await
}

pub async fn refresh(simulator: &Simulator, refresh_token: &str) -> Reply {
    token(simulator, refresh_grant(simulator, refresh_token)).await
}
