use crate::consent::connect;
use crate::stage::Stage;

/// The commands in the section `Examples:` of a help.
fn examples(help: &str) -> Vec<Vec<String>> {
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    let within = lines.take_while(|line| line.is_empty() || line.starts_with("    "));
    let commands = within.filter_map(|line| line.strip_prefix("    jira-host "));
    commands.map(|line| shlex::split(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_in_the_help_of_requests_work() {
    let stage = Stage::set().await;
    let (ran, _) = connect(&stage, &["demo", "--service-management"]).await;
    ran.done();
    for command in ["api", "servicedesk"] {
        let help = stage.run(&[command, "--help"]);
        let examples = examples(help.done());
        assert_eq!(examples.len(), 6, "{help:#?}");
        for example in examples {
            let words: Vec<_> = example.iter().map(String::as_str).collect();
            stage.run(&words).done();
        }
    }
}

#[test]
fn a_newcomer_finds_the_options_under_headings() {
    let ran = crate::home::Home::new().run(&["api", "-h"]);
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
