use atlassian_simulator::Settings;

use super::ESCAPE;
use super::pty::Seat;
use crate::answers::connected;
use crate::consent::connect;
use crate::stage::Stage;

/// Where the texts of named lines begin.
const TEXT_COLUMN: usize = 15;

#[tokio::test(flavor = "multi_thread")]
async fn named_lines_have_their_texts_in_one_column() {
    let stage = connected().await;
    stage
        .store_app(&["--allow-origin", "https://media.example"])
        .done();
    let myself = stage.run(&["api", "/myself", "--jq", ".accountId"]);
    for words in [
        &["app", "show"][..],
        &["status", "demo"],
        &["account", "show", myself.done().trim()],
        &["gdpr", "status"],
        &["gdpr", "sweep"],
        &["inspect"],
        &["api", "/myself", "--dry-run"],
    ] {
        let ran = stage.run(words);
        for line in ran.done().lines().filter(|line| line.starts_with("   ")) {
            let (name, text) = line.split_at(TEXT_COLUMN);
            assert!(
                name.ends_with(' ') && !text.starts_with(' '),
                "{words:?}: {line}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_the_same_however_wide_the_terminal_is() {
    let stage = Stage::set_with(Settings {
        // "1 hour" for half an hour, however long this takes.
        expires_in: 5_400,
        ..Settings::default()
    })
    .await;
    connect(&stage, &["demo"]).await.0.done();
    stage.run(&["gdpr", "sweep"]).done();
    for words in [
        &["status"][..],
        &["status", "demo"],
        &["account", "list"],
        &["gdpr", "status"],
        &["gdpr", "log"],
        &["config", "show"],
    ] {
        let lines = stage.run(words).done().replace('\n', "\r\n");
        for columns in [40, 200] {
            let seat = Seat::at(&stage.home, words).columns(columns);
            let seat = seat.stderr_into(&stage.home, "told");
            let shown = seat.set("NO_COLOR", "1").run();
            assert_eq!(shown.done(), lines, "{words:?}, {columns} columns");
            assert!(!shown.text.contains(ESCAPE), "{words:?}");
        }
    }
}
