use std::fs;

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
