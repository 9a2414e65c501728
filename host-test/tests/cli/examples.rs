//! The examples in `--help`, each of which is run.

pub mod help;
mod trial;

use self::help::Page;
use self::trial::Trial;
use crate::home::Home;

fn pages() -> Vec<Page> {
    let pages = help::pages(&Home::new());
    assert!(pages.len() > 30, "{pages:#?}");
    pages
}

#[test]
fn every_command_has_examples() {
    for page in pages() {
        assert!(!page.examples().is_empty(), "{page:#?}");
    }
}

#[test]
fn no_line_of_help_is_wider_than_a_terminal() {
    for page in pages() {
        for line in page.lines() {
            assert!(line.chars().count() <= 80, "{}: {line}", page.command());
        }
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

#[test]
fn a_newcomer_finds_the_options_under_headings() {
    let ran = Home::new().run(&["api", "-h"]);
    let help = ran.done();
    let at = |heading: &str| {
        let found = help.find(&format!("\n{heading}:\n"));
        found.unwrap_or_else(|| panic!("{heading} is missing:\n{help}"))
    };
    let headings = [
        "Request",
        "Body",
        "Lists",
        "Answer",
        "Sending",
        "Instead of sending",
    ];
    assert!(headings.map(at).is_sorted(), "{help}");
}
