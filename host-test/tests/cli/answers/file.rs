#[cfg(unix)]
use std::{
    fs::{self, File},
    io::Write,
};

use atlassian_simulator::{Fault, Gate, On};

use super::{answer_json, connected, files, read};
use crate::running::Running;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_gets_what_standard_output_would() {
    let stage = connected().await;
    stage
        .simulator
        .list("/label items=120 cap=50".parse().unwrap());
    let commands: [&[&str]; 5] = [
        &["api", "/issue/DEMO-1"],
        &["api", "/label", "--paginate"],
        &["api", "/label", "--stream"],
        &["api", "/label", "--paginate", "--jq", "length"],
        &["api", "/issue/DEMO-1", "--pretty"],
    ];
    for command in commands {
        let plain = stage.run(command);
        let ran = stage.run(&[command, &["-o", "answer"]].concat());
        assert_eq!((ran.done(), ran.stderr.as_str()), ("", ""), "{command:?}");
        assert_eq!(read(&stage, "answer"), plain.done(), "{command:?}");
    }
    assert_eq!(files(&stage), ["answer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn colour_that_fits_a_terminal_does_not_get_into_a_file() {
    let stage = connected().await;
    answer_json(&stage, "[1]");
    let mut command = stage.home.command(&["api", "/myself", "-o", "answer"]);
    let output = command.env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(output.status.success());
    assert_eq!(read(&stage, "answer"), "[1]");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_a_post_goes_to_a_file_too() {
    let stage = connected().await;
    let comment = r#"{"body": "Hello"}"#;
    let path = "/rest/api/2/issue/DEMO-1/comment";
    let arguments = ["api", path, "--input", "-", "--output", "answer"];
    assert_eq!(stage.home.run_with_input(&arguments, comment).done(), "");
    assert!(read(&stage, "answer").contains("Hello"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_does_not_get_into_the_file_that_is_there() {
    let stage = connected().await;
    stage.home.file("answer", "before");
    let plain = stage.run(&["api", "/issue/NONE-1"]);
    let forms: [&[&str]; 3] = [&[], &["--jq", "."], &["-X", "DELETE"]];
    for form in forms {
        let ran = stage.run(&[&["api", "/issue/NONE-1", "-o", "answer"], form].concat());
        assert_eq!(
            (ran.code, &ran.stdout),
            (Some(4), &plain.stdout),
            "{form:?}"
        );
    }
    let ran = stage.run(&["api", "/issue/NONE-1/comment", "-o", "answer", "--paginate"]);
    assert_eq!(ran.code, Some(4), "{ran:#?}");
    let ran = stage.run(&["api", "/myself", "-o", "answer", "--jq", "1, error(\"no\")"]);
    ran.failed(1);
    assert_eq!(read(&stage, "answer"), "before");
    assert_eq!(files(&stage), ["answer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_elsewhere_leaves_the_file_as_it_is() {
    let stage = connected().await;
    stage.home.file("answer", "before");
    for status in [303, 304] {
        let myself = On::method_path("GET", "/myself");
        let answer = Fault::status(status, &[("location", "/rest/api/3/label")]);
        stage.simulator.script(myself, answer);
        let ran = stage.run(&["api", "/myself", "-o", "answer", "--no-follow"]);
        ran.done();
        let told = format!("note: the answer is not here (status {status})");
        assert!(ran.stderr.starts_with(&told), "{ran:#?}");
        assert_eq!(read(&stage, "answer"), "before");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_file_can_be_nothing_is_sent() {
    let stage = connected().await;
    let before = stage.simulator.transcript().len();
    for (wrong, why) in [
        ("nowhere/answer", "there is no folder `nowhere`"),
        (".", "it is a folder"),
        ("new/", "it is a folder that is not there"),
    ] {
        let ran = stage.run(&["api", "/myself", "-o", wrong]);
        let told = format!("jira-host: cannot write to `{wrong}`: {why}\n");
        assert_eq!(ran.failed(2), told);
        let ran = stage.run(&["store", "export", wrong]);
        assert!(ran.failed(2).starts_with(&told), "{ran:#?}");
    }
    assert_eq!(stage.simulator.transcript().len(), before);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_to_standard_output_by_its_name_comes_between_what_others_write() {
    let stage = connected().await;
    let answer = stage.run(&["api", "/myself"]).done().to_owned();
    for name in ["/dev/stdout", "/dev/fd/1"] {
        let path = stage.home.path().join("all");
        let mut all = File::create(&path).unwrap();
        all.write_all(b"before\n").unwrap();
        let mut command = stage.home.command(&["api", "/myself", "-o", name]);
        let stdout = all.try_clone().unwrap();
        assert!(command.stdout(stdout).status().unwrap().success());
        all.write_all(b"after\n").unwrap();
        assert_eq!(read(&stage, "all"), format!("before\n{answer}after\n"));
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_replaced_keeps_who_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let stage = connected().await;
    let path = stage.home.path().join("shared");
    fs::write(&path, "before").unwrap();
    for mode in [0o666, 0o640, 0o600] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        stage.run(&["api", "/myself", "-o", "shared"]).done();
        let found = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(found & 0o777, mode);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_takes_no_more_is_told_with_its_name() {
    let stage = connected().await;
    let forms: [&[&str]; 2] = [&[], &["--jq", "."]];
    for form in forms {
        let ran = stage.run(&[&["api", "/myself", "-o", "/dev/full"], form].concat());
        let told = "jira-host: cannot write to `/dev/full`: No space left";
        assert!(ran.failed(1).starts_with(told), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_cut_is_in_the_file_and_one_that_is_interrupted_is_not() {
    let stage = connected().await;
    stage
        .simulator
        .list("/label items=520 cap=50".parse().unwrap());
    let list = ["api", "/label", "--paginate", "-o", "answer"];
    let ran = stage.run(&[&list[..], &["--max-items", "70"]].concat());
    assert!(ran.failed(11).contains("`--cursor "), "{ran:#?}");
    let items: Vec<String> = serde_json::from_str(&read(&stage, "answer")).unwrap();
    assert_eq!(items.len(), 70);

    let gate = Gate::new();
    let page = On::method_path("GET", "/label").asking("startAt", "300");
    stage.simulator.script(page, Fault::Hold(gate.clone()));
    let running = Running::begin(&stage, &list);
    gate.reached().await;
    running.interrupt();
    assert_eq!(running.end().failed(130), "");
    gate.open();
    let items: Vec<String> = serde_json::from_str(&read(&stage, "answer")).unwrap();
    assert_eq!(items.len(), 70);
    assert_eq!(files(&stage), ["answer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_while_a_file_is_written_leaves_nothing_of_it() {
    let stage = connected().await;
    stage.home.file("answer", "before");
    let endless = "debug(\"begun\") | last(repeat(1))";
    let filtered = ["api", "/myself", "-o", "answer", "--jq", endless];
    let mut running = Running::begin(&stage, &filtered);
    assert_eq!(running.line(), "begun\n");
    running.interrupt();
    assert_eq!(running.end().failed(130), "begun\n");
    assert_eq!(read(&stage, "answer"), "before");
    assert_eq!(files(&stage), ["answer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expression_without_end_or_bounds_leaves_nothing_of_a_file() {
    let stage = connected().await;
    for (endless, why) in [
        ("def f: 1 + f; f", "call themselves too deep"),
        (
            "reduce range(300000) as $i (.; [.])",
            "deeper than 1024 levels",
        ),
    ] {
        let ran = stage.run(&["api", "/myself", "-o", "answer", "--jq", endless]);
        assert!(ran.failed(1).contains(why), "{ran:#?}");
        assert!(files(&stage).is_empty());
    }
}
