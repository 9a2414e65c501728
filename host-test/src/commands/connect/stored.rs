use jira_host::types::{ConnectionStatus, ErrorKind, OauthOutcome, OauthStep, StoreError};

use crate::commands::context::{Context, Session};
use crate::commands::hint;
use crate::exit::{Failure, unexpected};

/// What the component and the store call an entry that cannot be read and may be
/// replaced. The contract has no case of its own for it.
const DAMAGED: &str = "is damaged: ";

/// The connection of this name, where there is one that can be read. Where it
/// cannot be told whether there is, none is made in its place: what it was made
/// with would be lost.
pub(super) async fn stored(
    context: &Context,
    session: &Session,
    name: &str,
) -> Result<Option<ConnectionStatus>, Failure> {
    let step = OauthStep::Status(Some(name.to_owned()));
    match session.step(&step).await? {
        Ok(OauthOutcome::Status(found)) => Ok(found.into_iter().next()),
        Ok(_) => Err(unexpected("status")),
        Err(error) if is_made_anew(&error.kind) => Ok(None),
        Err(error) => Err(hint::failure_of_name(context, session, name, error)),
    }
}

fn is_made_anew(kind: &ErrorKind) -> bool {
    match kind {
        ErrorKind::ReauthorizationRequired(_) => true,
        ErrorKind::SecretStore(StoreError::Other(why)) => why.contains(DAMAGED),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_store(why: &str) -> ErrorKind {
        ErrorKind::SecretStore(StoreError::Other(why.to_owned()))
    }

    #[test]
    fn one_that_is_not_there_or_damaged_is_made_anew() {
        for kind in [
            ErrorKind::ReauthorizationRequired("not-connected".to_owned()),
            of_store("the entry is damaged: it has no `value`"),
            of_store("the store `a.db` is damaged: the value of `tokens/a` is not what was sealed"),
        ] {
            assert!(is_made_anew(&kind), "{kind:?}");
        }
    }

    #[test]
    fn one_of_which_nothing_is_known_is_not() {
        let unavailable = StoreError::Unavailable("it is damaged: for now".to_owned());
        for kind in [
            ErrorKind::SecretStore(unavailable),
            ErrorKind::SecretStore(StoreError::AccessDenied),
            of_store("the entry has format 2, this connector reads 1; use a newer connector"),
            ErrorKind::InvalidRequest("connection".to_owned()),
            ErrorKind::Other("other".to_owned()),
        ] {
            assert!(!is_made_anew(&kind), "{kind:?}");
        }
    }
}
