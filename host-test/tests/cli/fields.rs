use serde_json::{Value, json};

use crate::consent::connect;
use crate::stage::Stage;

async fn connected() -> Stage {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    stage
}

/// The method, the target and the body of the last request.
fn last(stage: &Stage) -> (String, String, Vec<u8>) {
    let last = stage.simulator.requests().pop().unwrap();
    (last.method, last.target, last.body.to_vec())
}

fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_make_the_json_of_the_body_and_mean_post() {
    let stage = connected().await;
    let note = stage.home.file("note.txt", "two\nlines");
    let from_file = format!("file=@{note}");
    let arguments = [
        "api",
        "/echo",
        "-f",
        "fields[summary]=From \"fields\"",
        "-F",
        "fields[labels][]=1.10",
        "-F",
        "fields[labels][]=true",
        "-F",
        &from_file,
        "-F",
        "piped=@-",
        "-F",
        "at=@@home",
        "-f",
        "text=true",
        "-F",
        "nothing=null",
    ];
    stage.home.run_with_input(&arguments, "in").done();
    let (method, _, body) = last(&stage);
    assert_eq!(method, "POST");
    assert_eq!(
        text(body),
        "{\"fields\":{\"summary\":\"From \\\"fields\\\"\",\"labels\":[1.10,true]},\
         \"file\":\"two\\nlines\",\"piped\":\"in\",\"at\":\"@home\",\"text\":\"true\",\
         \"nothing\":null}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_is_made_of_fields_and_changed_by_them() {
    let stage = connected().await;
    let created = stage.run(&[
        "api",
        "/issue",
        "-f",
        "fields[project][key]=DEMO",
        "-f",
        "fields[issuetype][name]=Task",
        "-f",
        "fields[summary]=From fields",
        "-F",
        "fields[description][version]=1",
        "-f",
        "fields[description][type]=doc",
        "-f",
        "fields[description][content][][type]=paragraph",
        "-f",
        "fields[description][content][][content][][type]=text",
        "-f",
        "fields[description][content][][content][][text]=Deep",
    ]);
    let path = format!("/issue/{}", created.json()["key"].as_str().unwrap());
    let change = ["api", &path, "-X", "PUT", "-f", "fields[labels][]=a"];
    stage.run(&change).done();
    let issue: Value = stage.run(&["api", &path]).json();
    assert_eq!(issue["fields"]["summary"], "From fields");
    assert_eq!(issue["fields"]["labels"], json!(["a"]));
    let description = &issue["fields"]["description"]["content"][0];
    assert_eq!(description["content"][0]["text"], "Deep");
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_go_into_the_query_where_the_body_is_taken_or_none_may_be() {
    let stage = connected().await;
    let fields = ["-f", "fields[]=a", "-F", "fields[]=b&c", "-F", "n=null"];
    let get = [&["api", "/echo", "-q", "x=1", "-X", "GET"], &fields[..]].concat();
    stage.run(&get).done();
    let (method, target, body) = last(&stage);
    assert_eq!((method.as_str(), body.len()), ("GET", 0));
    assert!(
        target.ends_with("/echo?x=1&fields=a&fields=b%26c&n="),
        "{target}"
    );
    let input = [&["api", "/echo", "--input", "-"], &fields[..]].concat();
    stage.home.run_with_input(&input, "[1]").done();
    let (method, target, body) = last(&stage);
    assert_eq!((method.as_str(), text(body)), ("POST", "[1]".to_owned()));
    assert!(
        target.ends_with("/echo?fields=a&fields=b%26c&n="),
        "{target}"
    );
    let before = stage.simulator.transcript().len();
    let nested = stage.run(&["api", "/echo", "-X", "GET", "-f", "a[b]=1"]);
    assert!(
        nested.failed(2).contains("`a[b]` cannot go into the query"),
        "{nested:#?}"
    );
    assert_eq!(stage.simulator.transcript().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_cannot_be_are_an_error_that_names_them() {
    let stage = connected().await;
    let before = stage.simulator.transcript().len();
    for (arguments, named) in [
        (vec!["-f", "a=1", "-F", "a[b]=2"], vec!["`a`", "`a[b]`"]),
        (vec!["-f", "a[]=1", "-f", "a[b]=2"], vec!["`a[]`", "`a[b]`"]),
        (vec!["-f", "a=1", "-F", "a=2"], vec!["`a` is given twice"]),
        (vec!["-f", "a"], vec!["it must be KEY=VALUE"]),
        (vec!["-f", "a[b=1"], vec!["a bracket is not closed"]),
        (vec!["-F", "a=@nowhere.txt"], vec!["`a`", "`nowhere.txt`"]),
        (
            vec!["-F", "a=@-", "--input", "-"],
            vec!["`--input -`", "`-F a=@-`"],
        ),
        (
            vec!["-F", "a=@-", "-F", "b=@-"],
            vec!["`-F a=@-`", "`-F b=@-`"],
        ),
    ] {
        let ran = stage.run(&[vec!["api", "/echo"], arguments].concat());
        let told = ran.failed(2);
        assert!(named.iter().all(|it| told.contains(it)), "{told}");
    }
    assert_eq!(stage.simulator.transcript().len(), before);
}
