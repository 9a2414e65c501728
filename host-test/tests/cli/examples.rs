//! The examples in `--help`, each of which is run.

mod help;
mod trial;

use self::help::Page;
use self::trial::Trial;
use crate::home::Home;

/// Commands whose `--help` has no examples yet.
const WITHOUT: [&str; 2] = ["api", "servicedesk"];

fn pages() -> Vec<Page> {
    let pages = help::pages(&Home::new());
    assert!(pages.len() > 30, "{pages:#?}");
    pages
}

#[test]
fn every_command_has_examples() {
    for page in pages() {
        let is_missing = page.examples().is_empty();
        assert_eq!(
            is_missing,
            WITHOUT.contains(&page.command().as_str()),
            "{page:#?}"
        );
    }
}

#[test]
fn an_example_is_of_its_command() {
    for page in pages() {
        for example in page.examples() {
            let words = shlex::split(&example.line).unwrap();
            let mut words = words.iter();
            for part in page.path() {
                assert!(words.any(|word| word == part), "{part}: {}", example.line);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_does_what_it_says() {
    for page in pages() {
        let trial = Trial::of(&page.command()).await;
        for example in page.examples() {
            trial.run(&example).await;
        }
    }
}
