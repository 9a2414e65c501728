use super::ESCAPE;
use super::pty::Seat;
use crate::answers::connected;

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_the_same_however_wide_the_terminal_is() {
    let stage = connected().await;
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
