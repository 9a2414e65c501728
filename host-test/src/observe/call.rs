use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::{Instrument, Span};

use super::efforts::{Efforts, Told};
use super::error_type::{self, CANCELLED};
use super::{EndedCall, Observe};
use crate::tenant::Outcome;

/// One call, watched from its beginning to its end, however it ends.
pub(crate) struct CallWatch {
    export: &'static str,
    connection: Option<String>,
    observer: Arc<dyn Observe>,
    began: Instant,
    span: Span,
    /// What it came to. Until that is known, it is as good as given up.
    error_type: Option<&'static str>,
    efforts: Efforts,
}

impl CallWatch {
    pub(crate) fn begin(
        export: &'static str,
        connection: Option<&str>,
        observer: Arc<dyn Observe>,
    ) -> Self {
        let span = tracing::info_span!(
            "jira.call",
            otel.name = export,
            otel.status_code = tracing::field::Empty,
            jira.export = export,
            jira.connection = connection,
            "error.type" = tracing::field::Empty,
            jira.attempts = tracing::field::Empty,
            jira.waited_ms = tracing::field::Empty,
            jira.refresh = tracing::field::Empty,
        );
        observer.call_began(export);
        CallWatch {
            export,
            connection: connection.map(str::to_owned),
            observer,
            began: Instant::now(),
            span,
            error_type: Some(CANCELLED),
            efforts: Efforts::default(),
        }
    }

    /// Makes the call.
    pub(crate) async fn follow<T: Told>(
        mut self,
        call: impl Future<Output = Outcome<T>>,
    ) -> Outcome<T> {
        let outcome = call.instrument(self.span.clone()).await;
        self.efforts = match &outcome {
            Ok(Ok(answer)) => answer.efforts(),
            Ok(Err(error)) => error.efforts(),
            Err(_) => Efforts::default(),
        };
        self.error_type = match &outcome {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => Some(error_type::of_kind(&error.kind)),
            Err(error) => Some(error_type::of_call(error)),
        };
        outcome
    }

    fn tell(&self, duration: Duration) {
        let Self {
            export,
            error_type,
            efforts,
            ..
        } = self;
        let came_to = error_type.unwrap_or("done");
        let ms = milliseconds(duration);
        tracing::debug!(
            target: super::CALLS,
            parent: &self.span,
            {
                jira.export = export,
                jira.connection = self.connection.as_deref(),
                "error.type" = error_type,
                jira.attempts = efforts.attempts,
                jira.waited_ms = milliseconds(efforts.waited),
                jira.refresh = efforts.refresh,
                duration_ms = ms,
            },
            "{export}: {came_to} after {ms} ms",
        );
    }
}

impl Drop for CallWatch {
    fn drop(&mut self) {
        let duration = self.began.elapsed();
        if let Some(error_type) = self.error_type {
            self.span.record("error.type", error_type);
            self.span.record("otel.status_code", "ERROR");
        }
        let efforts = self.efforts;
        self.span.record("jira.attempts", efforts.attempts);
        self.span
            .record("jira.waited_ms", milliseconds(efforts.waited));
        if let Some(refresh) = efforts.refresh {
            self.span.record("jira.refresh", refresh);
        }
        self.tell(duration);
        self.observer.call_ended(&EndedCall {
            export: self.export,
            connection: self.connection.as_deref(),
            duration,
            error_type: self.error_type,
            attempts: efforts.attempts,
            waited: efforts.waited,
            refresh: efforts.refresh,
        });
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
