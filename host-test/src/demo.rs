//! `jira-host demo`: what the component does, step by step, against a
//! simulated Atlassian.

mod closing;
mod component;
mod consent;
mod issues;
mod lists;
mod refresh;
mod sandbox;
mod servicedesk;
mod stage;
mod sweep;
mod watched;

use std::error::Error;
use std::io;
use std::path::Path;

use jira_host::Connector;

use self::stage::Stage;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// What came of a step. An error says what did not come out as it should.
type Step = Result<(), Box<dyn Error>>;

/// The connection of all steps.
const CONNECTION: &str = "demo";

pub(crate) async fn run(path: &Path) -> Result<(), Failure> {
    let connector = Connector::load(path)?;
    play(connector, path).await.map_err(failure)
}

/// A step that did not come out as it should. A pipe that was closed is not one.
fn failure(error: Box<dyn Error>) -> Failure {
    match error.downcast::<io::Error>() {
        Ok(error) => Failure::from(*error),
        Err(error) => Failure::new(Exit::Other, error),
    }
}

async fn play(connector: Connector, path: &Path) -> Step {
    let stage = Stage::set(connector).await?;
    let mut output = Output::new();

    title(&mut output, 1, "The component")?;
    component::tell(&stage, path, &mut output)?;
    title(&mut output, 2, "A person consents")?;
    consent::give(&stage, &mut output).await?;
    title(&mut output, 3, "Read an issue")?;
    issues::read(&stage, &mut output).await?;
    title(&mut output, 4, "Create an issue")?;
    issues::create(&stage, &mut output).await?;
    title(
        &mut output,
        5,
        "Ask for the status of a service desk request",
    )?;
    servicedesk::status(&stage, &mut output).await?;
    title(&mut output, 6, "A list of several pages")?;
    lists::fetch(&stage, &mut output).await?;
    title(&mut output, 7, "A list that is cut")?;
    lists::cut(&stage, &mut output).await?;
    title(&mut output, 8, "The access token expires")?;
    refresh::expire(&stage, &mut output).await?;
    title(&mut output, 9, "A hostile path")?;
    sandbox::hostile_paths(&stage, &mut output).await?;
    title(&mut output, 10, "A destination that is not allowed")?;
    sandbox::denied_destination(&stage, &mut output).await?;
    title(&mut output, 11, "Personal data of accounts that are gone")?;
    sweep::report(&stage, &mut output).await?;
    title(&mut output, 12, "What went over the wire")?;
    closing::tell(&stage, &mut output)?;

    output.gap()?;
    output.heading("Everything came out as it should.")?;
    Ok(())
}

fn title(output: &mut Output, number: u32, title: &str) -> std::io::Result<()> {
    if number > 1 {
        output.gap()?;
    }
    output.heading(&format!("{number}. {title}"))
}

/// An error, where something is not as it should be.
fn check(as_it_should_be: bool, otherwise: impl Into<String>) -> Step {
    if as_it_should_be {
        Ok(())
    } else {
        Err(otherwise.into().into())
    }
}
