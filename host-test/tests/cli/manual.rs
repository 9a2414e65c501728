use std::fs;
use std::process::Command;

use crate::home::Home;

#[test]
fn there_are_completions_for_each_shell() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = home.run(&["completions", shell]);
        assert!(ran.done().contains("servicedesk"), "{shell}");
        assert_eq!(ran.stderr, "");
    }
    home.run(&["completions", "tcsh"]).failed(2);
    assert!(!home.store().exists());
}

/// What bash offers for the last of these words.
fn offered(home: &Home, words: &[&str]) -> Option<String> {
    let script = home.run(&["completions", "bash"]).done().to_owned();
    let line = format!(
        "{script}\nCOMP_WORDS=({})\nCOMP_CWORD={}\n_jira__host jira-host {:?} {:?}\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words.join(" "),
        words.len() - 1,
        words[words.len() - 1],
        words[words.len() - 2],
    );
    let bash = Command::new("bash").args(["-c", &line]).output();
    // Not every machine has it.
    Some(String::from_utf8(bash.ok()?.stdout).unwrap())
}

#[test]
fn bash_completes_also_what_comes_after_a_command() {
    let home = Home::new();
    for (words, expected) in [
        (&["jira-host", "sta"][..], "status\n"),
        (&["jira-host", "gdpr", "sw"], "sweep\n"),
        (&["jira-host", "api", "--max-b"], "--max-bytes\n"),
        (
            &["jira-host", "store", "check", "--log-f"],
            "--log-format\n",
        ),
    ] {
        if let Some(offered) = offered(&home, words) {
            assert_eq!(offered, expected, "{words:?}");
        }
    }
}

#[test]
fn there_is_a_manual_page_and_one_for_each_command() {
    let home = Home::new();
    let ran = home.run(&["man"]);
    let page = ran.done();
    assert!(page.contains(".TH jira-host 1"), "{page}");
    assert!(page.contains("Exit codes"), "{page}");
    home.run(&["man", "--dir", "pages"]).done();
    let pages = fs::read_dir(home.path().join("pages")).unwrap();
    let names: Vec<_> = pages.map(|page| page.unwrap().file_name()).collect();
    for name in ["jira-host.1", "jira-host-api.1", "jira-host-store-check.1"] {
        assert!(names.iter().any(|it| it == name), "{name}: {names:?}");
    }
    let file = home.file("taken", "");
    home.run(&["man", "--dir", &file]).failed(2);
}
