//! Resolves consent requests whose author was not known when they arrived.

use std::time::Duration;

use otp_core::usecases::record_consent::{KeptConsents, RecordConsent};

use super::worker::{Progress, Task, TaskError};

/// The task.
pub(super) struct ResolveConsents {
    pub(super) record_consent: RecordConsent,
    /// The number of requests that waited after the last round.
    pub(super) waiting: usize,
}

impl Task for ResolveConsents {
    const NAME: &'static str = "resolve_consent_requests";
    const PERIOD: Duration = Duration::from_secs(1);

    async fn run(&mut self) -> Result<Progress, TaskError> {
        let round = self.record_consent.resolve_kept().await?;
        log(round, self.waiting);
        self.waiting = round.waiting;
        Ok(Progress::Done)
    }
}

fn log(round: KeptConsents, waiting_before: usize) {
    let KeptConsents {
        resolved,
        waiting,
        dropped,
    } = round;
    if resolved > 0 {
        tracing::info!(resolved, "recorded consent requests that had waited");
    }
    if waiting > waiting_before {
        tracing::warn!(
            waiting,
            "consent requests wait: their author is not known yet, a receipt may identify them"
        );
    }
    if dropped > 0 {
        tracing::warn!(
            dropped,
            "dropped consent requests: their author was never identified"
        );
    }
}
