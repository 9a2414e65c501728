//! Sending with a connection's token, whatever the request.

use super::{
    app::App,
    connection::{Connection, not_connected, site_not_chosen},
    error::{Error, Kind, Result},
    failure,
    host::{Deadline, Host, StoreError},
    http::{HttpRequest, HttpResponse, SendLimits, TransportError},
    instant::UnixMs,
    name::{APP_KEY, ConnectionName},
    refresh::Refresh,
    site::Site,
    store::{self, Stored},
    token::TokenSet,
};

/// A connection as loaded for one call.
#[derive(Debug)]
pub struct Access {
    /// The application.
    pub app: App,
    /// The connection's name.
    pub name: ConnectionName,
    /// The connection.
    pub connection: Connection,
    /// Its tokens.
    pub tokens: Stored<TokenSet>,
    /// How long this call has waited for others so far.
    pub waited_ms: u64,
    /// A call renews the tokens once at most: a fresh token that is refused
    /// will not be accepted after another rotation.
    renewed: bool,
}

/// What one request may take.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// When the call must be over.
    pub deadline: Deadline,
    /// How much of an answer's body is read.
    pub body_bytes: u64,
}

/// An answer and how often the request was sent for it.
#[derive(Debug)]
pub struct Sent {
    /// The answer.
    pub response: HttpResponse,
    /// How often.
    pub attempts: u32,
}

impl Access {
    /// Loads a connection, in one trip to the store.
    pub async fn load(host: &impl Host, name: &ConnectionName) -> Result<Self> {
        let keys = [APP_KEY.into(), name.connection_key(), name.tokens_key()];
        let entries = host.get_many(&keys).await?;
        let [app, connection, tokens] = <[_; 3]>::try_from(entries).map_err(|entries| {
            let why = format!("it answered {} entries for 3 keys", entries.len());
            Error::from(StoreError::Other(why))
        })?;
        let [_, connection_key, tokens_key] = &keys;
        let app = App::parse(&app.ok_or_else(App::absent)?.value)?;
        let tokens = tokens.ok_or_else(|| not_connected(name))?;
        let tokens = store::decode(tokens_key, &tokens)?;
        let connection = match connection {
            Some(entry) => store::decode(connection_key, &entry)?.value,
            None => Connection::default(),
        };
        let connection = connection.for_consent_of(&tokens.value);
        Ok(Self::new(app, name.clone(), connection, tokens))
    }

    /// A connection whose parts are at hand.
    #[must_use]
    pub fn new(
        app: App,
        name: ConnectionName,
        connection: Connection,
        tokens: Stored<TokenSet>,
    ) -> Self {
        Self {
            app,
            name,
            connection,
            tokens,
            waited_ms: 0,
            renewed: false,
        }
    }

    /// Sends a request with the access token. An expired one is renewed first;
    /// one that is refused is renewed once, and the request sent again: the
    /// refusal says that it was not carried out.
    pub async fn send(
        &mut self,
        host: &impl Host,
        request: &mut HttpRequest,
        budget: Budget,
    ) -> Result<Sent> {
        if self.is_due(host.now()) {
            self.renew(host, budget.deadline).await?;
        }
        let mut attempts = 0;
        loop {
            request.bearer = Some(self.tokens.value.access_token.clone());
            let response = send_once(host, request, budget).await.map_err(|error| {
                let sent = attempts + error.attempts();
                error.with_attempts(sent)
            })?;
            attempts += 1;
            if !self.may_renew() || !failure::is_token_refused(&response) {
                return Ok(Sent { response, attempts });
            }
            self.renew(host, budget.deadline)
                .await
                .map_err(|e| e.with_attempts(attempts))?;
        }
    }

    /// Whether the access token must be renewed before it is sent.
    #[must_use]
    pub fn is_due(&self, now: UnixMs) -> bool {
        !self.renewed && self.tokens.value.is_due(now)
    }

    /// Whether a newer access token may help where this one is refused.
    #[must_use]
    pub fn may_renew(&self) -> bool {
        !self.renewed
    }

    /// Gets a newer pair of tokens than the one at hand. It may come from a new
    /// consent, and that from another account: then the site counts only if it
    /// was chosen again.
    pub async fn renew(&mut self, host: &impl Host, deadline: Deadline) -> Result<()> {
        let refresh = Refresh {
            host,
            app: &self.app,
            name: &self.name,
        };
        let newer = refresh
            .newer_than(&self.tokens, deadline, &mut self.waited_ms)
            .await?;
        if newer.value.consent_id != self.tokens.value.consent_id {
            self.connection = self.confirmed_for(host, &newer.value).await?;
        }
        self.tokens = newer;
        self.renewed = true;
        Ok(())
    }

    async fn confirmed_for(&self, host: &impl Host, tokens: &TokenSet) -> Result<Connection> {
        let stored = store::read::<Connection>(host, &self.name.connection_key()).await?;
        let renewed = stored.map_or_else(Connection::default, |stored| stored.value);
        let renewed = renewed.for_consent_of(tokens);
        let cloud_id = |site: Option<&Site>| site.map(|site| site.cloud_id.clone());
        let now = cloud_id(renewed.site(tokens));
        if now.is_some() && now == cloud_id(self.connection.site(&self.tokens.value)) {
            return Ok(renewed);
        }
        Err(site_not_chosen(&self.name))
    }
}

/// Sends a request as it is, within what is left of the time. Its error counts
/// one attempt, or none where nothing can have left.
pub async fn send_once(
    host: &impl Host,
    request: &HttpRequest,
    budget: Budget,
) -> Result<HttpResponse> {
    let timeout_ms = budget.deadline.remaining_ms(host);
    if timeout_ms == 0 {
        let error = Kind::Transport(TransportError::TimedOut);
        return Err(Error::new(
            error,
            "the time allowed was over before the request could be sent",
        ));
    }
    let limits = SendLimits {
        timeout_ms,
        body_bytes: budget.body_bytes,
    };
    host.send(request, limits).await.map_err(|error| {
        let was_sent = !error.surely_not_sent();
        Error::from(error)
            .with_attempts(was_sent.into())
            .or_maybe_done(was_sent && !request.method.is_safe())
    })
}
