use super::{connected, cursor, items, lines, order};

const PROJECTS: [&str; 3] = ["api", "/project/search", "--paginate"];

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_cut_is_11_and_another_process_goes_on() {
    let stage = connected(&["/project/search items=230"]).await;
    let all = items(stage.run(&PROJECTS).done());
    for bound in [["--max-items", "70"], ["--max-pages", "2"]] {
        let ran = stage.run(&[&PROJECTS[..], &bound].concat());
        let cursor = cursor(&ran);
        assert!(
            ran.stderr
                .starts_with("jira-host: the list is not complete: "),
            "{ran:#?}"
        );
        let mut found = items(&ran.stdout);
        assert!(found.len() < 230, "{ran:#?}");
        let rest = stage.run(&["api", "/project/search", "--stream", "--cursor", &cursor]);
        found.extend(lines(rest.done()));
        assert_eq!(found, all);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_fails_leaves_what_came_before_it_and_the_way_on() {
    let stage = connected(&["/project/search items=520"]).await;
    let all = items(stage.run(&PROJECTS).done());
    order(&stage, "GET /project/search?startAt=300 status=404");
    let ran = stage.run(&PROJECTS);
    let cursor = cursor(&ran);
    assert!(ran.stderr.contains("404"), "{ran:#?}");
    let mut found = items(&ran.stdout);
    assert_eq!(found.len(), 300);
    let rest = stage.run(&[&PROJECTS[..], &["--cursor", &cursor]].concat());
    found.extend(items(rest.done()));
    assert_eq!(found, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_dies_on_the_way_is_told_with_both_things_to_do() {
    let stage = connected(&["/project/search items=520"]).await;
    order(
        &stage,
        "GET /project/search?startAt=200 status=401 times=always",
    );
    let ran = stage.run(&PROJECTS);
    cursor(&ran);
    assert_eq!(items(&ran.stdout).len(), 200);
    assert!(
        ran.stderr.contains("hint: `jira-host connect demo`"),
        "{ran:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_fails_at_its_first_page_has_the_code_of_its_error_and_no_data() {
    let stage = connected(&[]).await;
    for form in ["--paginate", "--stream"] {
        let ran = stage.run(&["api", "/issue/NONE-1/comment", form]);
        assert!(ran.failed(4).contains("404"), "{ran:#?}");
        let ran = stage.run(&["api", "/../search", form]);
        assert!(ran.failed(2).contains("PATH"), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_request_or_none_is_2_and_nothing_is_sent() {
    let stage = connected(&["/project/search items=230", "/label items=2000"]).await;
    let ran = stage.run(&[&PROJECTS[..], &["--max-items", "70"]].concat());
    let cursor = cursor(&ran);
    let before = stage.simulator.transcript().len();
    let cut = &cursor[..cursor.len() - 1];
    for wrong in [
        ["/label", cursor.as_str()],
        ["/project/search?query=a", &cursor],
        ["/project/search", cut],
        ["/project/search", "nonsense"],
        ["/project/search", ""],
    ] {
        let ran = stage.run(&["api", wrong[0], "--paginate", "--cursor", wrong[1]]);
        assert!(ran.failed(2).contains("cursor"), "{wrong:?}: {ran:#?}");
    }
    assert_eq!(stage.simulator.transcript().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_is_for_the_whole_list() {
    let stage = connected(&["/project/search items=230"]).await;
    order(&stage, "GET /project/search?startAt=100 stall times=always");
    let ran = stage.run(&[&PROJECTS[..], &["--timeout", "1"]].concat());
    cursor(&ran);
    assert!(items(&ran.stdout).len() <= 100, "{ran:#?}");
}
