use std::sync::Arc;

use jira_host::secrets::SqliteOptions;

use crate::place::Place;
use crate::rules::AnyStore;

fn empty() -> (Place, AnyStore) {
    let place = Place::new();
    let store = place.open_with(SqliteOptions::new().with_page_size(2));
    (place, Arc::new(store))
}

keeps_the_rules! { Some(empty()) }

/// One half of the calls goes to one store, the other half to another one on
/// the same file.
mod through_two_stores {
    use super::*;
    use crate::two_stores::Two;

    fn empty() -> (Place, AnyStore) {
        let place = Place::new();
        let open = || place.open_with(SqliteOptions::new().with_page_size(2));
        let stores = [open(), open()];
        (place, Arc::new(Two::new(stores)))
    }

    keeps_the_rules! { Some(empty()) }
}
