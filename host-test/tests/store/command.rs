//! `jira-host store`, as it is started by a person.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use jira_host::secrets::{MasterKey, SqliteStore};

use crate::place::Place;
use crate::rules::{stored, value};

fn jira_host(store: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jira-host"))
        .arg("store")
        .args(arguments)
        .arg("--store")
        .arg(store)
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

fn run(place: &Place, arguments: &[&str]) -> (Option<i32>, String, String) {
    told(jira_host(&place.store(), arguments, &[]))
}

fn told(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    for secret in ["the tokens of", "the client secret"] {
        assert!(!stdout.contains(secret) && !stderr.contains(secret));
    }
    (output.status.code(), stdout, stderr)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn check_counts_the_entries_of_a_whole_store() {
    let place = Place::with_entries().await;
    let (code, stdout, stderr) = run(&place, &["check"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(stdout, "KEYS    ENTRIES\napp     1\ntokens  2\nall     3\n");
    let path = place.store();
    let whole = format!(
        "The store `{}` is whole, and the key opens it.\n",
        text(&path)
    );
    assert_eq!(stderr, whole);

    let (code, stdout, _) = run(&place, &["check", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(code, Some(0));
    assert_eq!(
        report["by_prefix"],
        serde_json::json!({ "app": 1, "tokens": 2 })
    );
}

#[tokio::test]
async fn check_of_a_damaged_store_tells_what_and_what_to_do() {
    let place = Place::with_entries().await;
    place
        .sqlite()
        .execute("UPDATE entries SET value = x'00' WHERE key = 'app'", ())
        .unwrap();
    let (code, stdout, stderr) = run(&place, &["check"]);
    assert_eq!(code, Some(9));
    assert!(stdout.ends_with("all     3\n"));
    assert!(
        stderr.contains("the value of `app` is not what was sealed there"),
        "{stderr}"
    );
    assert!(
        stderr.contains("hint: stop what uses it, keep a copy"),
        "{stderr}"
    );
}

#[tokio::test]
async fn a_wrong_key_in_the_environment_is_told_with_what_to_do() {
    let place = Place::with_entries().await;
    let wrong = "ab".repeat(32);
    let output = jira_host(&place.store(), &["check"], &[("JIRA_HOST_KEY", &wrong)]);
    let (code, stdout, stderr) = told(output);
    assert_eq!((code, stdout.as_str()), (Some(9), ""));
    assert!(
        stderr.starts_with("jira-host: the key does not open the store `"),
        "{stderr}"
    );
    assert!(stderr.contains("\nhint: bring back the key"), "{stderr}");
    assert!(!stderr.contains(&wrong));
}

#[cfg(target_os = "linux")]
#[test]
fn the_store_is_where_the_platform_keeps_data_when_nothing_else_is_said() {
    let place = Place::new();
    let folder = |name| text(&place.file(name)).to_owned();
    let (home, data) = (folder("home"), folder("data"));
    let check = |environment: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jira-host"));
        command.args(["store", "check"]).env_clear();
        told(command.envs(environment.iter().copied()).output().unwrap())
    };
    let (_, _, stderr) = check(&[("HOME", &home)]);
    let path = format!("`{home}/.local/share/jira-host/secrets.db`");
    assert!(stderr.contains(&path), "{stderr}");
    let (_, _, stderr) = check(&[("HOME", &home), ("XDG_DATA_HOME", &data)]);
    let path = format!("`{data}/jira-host/secrets.db`");
    assert!(stderr.contains(&path), "{stderr}");
}

#[test]
fn only_an_import_makes_a_store() {
    let place = Place::new();
    for arguments in [&["check"][..], &["rotate-key"], &["export", "nowhere"]] {
        let (code, stdout, stderr) = run(&place, arguments);
        assert_eq!((code, stdout.as_str()), (Some(9), ""));
        assert!(
            stderr.starts_with("jira-host: there is no store at `"),
            "{stderr}"
        );
    }
    assert!(!place.store().parent().unwrap().exists());
}

#[tokio::test]
async fn rotate_key_changes_the_key_file() {
    let place = Place::with_entries().await;
    let key = fs::read(place.key()).unwrap();
    let (code, stdout, stderr) = run(&place, &["rotate-key"]);
    assert_eq!((code, stdout.as_str()), (Some(0), ""), "{stderr}");
    assert!(
        stderr.starts_with("Sealed 3 entries under the new key; `"),
        "{stderr}"
    );
    assert!(
        stderr.contains("Exports made before under the store's key no longer open"),
        "{stderr}"
    );
    assert!(
        stderr.contains("a copy of the key kept elsewhere"),
        "{stderr}"
    );
    assert_ne!(fs::read(place.key()).unwrap(), key);
    assert_eq!(
        value(&place.open(), "app").await.unwrap(),
        b"the client secret"
    );
}

#[tokio::test]
async fn rotate_key_takes_the_next_key_from_the_environment_where_the_key_is() {
    let place = Place::new();
    let open = |byte| SqliteStore::open(place.store(), MasterKey::from_bytes([byte; 32])).unwrap();
    stored(&open(0x11), "app", "x").await;
    let (key, next) = ("11".repeat(32), "22".repeat(32));
    let rotate = |environment: &[(&str, &str)]| {
        told(jira_host(&place.store(), &["rotate-key"], environment))
    };
    let (code, _, stderr) = rotate(&[("JIRA_HOST_KEY", &key)]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("set JIRA_HOST_NEW_KEY to it"), "{stderr}");

    let (code, _, stderr) = rotate(&[("JIRA_HOST_KEY", &key), ("JIRA_HOST_NEW_KEY", &next)]);
    assert_eq!(code, Some(0), "{stderr}");
    let told = "Sealed 1 entry under the new key; set JIRA_HOST_KEY to the new key now.\n";
    assert!(stderr.starts_with(told), "{stderr}");
    assert_eq!(value(&open(0x22), "app").await.unwrap(), b"x");
    assert!(!place.key().exists());
}

#[tokio::test]
async fn an_export_goes_to_another_store_by_a_key_file() {
    let (place, other) = (Place::with_entries().await, Place::new());
    let (file, key) = (place.file("export"), place.file("export.key"));
    let by_key = |command, file| vec![command, file, "--key-file", text(&key)];
    let (code, stdout, stderr) = run(&place, &by_key("export", text(&file)));
    assert_eq!((code, stdout.as_str()), (Some(0), ""), "{stderr}");
    assert!(stderr.starts_with("Exported 3 entries to `"), "{stderr}");
    assert!(!place.contains(b"the tokens of a"));

    let (code, _, stderr) = run(&other, &by_key("import", text(&file)));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.starts_with("Imported 3 entries into `"), "{stderr}");
    assert!(stderr.contains("in an old export may be spent"), "{stderr}");
    assert!(
        stderr.contains("Two machines must not use one export"),
        "{stderr}"
    );
    assert_eq!(
        value(&other.open(), "app").await.unwrap(),
        b"the client secret"
    );

    let (code, _, stderr) = run(&other, &by_key("import", text(&file)));
    assert_eq!(code, Some(9));
    assert!(
        stderr.contains("3 of the keys are in the store already, `app` among them"),
        "{stderr}"
    );
    let mut again = by_key("import", text(&file));
    again.push("--replace");
    assert_eq!(run(&other, &again).0, Some(0));
}

#[tokio::test]
async fn an_export_to_nowhere_makes_no_key() {
    let place = Place::with_entries().await;
    let (file, key) = (place.file("nowhere/export"), place.file("export.key"));
    let arguments = ["export", text(&file), "--key-file", text(&key)];
    let (code, _, stderr) = run(&place, &arguments);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("there is no folder `"), "{stderr}");
    assert!(!key.exists());
    let folder = key.parent().unwrap();
    let (code, _, stderr) = run(&place, &["export", text(folder)]);
    assert_eq!(code, Some(2), "{stderr}");
    let told = format!("cannot write to `{}`: it is a folder\n", folder.display());
    assert!(stderr.contains(&told), "{stderr}");
}

#[tokio::test]
async fn an_export_overwrites_no_file_and_is_for_its_owner_only() {
    let place = Place::with_entries().await;
    let file = place.file("export");
    assert_eq!(run(&place, &["export", text(&file)]).0, Some(0));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let before = fs::read(&file).unwrap();
    let (code, _, stderr) = run(&place, &["export", text(&file)]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("`: it is there already\nhint: name a file that is not there"),
        "{stderr}"
    );
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[tokio::test]
async fn an_import_of_what_is_not_there_or_no_export_is_refused() {
    let place = Place::with_entries().await;
    let (code, _, stderr) = run(&place, &["import", "nowhere"]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.starts_with("jira-host: cannot read `nowhere`: "),
        "{stderr}"
    );

    let letter = place.file("letter");
    fs::write(&letter, "Dear all").unwrap();
    let (code, _, stderr) = run(&place, &["import", text(&letter)]);
    assert_eq!(code, Some(9));
    assert!(
        stderr.contains("this is not an export that the key opens\nhint: "),
        "{stderr}"
    );

    let (code, _, stderr) = run(&place, &["import", text(&letter), "--key-file", "nowhere"]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("there is no key file `nowhere`"),
        "{stderr}"
    );
}

#[tokio::test]
async fn an_export_goes_through_a_pipe_into_another_store() {
    let (place, other) = (Place::with_entries().await, Place::new());
    let key = place.file("export.key");
    let by_key = |command| [command, "-", "--key-file", text(&key)];
    let output = jira_host(&place.store(), &by_key("export"), &[]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let exported = "Exported 3 entries to standard output; the key in `";
    assert!(stderr.starts_with(exported), "{stderr}");

    let file = place.file("piped");
    fs::write(&file, &output.stdout).unwrap();
    let mut import = Command::new(env!("CARGO_BIN_EXE_jira-host"));
    import.arg("store").args(by_key("import"));
    import.arg("--store").arg(other.store()).env_clear();
    import.stdin(fs::File::open(&file).unwrap());
    let (code, _, stderr) = told(import.output().unwrap());
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(
        value(&other.open(), "app").await.unwrap(),
        b"the client secret"
    );

    let (code, stdout, stderr) = run(&place, &["export", "-", "--json"]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
}

#[tokio::test]
async fn an_import_that_fails_names_the_option_that_may_help() {
    let place = Place::with_entries().await;
    let (file, key) = (place.file("export"), place.file("export.key"));
    let made = ["export", text(&file), "--key-file", text(&key)];
    assert_eq!(run(&place, &made).0, Some(0));
    let (code, _, stderr) = run(&place, &["import", text(&file)]);
    assert_eq!(code, Some(9));
    assert!(
        stderr.contains("with `--key-file PATH` the key"),
        "{stderr}"
    );
    let again = ["import", text(&file), "--key-file", text(&key)];
    let (code, _, stderr) = run(&place, &again);
    assert_eq!(code, Some(9));
    assert!(stderr.contains("`--replace` replaces"), "{stderr}");
}

#[tokio::test]
async fn an_import_that_fails_makes_no_store() {
    let (place, other) = (Place::with_entries().await, Place::new());
    let file = place.file("export");
    assert_eq!(run(&place, &["export", text(&file)]).0, Some(0));
    let wrong = other.file("wrong.key");
    MasterKey::load_or_create(&wrong).unwrap();
    let imports: [&[&str]; 2] = [&[], &["--key-file", text(&wrong)]];
    for key in imports {
        let arguments = [&["import", text(&file)], key].concat();
        let (code, _, stderr) = run(&other, &arguments);
        assert_eq!(code, Some(9), "{stderr}");
        assert!(stderr.contains("with `--key-file PATH`"), "{stderr}");
        assert!(!other.store().exists() && !other.key().exists());
    }
}
