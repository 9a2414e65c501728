use super::{Stage, Step, check};
use crate::output::Output;

/// The client secret, a state, a code, and three pairs of tokens.
const FEWEST_SECRETS: usize = 9;

/// Everything that happened, and that no secret was told.
pub(super) fn tell(stage: &Stage, output: &mut Output) -> Step {
    output.line("in order", &stage.timeline().join("\n"))?;
    let secrets = stage.store.secrets();
    check(
        secrets.len() >= FEWEST_SECRETS,
        "some secrets were not seen, so none can be looked for",
    )?;
    output.line(
        "secrets",
        &format!(
            "{} were in use: tokens, a code, a state, the client secret",
            secrets.len()
        ),
    )?;
    let is_told = secrets
        .iter()
        .any(|secret| output.written().contains(secret.as_str()));
    check(!is_told, "a secret was printed")?;
    output.conclusion(
        "shows",
        "None of them occurs in anything that was printed here.",
    )?;
    Ok(())
}
