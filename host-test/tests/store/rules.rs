//! What the contract asks of a store. A new kind of store gets the whole list
//! from [`keeps_the_rules`]; it is to answer pages of two keys.

use std::future::Future;
use std::sync::Arc;

use jira_host::secrets::{
    Change, DeleteOutcome, Expect, PutOutcome, SecretStore, StoreError, Version,
};

pub type AnyStore = Arc<dyn SecretStore>;

/// Makes a test of every rule. The expression answers what keeps the store
/// alive, and an empty store; or nothing, where there cannot be one here.
macro_rules! keeps_the_rules {
    ($open:expr) => {
        keeps_the_rules! { $open;
            rules::an_absent_key_is_none,
            rules::a_version_is_never_used_again_even_after_a_delete,
            rules::a_put_with_the_version_that_is_there_is_stored,
            rules::a_put_with_another_version_changes_nothing_and_tells_what_is_there,
            rules::only_one_of_two_can_write_an_absent_key,
            rules::a_put_that_expects_a_version_of_an_absent_key_is_stale,
            rules::a_version_of_another_key_is_stale,
            rules::a_delete_compares_too,
            rules::an_absent_key_is_deleted_where_that_is_expected,
            rules::several_keys_are_answered_in_the_order_asked,
            rules::one_change_that_fails_does_not_keep_the_others_from_being_made,
            rules::changes_of_one_key_are_made_in_order,
            rules::a_list_has_every_key_of_the_prefix_once_over_several_pages,
            rules::a_cursor_stays_good_when_its_key_is_deleted,
            rules::a_cursor_from_elsewhere_does_no_harm,
            rules::what_is_not_a_key_is_refused_everywhere,
            rules::values_may_be_empty_or_any_bytes,
            rules::sixty_four_kibibytes_are_accepted_and_more_than_a_mebibyte_is_not,
            rules::many_tasks_lose_no_update,
            rules::one_of_many_tasks_takes_an_absent_key,
            model::random_operations_agree_with_a_model,
        }
    };
    ($open:expr; $($file:ident::$rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                let Some((_kept, store)) = $open else { return };
                crate::$file::$rule(store).await;
            }
        )*
    };
}

async fn put(store: &AnyStore, key: &str, value: &str, expect: Expect) -> PutOutcome {
    store.put(key, value.into(), expect).await.unwrap()
}

pub async fn stored(store: &dyn SecretStore, key: &str, value: &str) -> Version {
    match store.put(key, value.into(), Expect::Any).await.unwrap() {
        PutOutcome::Stored(version) => version,
        stale => panic!("{stale:?}"),
    }
}

pub async fn value(store: &dyn SecretStore, key: &str) -> Option<Vec<u8>> {
    store.get(key).await.unwrap().map(|entry| entry.value)
}

pub async fn all_keys(store: &dyn SecretStore, prefix: &str) -> (Vec<String>, usize) {
    let (mut keys, mut pages, mut cursor) = (Vec::new(), 0, None);
    loop {
        let page = store.list(prefix, cursor).await.unwrap();
        keys.extend(page.keys);
        pages += 1;
        cursor = page.cursor;
        if cursor.is_none() {
            return (keys, pages);
        }
    }
}

/// Adds one to the number in a key, however often others come between.
pub async fn increment(store: &dyn SecretStore, key: &str) {
    let mut there = store.get(key).await.unwrap();
    loop {
        let (number, expect) = match there {
            None => (0, Expect::Absent),
            Some(entry) => {
                let number = String::from_utf8(entry.value).unwrap().parse().unwrap();
                (number, Expect::Version(entry.version))
            }
        };
        let next: u64 = number + 1;
        let outcome = store.put(key, next.to_string().into(), expect).await;
        match outcome.unwrap() {
            PutOutcome::Stored(_) => return,
            PutOutcome::Stale(now) => there = now,
        }
    }
}

async fn all<T: Send + 'static>(
    tasks: impl Iterator<Item: Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let tasks: Vec<_> = tasks.map(tokio::spawn).collect();
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.unwrap());
    }
    done
}

pub async fn an_absent_key_is_none(store: AnyStore) {
    assert_eq!(store.get("app").await, Ok(None));
}

pub async fn a_version_is_never_used_again_even_after_a_delete(store: AnyStore) {
    let first = stored(&*store, "app", "one").await;
    let second = stored(&*store, "app", "two").await;
    store.delete("app", Expect::Any).await.unwrap();
    let third = stored(&*store, "app", "one").await;
    assert!(first != second && second != third && first != third);
}

pub async fn a_put_with_the_version_that_is_there_is_stored(store: AnyStore) {
    let version = stored(&*store, "tokens/a", "old").await;
    let outcome = put(&store, "tokens/a", "new", Expect::Version(version.clone())).await;
    let entry = store.get("tokens/a").await.unwrap().unwrap();
    assert_eq!(outcome, PutOutcome::Stored(entry.version.clone()));
    assert_ne!(entry.version, version);
    assert_eq!(entry.value, b"new");
}

pub async fn a_put_with_another_version_changes_nothing_and_tells_what_is_there(store: AnyStore) {
    let old = stored(&*store, "tokens/a", "old").await;
    stored(&*store, "tokens/a", "new").await;
    let there = store.get("tokens/a").await.unwrap();
    for version in [old.as_str(), "", "not a version"] {
        let outcome = put(
            &store,
            "tokens/a",
            "lost",
            Expect::Version(version.to_owned()),
        )
        .await;
        assert_eq!(outcome, PutOutcome::Stale(there.clone()));
    }
    assert_eq!(store.get("tokens/a").await.unwrap(), there);
}

pub async fn only_one_of_two_can_write_an_absent_key(store: AnyStore) {
    let first = put(&store, "leases/a", "me", Expect::Absent).await;
    let second = put(&store, "leases/a", "you", Expect::Absent).await;
    assert!(matches!(first, PutOutcome::Stored(_)));
    let PutOutcome::Stale(Some(entry)) = second else {
        panic!("{second:?}");
    };
    assert_eq!(entry.value, b"me");
}

pub async fn a_put_that_expects_a_version_of_an_absent_key_is_stale(store: AnyStore) {
    let expect = Expect::Version("1".to_owned());
    let outcome = put(&store, "tokens/a", "new", expect).await;
    assert_eq!(outcome, PutOutcome::Stale(None));
}

pub async fn a_version_of_another_key_is_stale(store: AnyStore) {
    let other = stored(&*store, "tokens/b", "b").await;
    stored(&*store, "tokens/a", "a").await;
    let outcome = put(&store, "tokens/a", "lost", Expect::Version(other)).await;
    assert!(matches!(outcome, PutOutcome::Stale(Some(_))));
}

pub async fn a_delete_compares_too(store: AnyStore) {
    let old = stored(&*store, "leases/a", "one").await;
    let new = stored(&*store, "leases/a", "two").await;
    let there = store.get("leases/a").await.unwrap();
    let delete = |expect| store.delete("leases/a", expect);
    assert_eq!(
        delete(Expect::Version(old)).await,
        Ok(DeleteOutcome::Stale(there.clone()))
    );
    assert_eq!(
        delete(Expect::Absent).await,
        Ok(DeleteOutcome::Stale(there))
    );
    assert_eq!(
        delete(Expect::Version(new)).await,
        Ok(DeleteOutcome::Deleted)
    );
    assert_eq!(store.get("leases/a").await, Ok(None));
}

pub async fn an_absent_key_is_deleted_where_that_is_expected(store: AnyStore) {
    let version = Expect::Version("1".to_owned());
    assert_eq!(
        store.delete("a", Expect::Absent).await,
        Ok(DeleteOutcome::Deleted)
    );
    assert_eq!(
        store.delete("a", Expect::Any).await,
        Ok(DeleteOutcome::Deleted)
    );
    assert_eq!(
        store.delete("a", version).await,
        Ok(DeleteOutcome::Stale(None))
    );
}

pub async fn several_keys_are_answered_in_the_order_asked(store: AnyStore) {
    stored(&*store, "a", "1").await;
    stored(&*store, "c", "3").await;
    let keys = ["c", "b", "a", "c"].map(str::to_owned);
    let entries = store.get_many(&keys).await.unwrap();
    let values: Vec<_> = entries
        .into_iter()
        .map(|entry| entry.map(|entry| String::from_utf8(entry.value).unwrap()))
        .collect();
    let expected = [Some("3"), None, Some("1"), Some("3")];
    assert_eq!(values, expected.map(|value| value.map(str::to_owned)));
}

fn change(key: &str, value: &str, expect: Expect) -> Change {
    Change {
        key: key.to_owned(),
        value: value.into(),
        expect,
    }
}

pub async fn one_change_that_fails_does_not_keep_the_others_from_being_made(store: AnyStore) {
    stored(&*store, "b", "there").await;
    let mut too_large = change("d", "", Expect::Any);
    too_large.value = vec![0; 1_048_577];
    let outcomes = store
        .put_many(vec![
            change("a", "new", Expect::Absent),
            change("b", "new", Expect::Absent),
            change("not a key", "new", Expect::Any),
            too_large,
            change("c", "new", Expect::Any),
        ])
        .await
        .unwrap();
    assert!(matches!(&outcomes[0], Ok(PutOutcome::Stored(_))));
    assert!(matches!(&outcomes[1], Ok(PutOutcome::Stale(Some(_)))));
    assert!(matches!(&outcomes[2], Err(StoreError::Other(_))));
    assert_eq!(outcomes[3], Err(StoreError::TooLarge(1_048_576)));
    assert!(matches!(&outcomes[4], Ok(PutOutcome::Stored(_))));
    assert_eq!(all_keys(&*store, "").await.0, ["a", "b", "c"]);
    assert_eq!(value(&*store, "b").await.unwrap(), b"there");
}

pub async fn changes_of_one_key_are_made_in_order(store: AnyStore) {
    let outcomes = store
        .put_many(vec![
            change("a", "first", Expect::Absent),
            change("a", "second", Expect::Absent),
            change("a", "third", Expect::Any),
        ])
        .await
        .unwrap();
    let Ok(PutOutcome::Stale(Some(there))) = &outcomes[1] else {
        panic!("{outcomes:?}");
    };
    assert_eq!(there.value, b"first");
    assert_eq!(outcomes[0], Ok(PutOutcome::Stored(there.version.clone())));
    assert_eq!(value(&*store, "a").await.unwrap(), b"third");
}

pub async fn a_list_has_every_key_of_the_prefix_once_over_several_pages(store: AnyStore) {
    for key in [
        "accounts/1",
        "tokens/1",
        "tokens/2",
        "tokens/3",
        "tokens/4",
        "tokens/z",
        "tokens0",
    ] {
        stored(&*store, key, "x").await;
    }
    let expected = ["tokens/1", "tokens/2", "tokens/3", "tokens/4", "tokens/z"];
    let (keys, pages) = all_keys(&*store, "tokens/").await;
    assert_eq!((keys, pages), (expected.map(str::to_owned).to_vec(), 3));
    assert_eq!(all_keys(&*store, "").await.0.len(), 7);
    assert_eq!(all_keys(&*store, "none/").await, (Vec::new(), 1));
}

pub async fn a_cursor_stays_good_when_its_key_is_deleted(store: AnyStore) {
    for key in ["a/1", "a/2", "a/3"] {
        stored(&*store, key, "x").await;
    }
    let first = store.list("a/", None).await.unwrap();
    assert_eq!(first.keys, ["a/1", "a/2"]);
    store.delete("a/2", Expect::Any).await.unwrap();
    let second = store.list("a/", first.cursor).await.unwrap();
    assert_eq!(second.keys, ["a/3"]);
}

pub async fn a_cursor_from_elsewhere_does_no_harm(store: AnyStore) {
    for key in ["a/1", "b/1", "c/1"] {
        stored(&*store, key, "x").await;
    }
    for cursor in ["a/1", "", "c/1", "b/' OR 1", "m\u{fc}ller", "\u{10ffff}"] {
        let page = store.list("b/", Some(cursor.to_owned())).await.unwrap();
        assert!(
            page.keys.iter().all(|key| key == "b/1"),
            "{cursor}: {page:?}"
        );
        assert_eq!(page.cursor, None, "{cursor}");
    }
}

pub async fn what_is_not_a_key_is_refused_everywhere(store: AnyStore) {
    let wrong = "müller";
    assert!(matches!(store.get(wrong).await, Err(StoreError::Other(_))));
    let many = store.get_many(&["a".to_owned(), wrong.to_owned()]).await;
    assert!(matches!(many, Err(StoreError::Other(_))));
    assert!(matches!(
        store.put(wrong, vec![], Expect::Any).await,
        Err(StoreError::Other(_))
    ));
    assert!(matches!(
        store.delete(wrong, Expect::Any).await,
        Err(StoreError::Other(_))
    ));
    assert!(matches!(
        store.list(wrong, None).await,
        Err(StoreError::Other(_))
    ));
    let long = "k".repeat(257);
    assert_eq!(store.get(&long).await, Err(StoreError::TooLarge(256)));
}

pub async fn values_may_be_empty_or_any_bytes(store: AnyStore) {
    for bytes in [
        vec![],
        (0..=255).collect(),
        b"{\"text\": \"\xff\"}".to_vec(),
    ] {
        store.put("a", bytes.clone(), Expect::Any).await.unwrap();
        assert_eq!(value(&*store, "a").await, Some(bytes));
    }
}

pub async fn sixty_four_kibibytes_are_accepted_and_more_than_a_mebibyte_is_not(store: AnyStore) {
    let large = vec![7; 65_536];
    assert!(store.put("a", large.clone(), Expect::Any).await.is_ok());
    assert_eq!(value(&*store, "a").await, Some(large.clone()));
    let too_large = store.put("a", vec![7; 1_048_577], Expect::Any).await;
    assert_eq!(too_large, Err(StoreError::TooLarge(1_048_576)));
    assert_eq!(value(&*store, "a").await, Some(large));
}

pub async fn many_tasks_lose_no_update(store: AnyStore) {
    all((0..16).map(|_| {
        let store = Arc::clone(&store);
        async move {
            for _ in 0..10 {
                increment(&*store, "counter").await;
            }
        }
    }))
    .await;
    assert_eq!(value(&*store, "counter").await, Some(b"160".to_vec()));
}

pub async fn one_of_many_tasks_takes_an_absent_key(store: AnyStore) {
    let outcomes = all((0..16).map(|task| {
        let store = Arc::clone(&store);
        async move { put(&store, "leases/a", &task.to_string(), Expect::Absent).await }
    }))
    .await;
    let is_stored = |outcome: &&PutOutcome| matches!(outcome, PutOutcome::Stored(_));
    assert_eq!(outcomes.iter().filter(is_stored).count(), 1);
}
