//! `jira-host connect`: a person consents, in a browser on this machine.

mod browser;
mod callback_server;
mod countdown;
mod nobody;
mod page;
mod paste;
mod site_choice;
mod stored;
mod typed_line;

use std::time::{Duration, SystemTime};

use clap::Args;
use http::StatusCode;
use jira_host::types::{
    Authorize, Callback, ChooseSite, Connected, ConnectionState, ConnectionStatus, Consent, Error,
    OauthOutcome, OauthStep,
};

use self::callback_server::{Arrival, CallbackServer};
use self::countdown::Countdown;
use self::nobody::nothing_came;
use self::page::Page;
use self::stored::stored;
use super::app_record::AppRecord;
use super::callback_address::{CallbackAddress, EXAMPLE_REDIRECT_URI};
use super::context::{Context, Session, interruption};
use super::hint;
use super::number::seconds;
use super::status::{connected_notes, status_json};
use crate::exit::{Exit, Failure, unexpected};
use crate::log;
use crate::output;

/// Whether this scope is asked for is up to the application alone.
const REPORT_PERSONAL_DATA: &str = "report:personal-data";

#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
    jira-host connect support
    With Jira Service Management, at a site that is chosen beforehand:
    jira-host connect support --service-management \\
        --site https://example.atlassian.net
    On a server, where you paste the address that your browser is sent back to:
    jira-host connect support --no-browser")]
pub(crate) struct ConnectArgs {
    /// What the connection is called in other commands.
    name: String,
    /// What people call it.
    #[arg(long, value_name = "TEXT")]
    display_name: Option<String>,
    /// What it is for.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Asks for Jira Service Management too, for `jira-host servicedesk`.
    #[arg(long)]
    service_management: bool,
    /// Asks for a scope beyond the usual ones, and those that the connection was
    /// made with. May be given several times.
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// The site to choose where the consent reaches several: its URL or cloud
    /// id. Where a consent is saved and only the site is missing, no browser is
    /// needed.
    #[arg(long, value_name = "URL")]
    site: Option<String>,
    /// Opens no browser and listens nowhere: you open the address in any browser,
    /// on any machine, and paste the one that it is sent back to.
    #[arg(long)]
    no_browser: bool,
    /// How many seconds to wait for the browser: a consent is good for 600.
    #[arg(long, value_name = "SECONDS", default_value_t = 600,
          value_parser = seconds::<u64>(1..=600))]
    timeout: u64,
}

impl ConnectArgs {
    pub(crate) async fn run(mut self, context: &Context) -> Result<(), Failure> {
        let (session, app) = context.session_of_app().await?;
        let before = stored(context, &session, &self.name).await?;
        let lacks_site = |it: &ConnectionStatus| it.state == ConnectionState::SiteNotChosen;
        let is_consent_saved = before.as_ref().is_some_and(lacks_site);
        self.renew(before);
        let connected = match self.site.clone().filter(|_| is_consent_saved) {
            Some(site) => self.choose_among(context, &session, site).await?,
            None => self.consent(context, &session, &app).await?,
        };
        if context.json() {
            output::json(&status_json(&connected.status))?;
        }
        connected_notes(context, &connected);
        Ok(())
    }

    /// Takes what was not given from the connection that is renewed.
    fn renew(&mut self, stored: Option<ConnectionStatus>) {
        let Some(stored) = stored else { return };
        self.display_name = self.display_name.take().or(stored.display_name);
        self.description = self.description.take().or(stored.description);
        self.service_management |= stored.service_management;
        let asked_for = stored.granted_scopes.into_iter();
        let asked_for = asked_for.chain(stored.missing_scopes);
        self.scope
            .extend(asked_for.filter(|scope| scope != REPORT_PERSONAL_DATA));
    }

    async fn consent(
        &self,
        context: &Context,
        session: &Session,
        app: &AppRecord,
    ) -> Result<Connected, Failure> {
        let outcome = if self.no_browser {
            let consent = self.begin(context, session).await?;
            let redirect_url = self.pasted(context, app, &consent).await?;
            self.take(session, consent, redirect_url).await?
        } else {
            let address = CallbackAddress::parse(&app.redirect_uri)?;
            let address = address.ok_or_else(|| self.unreachable(context, app))?;
            let mut server = CallbackServer::bind(address).await?;
            let consent = self.begin(context, session).await?;
            let arrival = self.wait(context, app, &mut server, &consent).await?;
            let outcome = self.take(session, consent, arrival.redirect_url).await?;
            // A browser that has gone needs no page.
            let _ = arrival.browser.send(page_of(&self.name, &outcome));
            server.close().await;
            outcome
        };
        match outcome {
            Ok(OauthOutcome::Connected(connected)) => {
                self.at_site(context, session, connected).await
            }
            Ok(OauthOutcome::Sites(sites)) => {
                let site = match &self.site {
                    Some(site) => site.clone(),
                    None => site_choice::ask(context, &self.name, &sites).await?,
                };
                self.choose_among(context, session, site).await
            }
            Ok(_) => Err(unexpected("callback")),
            Err(error) => Err(hint::failure_of_name(context, session, &self.name, error)),
        }
    }

    async fn begin(&self, context: &Context, session: &Session) -> Result<Consent, Failure> {
        match session.step(&self.authorize()).await? {
            Ok(OauthOutcome::Consent(consent)) => Ok(consent),
            Ok(_) => Err(unexpected("authorize")),
            Err(error) => Err(hint::failure_of_name(context, session, &self.name, error)),
        }
    }

    fn authorize(&self) -> OauthStep {
        OauthStep::Authorize(Authorize {
            connection: self.name.clone(),
            display_name: self.display_name.clone(),
            description: self.description.clone(),
            include_service_management: self.service_management,
            extra_scopes: self.scope.clone(),
        })
    }

    /// What the person pastes, when their browser is back.
    async fn pasted(
        &self,
        context: &Context,
        app: &AppRecord,
        consent: &Consent,
    ) -> Result<String, Failure> {
        log::request(format_args!(
            "Open this address in a browser, on any machine:\n\n{}\n\n\
             It is sent on to {}… and may show an error there: that is well. Copy the whole \
             address from it, paste it here, and press Enter:",
            consent.url, app.redirect_uri
        ));
        let left = self.time_left(consent);
        tokio::select! {
            biased;
            pasted = paste::redirect_url(&app.redirect_uri, &consent.state) => pasted,
            () = tokio::time::sleep(left) => Err(nothing_came(context, app, &self.name, 0)),
            () = interruption() => Err(self.given_up()),
        }
    }

    fn time_left(&self, consent: &Consent) -> Duration {
        until(consent.expires_at_unix_ms).min(Duration::from_secs(self.timeout))
    }

    fn given_up(&self) -> Failure {
        let why = format!("given up; `{}` is as it was", self.name);
        Failure::new(Exit::Interrupted, why)
    }

    /// Waits until the browser is back, the time is up, or the person gives up.
    async fn wait(
        &self,
        context: &Context,
        app: &AppRecord,
        server: &mut CallbackServer,
        consent: &Consent,
    ) -> Result<Arrival, Failure> {
        browser::show(&consent.url);
        let left = self.time_left(consent);
        let mut wait = server.wait(&consent.state);
        let countdown = Countdown::begin(left);
        let came_back = tokio::select! {
            biased;
            arrival = wait.arrival() => Ok(arrival),
            () = countdown.run() => Err(Exit::Reauthorize),
            () = interruption() => Err(Exit::Interrupted),
        };
        drop(countdown);
        came_back.map_err(|exit| match exit {
            Exit::Interrupted => self.given_up(),
            _ => nothing_came(context, app, &self.name, wait.refused()),
        })
    }

    /// Trades the code for tokens.
    async fn take(
        &self,
        session: &Session,
        consent: Consent,
        redirect_url: String,
    ) -> Result<Result<OauthOutcome, Error>, Failure> {
        let step = OauthStep::Callback(Callback {
            connection: self.name.clone(),
            state: consent.state,
            redirect_url,
        });
        session.step_to_its_end(&step).await
    }

    fn unreachable(&self, context: &Context, app: &AppRecord) -> Failure {
        let why = format!(
            "the redirect URI is `{}`, and `connect` can only wait at an `http` address of this \
             machine",
            app.redirect_uri
        );
        let by_hand = context.command_line(&["connect", &self.name, "--no-browser"]);
        let set = ["app", "set", "--redirect-uri", EXAMPLE_REDIRECT_URI];
        Failure::new(Exit::Configuration, why).with_hint(format!(
            "paste the address that the browser comes back to: `{by_hand}`; or register \
             `{EXAMPLE_REDIRECT_URI}` in the developer console, then `{}`",
            context.command_line(&set)
        ))
    }

    /// Changes the site, where another was taken than the one asked for.
    async fn at_site(
        &self,
        context: &Context,
        session: &Session,
        connected: Connected,
    ) -> Result<Connected, Failure> {
        let chosen = connected.status.site.as_ref();
        match &self.site {
            Some(site) if !chosen.is_some_and(|it| it.url == *site || it.cloud_id == *site) => {
                let choice = self.choose(context, session, site.clone()).await;
                let taken = chosen.map_or("no site", |site| site.url.as_str());
                choice.map_err(|failure| {
                    failure.with_hint(format!(
                        "the consent is saved, and `{}` is at {taken}; for another site, consent \
                         again with an account that reaches it",
                        self.name
                    ))
                })
            }
            _ => Ok(connected),
        }
    }

    /// Chooses where none was chosen yet: after a wrong one, another may be named.
    async fn choose_among(
        &self,
        context: &Context,
        session: &Session,
        site: String,
    ) -> Result<Connected, Failure> {
        let choice = self.choose(context, session, site).await;
        choice.map_err(|failure| match failure.exit() {
            Exit::Usage => {
                let again = context.command_line(&["connect", &self.name, "--site", "URL"]);
                failure.with_hint(format!("the consent is saved; name one of them: `{again}`"))
            }
            _ => failure,
        })
    }

    async fn choose(
        &self,
        context: &Context,
        session: &Session,
        site: String,
    ) -> Result<Connected, Failure> {
        let step = OauthStep::ChooseSite(ChooseSite {
            connection: self.name.clone(),
            site: Some(site),
        });
        match session.step(&step).await? {
            Ok(OauthOutcome::Connected(connected)) => Ok(connected),
            Ok(_) => Err(unexpected("choose-site")),
            Err(error) => Err(hint::failure_of_name(context, session, &self.name, error)),
        }
    }
}

fn page_of(name: &str, outcome: &Result<OauthOutcome, Error>) -> Page {
    match outcome {
        Ok(OauthOutcome::Connected(connected)) => {
            let site = connected.status.site.as_ref();
            let site = site.map_or("Jira", |site| site.url.as_str());
            let text = format!("“{name}” is connected to {site}. You can close this page.");
            Page::new(StatusCode::OK, "Connected", text)
        }
        Ok(_) => {
            let text = "The consent is saved. Now choose the site, in the terminal.";
            Page::new(StatusCode::OK, "Which site?", text)
        }
        Err(error) => Page::new(StatusCode::OK, "Not connected", error.to_string()),
    }
}

fn until(unix_ms: u64) -> Duration {
    let end = SystemTime::UNIX_EPOCH + Duration::from_millis(unix_ms);
    end.duration_since(SystemTime::now()).unwrap_or_default()
}
