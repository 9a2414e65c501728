use atlassian_simulator::Decision;
use jira_host::types::{Authorize, Callback, Connected, Consent, OauthOutcome, OauthStep};

use super::stage::SITE;
use super::{CONNECTION, Stage, Step};
use crate::output::Output;

/// A person consents, and the connection is made.
pub(super) async fn give(stage: &Stage, output: &mut Output) -> Step {
    let ask = OauthStep::Authorize(Authorize::new(CONNECTION).with_service_management());
    let OauthOutcome::Consent(consent) = stage.tenant.oauth_exchange(&ask).await?? else {
        return Err("`authorize` did not answer a consent".into());
    };
    output.line(
        "authorize",
        "answers the URL of the consent page, and a state for the session",
    )?;

    let allow = Decision::Allow { sites: Vec::new() };
    let redirect_url = stage.simulator.consent(&consent.url, allow).await?;
    output.line(
        "the person",
        "opens the page, allows it, and is sent back with a code",
    )?;
    keep_secrets(stage, &consent, &redirect_url);

    let finish = OauthStep::Callback(Callback {
        connection: CONNECTION.to_owned(),
        state: consent.state,
        redirect_url,
    });
    let OauthOutcome::Connected(connected) = stage.tenant.oauth_exchange(&finish).await?? else {
        return Err("`callback` did not answer that the connection works".into());
    };
    output.line(
        "callback",
        "trades the code for tokens, and finds the site and the account",
    )?;
    tell(&connected, output)?;
    output.conclusion(
        "shows",
        "The caller has a connection by name and never sees a token.",
    )?;
    Ok(())
}

fn keep_secrets(stage: &Stage, consent: &Consent, redirect_url: &str) {
    stage.store.keep_secret(consent.state.clone());
    let query = redirect_url.split_once('?').map_or("", |(_, query)| query);
    for value in query
        .split('&')
        .filter_map(|pair| pair.strip_prefix("code="))
    {
        stage.store.keep_secret(value.to_owned());
    }
}

fn tell(connected: &Connected, output: &mut Output) -> Step {
    let status = &connected.status;
    let (Some(site), Some(account)) = (&status.site, &status.account) else {
        return Err("the connection has no site or no account".into());
    };
    let name = account.name.as_deref().unwrap_or("no public name");
    output.line(
        "site",
        &format!("{}, cloud id {} ({SITE} below)", site.url, site.cloud_id),
    )?;
    output.line("account", &format!("{name} ({})", account.account_id))?;
    output.line("scopes", &in_lines(&status.granted_scopes))?;
    if !status.missing_scopes.is_empty() {
        output.line("not granted", &in_lines(&status.missing_scopes))?;
    }
    Ok(())
}

/// Three to a line.
fn in_lines(scopes: &[String]) -> String {
    let lines: Vec<String> = scopes.chunks(3).map(|line| line.join("  ")).collect();
    lines.join("\n")
}
