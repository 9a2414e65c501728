use super::{answer, answer_json, connected};
use crate::home::Ran;
use crate::stage::Stage;

const ODD: &str = "{\"b\":1.10,\"a\":-0.0,  \"b\":\"\\u00e9\\/\u{9b}\",\"c\":[]}\n";

const SET_OUT: &str =
    "{\n  \"b\": 1.10,\n  \"a\": -0.0,\n  \"b\": \"\\u00e9\\/\u{9b}\",\n  \"c\": []\n}\n";

/// With this variable set, if there is one.
fn run_with(stage: &Stage, variable: &str, options: &[&str]) -> Ran {
    answer_json(stage, ODD);
    let mut command = stage.home.command(&[&["api", "/myself"], options].concat());
    if !variable.is_empty() {
        command.env(variable, "1");
    }
    command.output().unwrap().into()
}

#[tokio::test(flavor = "multi_thread")]
async fn into_a_pipe_an_answer_goes_byte_for_byte() {
    let stage = connected().await;
    let plain: [&[&str]; 4] = [
        &[],
        &["--pretty=auto", "--color", "auto"],
        &["--pretty=never", "--color", "never"],
        &["--output", "-"],
    ];
    for options in plain {
        assert_eq!(run_with(&stage, "", options).done(), ODD, "{options:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_set_out_where_that_is_asked_for() {
    let stage = connected().await;
    for option in ["--pretty", "--pretty=always"] {
        assert_eq!(run_with(&stage, "", &[option]).done(), SET_OUT);
    }
    stage
        .run(&["api", "/myself", "--pretty=nonsense"])
        .failed(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_colour_where_it_is_asked_for_and_nothing_but_colour() {
    let stage = connected().await;
    let asked: [(&str, &[&str]); 3] = [
        ("", &["--color", "always"]),
        ("NO_COLOR", &["--color", "always"]),
        ("CLICOLOR_FORCE", &[]),
    ];
    for (variable, options) in asked {
        let ran = run_with(&stage, variable, options);
        assert!(ran.done().contains("\u{1b}["), "{ran:#?}");
        let text = anstream::adapter::strip_str(ran.done()).to_string();
        assert_eq!(text, ODD);
    }
    let ran = run_with(&stage, "CLICOLOR_FORCE", &["--color", "never"]);
    assert_eq!(ran.done(), ODD);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_json_goes_as_it_came() {
    let stage = connected().await;
    for body in ["<p>no JSON</p>", "{\"a\": ", ""] {
        answer(&stage, "text/html", body.as_bytes());
        let ran = stage.run(&["api", "/myself", "--pretty", "--color", "always"]);
        assert_eq!(ran.done(), body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_set_out_too() {
    let stage = connected().await;
    let ran = stage.run(&["api", "/issue/NONE-1", "--pretty"]);
    assert_eq!(ran.code, Some(4));
    assert!(ran.stdout.starts_with("{\n  \""), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_set_out_as_it_comes() {
    let stage = connected().await;
    stage
        .simulator
        .list("/label items=230 cap=50".parse().unwrap());
    let plain = stage.run(&["api", "/label", "--paginate"]);
    let ran = stage.run(&["api", "/label", "--paginate", "--pretty"]);
    assert_eq!(ran.json(), plain.json());
    assert!(ran.done().starts_with("[\n  \"") && ran.done().ends_with("\"\n]\n"));
    assert_eq!(ran.done().lines().count(), 232);

    stage
        .simulator
        .list("/project/search items=120".parse().unwrap());
    let projects = ["api", "/project/search", "--stream"];
    let lines = stage.run(&projects);
    let ran = stage.run(&[&projects[..], &["--pretty"]].concat());
    let values = |text: &str| -> Vec<serde_json::Value> {
        let values = serde_json::Deserializer::from_str(text).into_iter();
        values.map(Result::unwrap).collect()
    };
    assert_eq!(values(ran.done()), values(lines.done()));
    assert_eq!(values(ran.done()).len(), 120);
    assert!(ran.done().starts_with("{\n  \""), "{ran:#?}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told() {
    let stage = connected().await;
    stage
        .simulator
        .list("/label items=60 cap=50".parse().unwrap());
    let commands: [&[&str]; 4] = [
        &["api", "/myself"],
        &["api", "/label", "--paginate"],
        &["api", "/label", "--stream"],
        &["api", "/myself", "--jq", "."],
    ];
    for arguments in commands {
        let full = std::fs::File::options().write(true).open("/dev/full");
        let mut command = stage.home.command(arguments);
        let ran: Ran = command.stdout(full.unwrap()).output().unwrap().into();
        let told = ran.failed(1);
        assert!(
            told.starts_with("jira-host: cannot write to standard output: No space left"),
            "{arguments:?}: {told}"
        );
    }
}
