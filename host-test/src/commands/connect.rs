//! `jira-host connect`: a person consents, in a browser on this machine.

mod address;
mod callback_server;
mod countdown;
mod page;
mod site_choice;

use std::time::{Duration, SystemTime};

use clap::Args;
use http::StatusCode;
use jira_host::types::{
    Authorize, Callback, ChooseSite, Connected, ConnectionState, Consent, Error, OauthOutcome,
    OauthStep,
};

pub(crate) use self::address::{CallbackAddress, EXAMPLE_REDIRECT_URI};
use self::callback_server::{Arrival, CallbackServer};
use self::countdown::Countdown;
use self::page::Page;
use super::app::AppRecord;
use super::context::{Context, Session, interruption};
use super::hint;
use super::status::{connected_notes, status_json};
use crate::exit::{Exit, Failure};
use crate::output;

#[derive(Args, Debug)]
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
    /// Asks for a scope beyond the usual ones. May be given several times.
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// The site to choose where the consent reaches several: its URL or cloud
    /// id. Where a consent is saved and only the site is missing, no browser is
    /// needed.
    #[arg(long, value_name = "URL")]
    site: Option<String>,
    /// How many seconds to wait for the browser: a consent is good for 600.
    #[arg(long, value_name = "SECONDS", default_value_t = 600,
          value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
}

impl ConnectArgs {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let (session, app) = context.session_of_app().await?;
        let connected = match self.site_of_saved_consent(&session).await? {
            Some(site) => self.choose(context, &session, site).await?,
            None => self.consent(context, &session, &app).await?,
        };
        if context.json() {
            output::json(&status_json(&connected.status))?;
        }
        connected_notes(context, &connected);
        Ok(())
    }

    /// The site to choose without another consent, where only that is missing.
    async fn site_of_saved_consent(&self, session: &Session) -> Result<Option<String>, Failure> {
        if self.site.is_none() {
            return Ok(None);
        }
        let step = OauthStep::Status(Some(self.name.clone()));
        let is_saved = match session.step(&step).await? {
            Ok(OauthOutcome::Status(found)) => found
                .iter()
                .any(|status| status.state == ConnectionState::SiteNotChosen),
            // What is wrong with it shows when it is made.
            _ => false,
        };
        Ok(self.site.clone().filter(|_| is_saved))
    }

    async fn consent(
        &self,
        context: &Context,
        session: &Session,
        app: &AppRecord,
    ) -> Result<Connected, Failure> {
        let address = CallbackAddress::parse(&app.redirect_uri)?;
        let address = address.ok_or_else(|| unreachable(context, app))?;
        let mut server = CallbackServer::bind(address).await?;
        let consent = match session.step(&self.authorize()).await? {
            Ok(OauthOutcome::Consent(consent)) => consent,
            Ok(_) => return Err(unexpected("authorize")),
            Err(error) => return Err(hint::failure(context, session, &self.name, error)),
        };
        let arrival = self.wait(context, app, &mut server, &consent).await?;
        let outcome = self.take(session, consent, arrival).await?;
        server.close().await;
        match outcome {
            Ok(OauthOutcome::Connected(connected)) => {
                self.at_site(context, session, connected).await
            }
            Ok(OauthOutcome::Sites(sites)) => {
                let site = match &self.site {
                    Some(site) => site.clone(),
                    None => site_choice::ask(context, &self.name, &sites).await?,
                };
                self.choose(context, session, site).await
            }
            Ok(_) => Err(unexpected("callback")),
            Err(error) => Err(hint::failure(context, session, &self.name, error)),
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

    /// Waits until the browser is back, the time is up, or the person gives up.
    async fn wait(
        &self,
        context: &Context,
        app: &AppRecord,
        server: &mut CallbackServer,
        consent: &Consent,
    ) -> Result<Arrival, Failure> {
        anstream::eprintln!(
            "Open this address in a browser on this machine:\n\n{}\n",
            consent.url
        );
        let left = until(consent.expires_at_unix_ms).min(Duration::from_secs(self.timeout));
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
            Exit::Interrupted => {
                Failure::new(exit, format!("given up; `{}` is as it was", self.name))
            }
            _ => nothing_came(context, app, &self.name, wait.refused()),
        })
    }

    /// Trades the code for tokens, and tells the browser how it went.
    async fn take(
        &self,
        session: &Session,
        consent: Consent,
        arrival: Arrival,
    ) -> Result<Result<OauthOutcome, Error>, Failure> {
        let step = OauthStep::Callback(Callback {
            connection: self.name.clone(),
            state: consent.state,
            redirect_url: arrival.redirect_url,
        });
        let outcome = session.step_to_its_end(&step).await?;
        // A browser that has gone needs no page.
        let _ = arrival.browser.send(page_of(&self.name, &outcome));
        Ok(outcome)
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
                self.choose(context, session, site.clone()).await
            }
            _ => Ok(connected),
        }
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
            Err(error) => Err(hint::failure(context, session, &self.name, error)),
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

fn unexpected(step: &str) -> Failure {
    let why = format!("the component answers `{step}` with something else than its contract says");
    Failure::new(Exit::UnexpectedResponse, why)
}

fn unreachable(context: &Context, app: &AppRecord) -> Failure {
    Failure::new(
        Exit::Configuration,
        format!(
            "the redirect URI is `{}`, and `connect` can only wait at an `http` address of this \
             machine",
            app.redirect_uri
        ),
    )
    .with_hint(format!(
        "register `{EXAMPLE_REDIRECT_URI}` in the developer console, then `{}`",
        context.command_line(&["app", "set", "--redirect-uri", EXAMPLE_REDIRECT_URI])
    ))
}

fn nothing_came(context: &Context, app: &AppRecord, name: &str, refused: usize) -> Failure {
    let AppRecord { redirect_uri, .. } = app;
    let mut hint = format!(
        "where Atlassian's page showed an error, it sends nobody back; then look in the developer \
         console\n\
         - is `{redirect_uri}` the callback URL, character for character?\n\
         - has the application every API that is asked for: Jira, User identity"
    );
    if app.report_personal_data {
        hint.push_str(
            ", Personal data reporting (or `jira-host app set --no-report-personal-data`)",
        );
    }
    hint.push_str(
        ", with `--service-management` Jira Service Management?\n\
         - was the browser on another machine? It must reach this one\n",
    );
    let retry = context.command_line(&["connect", name]);
    hint.push_str(&format!("then again: `{retry}`"));
    let strangers = match refused {
        0 => String::new(),
        count => {
            format!("; {count} requests did, from another attempt than this one, and were refused")
        }
    };
    Failure::new(
        Exit::Reauthorize,
        format!("nobody came back from the consent page in time{strangers}"),
    )
    .with_hint(hint)
}
