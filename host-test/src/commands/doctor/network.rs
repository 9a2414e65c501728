//! The way to each origin: what the policy lets out, and how far it gets.

use http::Uri;
use jira_host::network::Origin;
use tokio::task::JoinSet;

use super::Findings;
use super::probe::{Probe, Reached};
use crate::commands::app_record::AppRecord;
use crate::commands::context::Context;
use crate::exit::{Exit, Failure};

const POLICY: &str = "egress policy";
const NAMES: &str = "names";
const CONNECTION: &str = "connection";
const TLS: &str = "TLS";
const CLOCK: &str = "clock";

/// From how far on a clock that is wrong is worth a word: beyond what machines
/// that keep it set ever show.
const NOTABLE_SKEW_SECONDS: i64 = 30;

/// From when on it does harm: tokens seem to be good when they are not.
const HARMFUL_SKEW_SECONDS: i64 = 300;

pub(super) async fn check(
    context: &Context,
    app: &AppRecord,
    is_offline: bool,
    findings: &mut Findings,
) {
    let (origins, network) = match policy(context, app, findings) {
        Ok(it) => it,
        Err(failure) => {
            let mend = "mend the option, or what `jira-host config show` tells of it";
            return findings.failure(POLICY, &failure, mend);
        }
    };
    if is_offline {
        for check in [NAMES, CONNECTION, TLS, CLOCK] {
            findings.skipped(check, "it needs the network, and `--offline` was given");
        }
        return;
    }
    let mut probing = JoinSet::new();
    for origin in origins {
        probing.spawn(Probe::send(network.clone(), origin));
    }
    let mut probes = probing.join_all().await;
    probes.sort_by(|one, other| one.origin.cmp(&other.origin));
    for probe in &probes {
        tell(context, probe, findings);
    }
    clock(&probes, findings);
}

/// What may be reached, and by which way.
fn policy(
    context: &Context,
    app: &AppRecord,
    findings: &mut Findings,
) -> Result<(Vec<String>, jira_host::Network), Failure> {
    let origins: Vec<_> = context.allowed(app)?.into_iter().collect();
    let network = context.network(app)?;
    findings.ok(POLICY, format!("lets out to {} only", origins.join(", ")));
    for block in context.addresses_to_allow() {
        if block.ends_with("/0") {
            findings.warning(
                POLICY,
                format!("`{block}` allows every address, also the metadata of clouds"),
                "allow the networks that are needed: `--allow-address 10.1.0.0/16`",
            );
        }
    }
    Ok((origins, network))
}

fn tell(context: &Context, probe: &Probe, findings: &mut Findings) {
    let origin = &probe.origin;
    let why = |what: &str| match &probe.why {
        Some(why) => format!("{origin}: {what} ({why})"),
        None => format!("{origin}: {what}"),
    };
    let mut problem = |check, what: &str, mend: &str| {
        findings.problem(check, Exit::Transport, why(what), mend);
    };
    match probe.reached {
        Reached::Policy => problem(
            POLICY,
            "its address may not be connected to",
            "if that is right, name the network with `--allow-address BLOCK`",
        ),
        Reached::Name => problem(
            NAMES,
            "its name cannot be resolved",
            &way_out(context, "look at this machine's DNS"),
        ),
        Reached::Connection => problem(
            CONNECTION,
            "no connection comes about",
            &way_out(context, "look at this machine's network and its firewall"),
        ),
        Reached::Tls => problem(
            TLS,
            "its certificate is not trusted, or TLS cannot be agreed upon",
            "behind a proxy that inspects TLS, name its certificate authority: `--ca FILE`; and \
             keep the platform's authorities up to date",
        ),
        Reached::Answer => found_well(probe, findings),
        Reached::Nothing => problem(
            CONNECTION,
            "it gives no answer of HTTP",
            "is there something in between that is no HTTP server?",
        ),
    }
}

fn found_well(probe: &Probe, findings: &mut Findings) {
    let origin = &probe.origin;
    let ms = probe.took.as_millis();
    findings.ok(NAMES, format!("{origin} is found, where requests may go"));
    findings.ok(CONNECTION, format!("{origin} answers within {ms} ms"));
    let uri = origin.parse::<Uri>().ok();
    if uri
        .and_then(|uri| Origin::of(&uri))
        .is_some_and(|it| it.is_https())
    {
        findings.ok(TLS, format!("{origin} has a certificate that is trusted"));
    } else {
        findings.skipped(TLS, format!("{origin} is on this machine, without TLS"));
    }
}

/// What to do about a way out that is closed.
fn way_out(context: &Context, otherwise: &str) -> String {
    match context.proxy() {
        Ok(Some(proxy)) => format!("does the proxy {proxy} let it through?"),
        _ => {
            format!("{otherwise}; through a proxy, set HTTPS_PROXY and `--proxy-from-environment`")
        }
    }
}

/// Compares this machine's clock with those of the origins. When it is wrong, it
/// differs from all of them; so the nearest one counts.
fn clock(probes: &[Probe], findings: &mut Findings) {
    let told = probes.iter().filter(|probe| probe.skew_seconds.is_some());
    let Some(probe) = told.min_by_key(|probe| probe.skew_seconds.map(i64::abs)) else {
        findings.skipped(CLOCK, "no origin has told its time");
        return;
    };
    let skew = probe.skew_seconds.unwrap_or_default();
    let what = match skew {
        0 => format!("as that of {}", probe.origin),
        ahead @ 1.. => format!("{ahead} s ahead of that of {}", probe.origin),
        behind => format!("{} s behind that of {}", -behind, probe.origin),
    };
    let mend = "set the clock, best by NTP: the lives of tokens are counted by it";
    match skew.abs() {
        HARMFUL_SKEW_SECONDS.. => findings.problem(CLOCK, Exit::Configuration, what, mend),
        NOTABLE_SKEW_SECONDS.. => findings.warning(CLOCK, what, mend),
        _ => findings.ok(CLOCK, what),
    }
}
