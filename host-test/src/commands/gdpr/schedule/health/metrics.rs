use std::fmt::{Display, Write};

use super::Standing;

impl Standing {
    /// As text for Prometheus.
    pub(super) fn metrics(&self, now_unix_ms: u64) -> String {
        let mut text = Text::default();
        let healthy = u8::from(self.is_healthy(now_unix_ms));
        text.gauge(
            "healthy",
            healthy,
            "1 while no cycle is overdue and something goes on.",
        );
        let overdue = u8::from(self.is_overdue(now_unix_ms));
        text.gauge("overdue", overdue, "1 while a cycle is overdue.");
        let look_failed = u8::from(self.look_failure.is_some());
        let help = "1 where the store could not be read at the last look.";
        text.gauge("look_failed", look_failed, help);
        let cycle = seconds(self.summary.cycle_period_ms);
        text.gauge("cycle_seconds", cycle, "How often accounts are reported.");
        for (name, instant, help) in [
            (
                "next_due_timestamp_seconds",
                self.summary.next_due_unix_ms,
                "When the next sweep is due.",
            ),
            (
                "completed_timestamp_seconds",
                self.summary.completed_at_unix_ms,
                "When the register was last covered.",
            ),
            (
                "last_run_timestamp_seconds",
                self.last_run_at_unix_ms,
                "When the last run of this process ended.",
            ),
        ] {
            if let Some(instant) = instant {
                text.gauge(name, seconds(instant), help);
            }
        }
        text.gauge(
            "failures_in_a_row",
            self.failures_in_a_row,
            "How many runs in a row have failed.",
        );
        text.gauge(
            "actions_waiting",
            self.actions_waiting,
            "Actions that nobody has acknowledged, at most 500.",
        );
        for (name, count, help) in [
            ("runs", self.runs, "Runs of this process."),
            ("accounts_reported", self.reported, "Reported accounts."),
            ("accounts_closed", self.closed, "Accounts that were closed."),
            (
                "accounts_updated",
                self.updated,
                "Accounts that had changed.",
            ),
            (
                "accounts_failed",
                self.failed,
                "Accounts that could not be reported.",
            ),
        ] {
            text.line(&format!("{name}_total"), "counter", count, help);
        }
        text.0
    }
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn gauge(&mut self, name: &str, value: impl Display, help: &str) {
        self.line(name, "gauge", value, help);
    }

    fn line(&mut self, name: &str, kind: &str, value: impl Display, help: &str) {
        let name = format!("jira_host_gdpr_{name}");
        let lines = format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
        // Writing to a string does not fail.
        let _ = self.0.write_fmt(lines);
    }
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}
