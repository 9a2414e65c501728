use super::{connected, items, lines};

/// A request of each style, as it is typed.
const LISTS: [&[&str]; 12] = [
    &["api", "/project/search"],
    &["api", "/issue/DEMO-1/comment"],
    &["api", "/users/search"],
    &["api", "/search/jql?jql=project%3DDEMO"],
    &["api", "/rest/api/3/statuses/1/projectUsages"],
    &["api", "/plans/plan"],
    &["api", "/bulk/issues/fields?issueIdsOrKeys=DEMO-1"],
    &["api", "/webhook/failed"],
    &["api", "/worklog/updated"],
    &["api", "/auditing/record"],
    &["servicedesk", "/organization"],
    &["servicedesk", "/jsm/ops/api/v1/alerts"],
];

/// The ends of their paths.
const PATHS: [&str; 12] = [
    "/project/search",
    "/issue/DEMO-1/comment",
    "/users/search",
    "/search/jql",
    "/statuses/1/projectUsages",
    "/plans/plan",
    "/bulk/issues/fields",
    "/webhook/failed",
    "/worklog/updated",
    "/auditing/record",
    "/organization",
    "/alerts",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_any_style_is_one_document_or_one_item_in_each_line() {
    let lists = PATHS.map(|path| format!("{path} items=2100"));
    let stage = connected(&lists.each_ref().map(String::as_str)).await;
    for command in LISTS {
        let ran = stage.run(&[command, &["--paginate"]].concat());
        let document = items(ran.done());
        assert_eq!(document.len(), 2100, "{command:?}");
        assert_eq!(ran.stderr, "", "{command:?}");
        let ran = stage.run(&[command, &["--stream"]].concat());
        assert_eq!(lines(ran.done()), document, "{command:?}");
        assert_eq!(ran.stderr, "", "{command:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_is_posted_goes_on_in_its_body() {
    let stage = connected(&["/search/jql items=130"]).await;
    let search = r#"{"jql": "project = DEMO", "fields": ["summary"]}"#;
    let file = stage.home.file("search.json", search);
    let ran = stage.run(&["api", "/search/jql", "--input", &file, "--paginate"]);
    assert_eq!(items(ran.done()).len(), 130);
    let all = [
        "api",
        "/search/jql",
        "--input",
        &file,
        "--stream",
        "--page-size",
        "20",
    ];
    assert_eq!(lines(stage.run(&all).done()).len(), 130);
    let requests = stage.simulator.requests();
    let sizes = requests.iter().filter(|request| {
        let body = String::from_utf8_lossy(&request.body);
        request.target.contains("/search/jql") && body.contains("\"maxResults\":20")
    });
    assert_eq!(sizes.count(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_an_item_is_written_as_it_came() {
    let stage = connected(&["/search/jql items=8"]).await;
    let search = ["api", "/search/jql?jql=project%3DDEMO&fields=*all"];
    let plain = stage.run(&search);
    let (_, rest) = plain.done().split_once(r#""issues":["#).unwrap();
    for form in ["--paginate", "--stream"] {
        let ran = stage.run(&[&search[..], &[form]].concat());
        for odd in ["1.10", "1e2", "-0.0", "12345678901234567890"] {
            assert!(ran.done().contains(odd), "{odd} is gone: {ran:#?}");
        }
        let first = ran.stdout.trim_start_matches('[').split('\n').next();
        let first = first.unwrap().trim_end_matches(']');
        assert!(rest.starts_with(first), "{first}\n{rest}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_is_an_empty_array_and_no_line() {
    let stage = connected(&["/project/search items=0"]).await;
    let ran = stage.run(&["api", "/project/search", "--paginate"]);
    assert_eq!((ran.done(), ran.stderr.as_str()), ("[]\n", ""));
    let ran = stage.run(&["api", "/project/search", "--stream"]);
    assert_eq!((ran.done(), ran.stderr.as_str()), ("", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_list_is_written_as_it_came_and_noted() {
    let stage = connected(&[]).await;
    let plain = stage.run(&["api", "/issue/DEMO-1"]);
    for form in ["--paginate", "--stream"] {
        let ran = stage.run(&["api", "/issue/DEMO-1", form]);
        assert_eq!(ran.done(), plain.done());
        assert!(ran.stderr.starts_with("note: this is no list"), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_has_the_size_that_is_asked_for_and_the_head_is_told_once() {
    let stage = connected(&["/project/search items=50"]).await;
    let ran = stage.run(&[
        "api",
        "/project/search",
        "--paginate",
        "--page-size",
        "10",
        "--in-flight",
        "1",
        "-i",
    ]);
    assert_eq!(items(ran.done()).len(), 50);
    assert_eq!(ran.stderr.matches("HTTP 200").count(), 1, "{ran:#?}");
    let requests = stage.simulator.transcript();
    let pages = requests
        .iter()
        .filter(|line| line.contains("maxResults=10"));
    assert_eq!(pages.count(), 5, "{requests:#?}");
}
