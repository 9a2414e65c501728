use atlassian_simulator::{ClosedPort, Fault, On};
use std::fs;

use crate::consent::{Waiting, connect};
use crate::home::{Home, Ran};
use crate::stage::Stage;
use crate::{browser, support};

async fn connected() -> Stage {
    let stage = Stage::set().await;
    connect(&stage, &["demo"]).await.0.done();
    stage
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Fault {
    Fault::Answer {
        status,
        headers: headers
            .iter()
            .map(|(n, v)| (n.to_string(), v.to_string()))
            .collect(),
        body: body.as_bytes().to_vec(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_could_escape_is_2_and_is_not_sent() {
    let stage = connected().await;
    let before = stage.simulator.transcript().len();
    let ran = stage.run(&["api", "/../../oauth/token"]);
    assert!(ran.failed(2).starts_with("jira-host: PATH: "), "{ran:#?}");
    stage.run(&["api", "/myself", "-X", "BREW"]).failed(2);
    stage
        .run(&["api", "/myself", "-H", "Authorization: Bearer mine"])
        .failed(2);
    stage.run(&["api", "/myself", "--timeout", "0"]).failed(2);
    assert_eq!(stage.simulator.transcript().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_is_dead_or_missing_is_3_with_the_command_to_type() {
    let stage = connected().await;
    let ran = stage.run(&["api", "/myself", "-c", "nobody"]);
    assert!(
        ran.failed(3).contains("hint: `jira-host connect nobody`"),
        "{ran:#?}"
    );
    stage.simulator.revoke_grants();
    stage.simulator.expire_access_tokens();
    let ran = stage.run(&["api", "/myself"]);
    assert!(
        ran.failed(3).contains("hint: `jira-host connect demo`"),
        "{ran:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_jira_is_4_and_its_body_is_data() {
    let stage = connected().await;
    let ran = stage.run(&["api", "/issue/NONE-1"]);
    assert_eq!(ran.code, Some(4));
    assert!(
        ran.stderr.starts_with("jira-host: Jira answered 404"),
        "{ran:#?}"
    );
    let body: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(body["errorMessages"].is_array(), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_the_rate_is_5_and_says_when_to_come_again() {
    let stage = connected().await;
    let refusal = answer(429, &[("Retry-After", "3600")], "");
    stage
        .simulator
        .script(On::method_path("GET", "/myself"), refusal);
    let ran = stage.run(&["api", "/myself"]);
    assert!(ran.failed(5).contains("try again in 3600 s"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_usable_answer_is_6_and_a_denial_names_its_rule() {
    let stage = connected().await;
    stage
        .simulator
        .script(On::method_path("GET", "/myself"), Fault::CutBeforeAnswer);
    stage.run(&["api", "/myself", "--no-retry"]).failed(6);

    let api = stage.simulator.media_origin().to_owned();
    stage
        .run(&[
            "app",
            "set",
            "--force",
            "--api-origin",
            "http://127.0.0.1:1",
        ])
        .done();
    stage.run(&["api", "/myself", "--no-retry"]).failed(6);
    let back = ["app", "set", "--force", "--api-origin"];
    let back = [&back[..], &[stage.simulator.api_origin()]].concat();
    stage.run(&back).done();

    let location = format!("{api}/file/x?token=canary");
    let away = answer(303, &[("Location", &location)], "");
    stage
        .simulator
        .script(On::method_path("GET", "/myself"), away);
    let ran = stage.run(&["api", "/myself"]);
    assert!(!ran.stderr.contains("canary"), "{ran:#?}");
    assert!(
        ran.failed(6)
            .contains(&format!("allow it with `--allow-origin {api}`")),
        "{ran:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_may_have_been_carried_out_says_so() {
    let stage = connected().await;
    let cut = Fault::CutAfterDoing;
    let path = "/issue/DEMO-1/comment";
    stage.simulator.script(On::method_path("POST", path), cut);
    let comment = r#"{"body": {"type": "doc", "version": 1, "content": []}}"#;
    let ran = stage
        .home
        .run_with_input(&["api", path, "--input", "-"], comment);
    assert!(
        ran.failed(6).contains("look before you repeat it"),
        "{ran:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_write_that_is_the_same_twice_it_is_said_that_it_is() {
    let stage = connected().await;
    let put = On::method_path("PUT", "/issue/DEMO-1");
    stage.simulator.script(put, Fault::CutAfterDoing);
    let path = "/issue/DEMO-1";
    let ran = stage.run(&["api", path, "-X", "PUT", "-f", "a=b", "--no-retry"]);
    let told = ran.failed(6);
    assert!(
        told.contains("; it may have been carried out, and twice is the same as once"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_as_documented_is_7() {
    let stage = Stage::set().await;
    let waiting = Waiting::begin(&stage, &["demo"]);
    let everything = atlassian_simulator::Decision::Allow { sites: Vec::new() };
    let redirect = waiting.redirect(&stage, everything).await;
    let odd = answer(200, &[("Content-Type", "application/json")], "[]");
    stage.simulator.script(On::token_endpoint(), odd);
    let page = browser::open(&redirect);
    assert!(page.body.contains("Not connected"), "{page:?}");
    waiting.end().failed(7);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_beyond_a_limit_is_8_and_names_the_option() {
    let stage = connected().await;
    let ran = stage.run(&["api", "/myself", "--max-bytes", "5"]);
    assert!(ran.failed(8).contains("--max-bytes"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_be_used_is_9_and_is_left_as_it_is() {
    let stage = connected().await;
    let key = "00".repeat(32);
    let mut command = stage.home.command(&["api", "/myself"]);
    let output = command.env("JIRA_HOST_KEY", &key).output().unwrap();
    assert_eq!(output.status.code(), Some(9));
    stage.run(&["api", "/myself"]).done();

    let home = Home::new();
    let store = home.file("store.db", "this is no store, whatever it is called");
    let ran = home.run(&["--store", &store, "status"]);
    assert!(ran.failed(9).contains("hint: "), "{ran:#?}");
    assert!(
        fs::read_to_string(&store)
            .unwrap()
            .starts_with("this is no store")
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_others_may_read_is_9_with_the_commands_that_mend_it() {
    use std::os::unix::fs::PermissionsExt;
    let stage = connected().await;
    let key = stage.home.store().with_extension("db.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let told = stage.run(&["api", "/myself"]).failed(9).to_owned();
    assert!(told.contains("hint: run `chmod 600 "), "{told}");
    assert!(
        told.contains("hint: `jira-host store rotate-key`"),
        "{told}"
    );
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    stage.run(&["store", "rotate-key"]).done();
    stage.run(&["api", "/myself"]).done();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_set_up_is_10_with_the_command_that_mends_it() {
    let stage = connected().await;
    let desk = stage.run(&["servicedesk", "/request/SUP-1"]);
    let hint = "jira-host connect demo --service-management";
    assert!(desk.failed(10).contains(hint), "{desk:#?}");

    let wrong = ["app", "set", "--client-secret-stdin"];
    stage.home.run_with_input(&wrong, "not-the-secret").done();
    stage.simulator.expire_access_tokens();
    let ran = stage.run(&["api", "/myself"]);
    assert!(
        ran.failed(10).contains("app set --client-secret-file"),
        "{ran:#?}"
    );
}

#[test]
fn a_component_that_is_missing_or_none_is_10() {
    let home = Home::new();
    for command in [vec!["status"], vec!["demo"], vec!["inspect"]] {
        let arguments = [command.as_slice(), &["--component", "nowhere.wasm"]].concat();
        let ran = home.run(&arguments);
        let errors = ran.failed(10);
        let begin = "jira-host: cannot read the component `nowhere.wasm`: ";
        assert!(errors.starts_with(begin), "{errors}");
        assert!(errors.contains("hint: run `make component`"), "{errors}");
    }
    assert!(support::component().exists());
}

#[test]
fn a_file_that_is_no_component_is_10_in_one_line_with_its_name() {
    let home = Home::new();
    let told = |name: &str| {
        format!(
            "jira-host: `{name}` is not a WebAssembly component\n\
             hint: run `make component` to build it, or name it with --component\n"
        )
    };
    home.file("text.wasm", "no component");
    home.file("module.wasm", "\0asm\u{1}\0\0\0");
    for name in ["text.wasm", "module.wasm"] {
        let inspected = home.run(&["inspect", name]);
        assert_eq!(inspected.failed(10), told(name));
        let used = home.run(&["--component", name, "status"]);
        assert_eq!(used.failed(10), told(name));
    }
    home.file("cut.wasm", "\0asm\r\0\u{1}\0\u{7}");
    for command in [
        &["inspect", "cut.wasm"][..],
        &["status", "--component", "cut.wasm"],
    ] {
        let ran = home.run(command);
        let told = ran.failed(10);
        let begin = "jira-host: not a usable component: `cut.wasm`: ";
        assert!(told.starts_with(begin), "{told}");
        assert!(told.contains("\nhint: run `make component`"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_proxy_is_set_and_nothing_answers_it_is_said_how_to_use_it() {
    let stage = connected().await;
    let closed = ClosedPort::new().unwrap();
    stage
        .run(&["app", "set", "--api-origin", closed.origin(), "--force"])
        .done();
    let mut command = stage.home.command(&["api", "/myself"]);
    let output = command
        .env("HTTPS_PROXY", "http://user:canary@proxy")
        .output();
    let ran: Ran = output.unwrap().into();
    let told = ran.failed(6);
    assert!(
        told.contains("HTTPS_PROXY is set, and no proxy is used unless that is asked for"),
        "{told}"
    );
    assert!(!told.contains("canary"), "{told}");
}
