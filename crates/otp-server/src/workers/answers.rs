//! Answers to requests with an idempotency key: removes those that are no longer kept.

use std::time::Duration;

use otp_core::usecases::forget_old_answers;
use tokio_util::sync::CancellationToken;

use super::worker::{Progress, Task, TaskError};

/// Removes old answers, a batch at a time.
pub(super) struct ForgetOldAnswers {
    pub(super) forget: forget_old_answers::ForgetOldAnswers,
    pub(super) stop: CancellationToken,
}

impl Task for ForgetOldAnswers {
    const NAME: &'static str = "forget_old_answers";
    const PERIOD: Duration = Duration::from_secs(60);

    async fn run(&mut self) -> Result<Progress, TaskError> {
        while self.forget.execute().await? && !self.stop.is_cancelled() {}
        Ok(Progress::Done)
    }
}
