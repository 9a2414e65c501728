//! Sending with a connection's token, whatever the request.

use std::rc::Rc;

use super::{
    app::App,
    connection::{Connection, not_connected, site_not_chosen},
    error::Result,
    failure,
    host::{Deadline, Host},
    http::{HttpRequest, HttpResponse},
    instant::{SECOND_MS, UnixMs},
    lease,
    name::{APP_KEY, ConnectionName},
    refresh::{Insistence, Refresh, RefreshOutcome, Renewed},
    safety::is_safe,
    send::{Budget, Sent, send},
    site::Site,
    store::{self, Stored},
    token::TokenSet,
};

/// A call renews the tokens twice at most: by a pair that another caller has
/// stored, and where that is refused too, by one of its own.
const MAX_RENEWALS: u32 = 2;

/// For so long a call whose token is good yet waits in order to settle the pair,
/// for another one that is at it or to send again: what a refresh takes. What it
/// does not come to, a later call does.
const SETTLE_WAIT_MS: u64 = SECOND_MS;

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
    /// What came of the last renewal.
    pub refresh: Option<RefreshOutcome>,
    renewals: u32,
    /// Whether the pair was issued to this call: when a fresh token is refused,
    /// another rotation brings none that is accepted.
    has_fresh_pair: bool,
    /// Whether an earlier refresh of this pair has got no answer.
    is_unsettled: bool,
}

impl Access {
    /// Loads a connection, in one trip to the store.
    pub async fn load(host: &impl Host, name: &ConnectionName) -> Result<Self> {
        let keys = [
            APP_KEY.into(),
            name.connection_key(),
            name.tokens_key(),
            name.lease_key(),
        ];
        let [app, connection, tokens, lease] = store::get_each(host, &keys).await?;
        let [_, connection_key, tokens_key, lease_key] = &keys;
        let app = App::for_requests(&app.ok_or_else(App::absent)?.value)?;
        let tokens = tokens.ok_or_else(|| not_connected(name))?;
        let tokens = store::decode(tokens_key, &tokens)?;
        let connection = match connection {
            Some(entry) => store::decode(connection_key, &entry)?.value,
            None => Connection::default(),
        };
        let connection = connection.for_consent_of(&tokens.value);
        let is_unsettled = lease.is_some_and(|lease| {
            lease::is_left_unsettled(lease_key, &lease, &tokens.version, host.now())
        });
        Ok(Self {
            is_unsettled,
            ..Self::new(app, name.clone(), connection, tokens)
        })
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
            refresh: None,
            renewals: 0,
            has_fresh_pair: false,
            is_unsettled: false,
        }
    }

    /// Sends a request with the access token. An expired one is renewed first;
    /// one that is refused is renewed, and the request sent again: the refusal
    /// says that it was not carried out.
    pub async fn send(
        &mut self,
        host: &impl Host,
        request: &mut HttpRequest,
        mut budget: Budget<'_>,
    ) -> Result<Sent> {
        budget.deadline = self.renew_if_due(host, budget.deadline).await?;
        let is_safe = is_safe(request.method, request.url.path());
        let (mut attempts, mut left_open) = (0, false);
        loop {
            request.bearer = Some(self.tokens.value.access_token.clone());
            let may_be_done = left_open && !is_safe;
            let sent = send(host, request, budget).await.map_err(|error| {
                let sent = attempts + error.attempts();
                error.with_attempts(sent).or_maybe_done(may_be_done)
            })?;
            attempts += sent.attempts;
            left_open |= sent.left_open;
            self.waited_ms += sent.waited_ms;
            let sent = Sent {
                attempts,
                left_open,
                ..sent
            };
            if !self.is_refused(is_safe, &sent.response, || host.now()) || !self.may_renew() {
                return Ok(sent);
            }
            let may_be_done = left_open && !is_safe;
            let is_renewed = self
                .renew_after(&sent.response, host, budget.deadline)
                .await
                .map_err(|e| e.with_attempts(attempts).or_maybe_done(may_be_done))?;
            if !is_renewed {
                return Ok(sent);
            }
        }
    }

    /// Renews a pair that has expired, or settles it. Answers the deadline, as
    /// [`Access::settle`] does.
    pub async fn renew_if_due(&mut self, host: &impl Host, deadline: Deadline) -> Result<Deadline> {
        if self.may_renew() && self.tokens.value.is_due(host.now()) {
            // What was sent to the token endpoint is no attempt at the request.
            let renewed = self.renew(host, deadline).await;
            return renewed
                .map(|()| deadline)
                .map_err(|error| error.with_attempts(0));
        }
        Ok(self.settle(host, deadline).await)
    }

    /// Renews a pair that was spent without an answer, while Atlassian still
    /// repeats it. As the access token is good yet, the call goes on whatever
    /// comes of that, and waits a second at most for another one that is at it.
    /// What it takes is not the call's time: the deadline is so much later.
    pub async fn settle(&mut self, host: &impl Host, deadline: Deadline) -> Deadline {
        if !self.is_unsettled || !self.may_renew() || self.tokens.value.is_due(host.now()) {
            return deadline;
        }
        let begun = host.monotonic_ms();
        let soon = deadline.at_most(host, SETTLE_WAIT_MS);
        let _settled_or_not: Result<()> = self.renew(host, soon).await;
        deadline.later_by(host.monotonic_ms().saturating_sub(begun))
    }

    /// Gets a newer token because of this answer; whether there is one. Where
    /// none can be had, an answer stands that may have nothing to do with the
    /// token.
    pub async fn renew_after(
        &mut self,
        response: &HttpResponse,
        host: &impl Host,
        deadline: Deadline,
    ) -> Result<bool> {
        match self.renew(host, deadline).await {
            Ok(()) => Ok(true),
            Err(_) if !failure::is_token_refused(response) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether a newer token may help, and nothing was done without one. What
    /// was answered with a success may have been carried out for nobody.
    #[must_use]
    pub fn is_refused(
        &self,
        is_safe: bool,
        response: &HttpResponse,
        now: impl FnOnce() -> UnixMs,
    ) -> bool {
        let is_undone = !response.is_success() || is_safe;
        let is_expired =
            failure::may_mean_expired(response) && self.tokens.value.may_have_expired(now());
        is_expired || is_undone && failure::is_token_refused(response)
    }

    /// Whether a call may renew the tokens, or once more.
    #[must_use]
    pub fn may_renew(&self) -> bool {
        !self.has_fresh_pair && self.renewals < MAX_RENEWALS
    }

    /// Gets a newer pair of tokens than the one at hand. It may come from a new
    /// consent, and that from another account: then the site counts only if it
    /// was chosen again.
    pub async fn renew(&mut self, host: &impl Host, deadline: Deadline) -> Result<()> {
        self.renew_with(host, deadline, Insistence::BelieveTheMark)
            .await
    }

    /// The same, also where the store says that Atlassian has refused the
    /// refresh token for good.
    pub async fn renew_all_the_same(&mut self, host: &impl Host, deadline: Deadline) -> Result<()> {
        self.renew_with(host, deadline, Insistence::AskAgain).await
    }

    async fn renew_with(
        &mut self,
        host: &impl Host,
        deadline: Deadline,
        insistence: Insistence,
    ) -> Result<()> {
        self.is_unsettled = false;
        let refresh = Refresh {
            host,
            app: &self.app,
            name: &self.name,
            insistence,
        };
        let newer = refresh
            .newer_than(&self.tokens, deadline, &mut self.waited_ms)
            .await;
        self.refresh = Some(RefreshOutcome::of(&newer));
        let Renewed { tokens, outcome } = newer?;
        if tokens.value.consent_id != self.tokens.value.consent_id {
            self.connection = self.confirmed_for(host, &tokens.value).await?;
        }
        self.tokens = tokens;
        self.renewals += 1;
        self.has_fresh_pair = outcome.is_our_own();
        Ok(())
    }

    async fn confirmed_for(&self, host: &impl Host, tokens: &TokenSet) -> Result<Connection> {
        let stored = store::read::<Connection>(host, &self.name.connection_key()).await?;
        let renewed = stored.map_or_else(Connection::default, |stored| stored.value);
        let renewed = renewed.for_consent_of(tokens);
        let cloud_id = |site: Option<&Rc<Site>>| site.map(|site| site.cloud_id.clone());
        let now = cloud_id(renewed.site(tokens));
        if now.is_some() && now == cloud_id(self.connection.site(&self.tokens.value)) {
            return Ok(renewed);
        }
        Err(site_not_chosen(&self.name))
    }
}
